from django.db import migrations, models

from ringfence.apps.keys.marking import EnterOnce


class Migration(migrations.Migration):
    """Which numbers were confirmed, and where carriers are: each row with a mark of the vault's."""

    dependencies = [("numbers", "0001_first"), ("keys", "0003_marks")]

    operations = [
        migrations.AddField("confirmednumber", "mark", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("connection", "mark", models.BinaryField(max_length=32, null=True)),
        EnterOnce("connection", ("id", "account_id", "vendor", "settings", "sealed_secret")),
        EnterOnce("confirmednumber", ("id", "account_id", "user_id", "number_index", "confirmed_at")),
    ]
