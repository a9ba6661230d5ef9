from django.db import migrations, models


class Migration(migrations.Migration):
    """A ticket may be a member's, and is then good for as long as they may place calls."""

    dependencies = [("calls", "0006_accounts")]

    operations = [
        migrations.AddField("ticket", "held_by", models.UUIDField(null=True)),
        migrations.AddField("ticket", "session", models.UUIDField(null=True)),
    ]
