from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0001_first")]

    operations = [
        migrations.AddField(model_name="call", name="periods", field=models.JSONField(null=True)),
    ]
