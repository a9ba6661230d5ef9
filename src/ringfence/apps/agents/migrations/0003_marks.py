from django.db import migrations, models

from ringfence.apps.keys.marking import EnterOnce


class Migration(migrations.Migration):
    """Where an account's engines are: each row with a mark of the vault's."""

    dependencies = [("agents", "0002_erasure"), ("keys", "0003_marks")]

    operations = [
        migrations.AddField("engine", "mark", models.BinaryField(max_length=32, null=True)),
        EnterOnce(
            "engine", ("id", "account_id", "name", "kind", "base_url", "model", "settings", "sealed_secret")
        ),
    ]
