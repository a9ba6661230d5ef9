from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0004_ledger")]

    operations = [
        migrations.AddField("erasure", "scrubbed_at", models.DateTimeField(null=True)),
        migrations.AddField("erasure", "ends_at", models.DateTimeField(null=True)),
    ]
