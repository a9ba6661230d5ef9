from django.db import migrations, models


class Migration(migrations.Migration):
    """An account can ask for a second factor of all its members."""

    dependencies = [("people", "0004_goes_along")]

    operations = [
        migrations.AddField("rules", "second_factor", models.BooleanField(db_default=False)),
    ]
