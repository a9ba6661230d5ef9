import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ringfence.apps.keys.marking import EnterOnce

_MARK = models.BinaryField(max_length=32, null=True)


class Migration(migrations.Migration):
    """Sessions, places, links, invitations and identity providers: each row with a mark of the vault's."""

    dependencies = [("people", "0002_goes_along"), ("accounts", "0004_marks")]

    operations = [
        *(migrations.AddField(model, "mark", _MARK) for model in ("session", "place", "errand", "signon", "invitation")),
        migrations.CreateModel(
            name="Identity",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("mark", _MARK),
                ("sign_on", models.UUIDField()),
                ("subject", models.BinaryField(max_length=32, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        EnterOnce(
            "session", ("id", "user_id", "method", "through", "began_at", "proved_at", "ended_at"), fenced=False
        ),
        EnterOnce("place", ("id", "session_id", "browser", "network", "vouched_at"), fenced=False),
        EnterOnce(
            "errand", ("id", "user_id", "kind", "token_mark", "said_sealed", "expires_at", "used_at"), fenced=False
        ),
        EnterOnce(
            "signon", ("id", "account_id", "issuer", "client_id", "secret_sealed", "domains", "enforced")
        ),
        EnterOnce(
            "invitation",
            (
                "id", "account_id", "email", "role", "token_mark", "invited_by", "mailed", "expires_at", "accepted_at",
                "revoked_at",
            ),
        ),
        EnterOnce("identity", ("id", "user_id", "sign_on", "subject"), fenced=False),
    ]  # fmt: skip
