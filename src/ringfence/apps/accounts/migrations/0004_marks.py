from django.db import migrations, models

from ringfence.apps.keys.marking import EnterOnce

_MARK = models.BinaryField(max_length=32, null=True)


class Migration(migrations.Migration):
    """Who signs in, who belongs where, and which keys open what: each row with a mark of the vault's."""

    dependencies = [("accounts", "0003_scopes"), ("keys", "0003_marks")]

    operations = [
        migrations.AddField("user", "mark", _MARK),
        migrations.AddField("membership", "mark", _MARK),
        migrations.AddField("apikey", "mark", _MARK),
        EnterOnce("user", ("id", "email", "password", "is_active"), fenced=False),
        EnterOnce("membership", ("id", "account_id", "user_id", "role", "created_at")),
        EnterOnce(
            "apikey",
            (
                "id",
                "account_id",
                "role",
                "scope",
                "prefix",
                "secret_sha256",
                "created_by",
                "created_at",
                "expires_at",
                "revoked_at",
            ),
        ),
    ]
