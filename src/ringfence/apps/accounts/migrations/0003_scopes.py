from django.db import migrations, models

_SCOPES = [
    ("everything", "Everything"), ("reading", "Reading"), ("calls", "Calls"), ("calls-reading", "Calls Reading"), ("agents", "Agents"),
    ("audit", "Audit"),
]  # fmt: skip


class Migration(migrations.Migration):
    """What a key is for. Those that there are keep all that their role may."""

    dependencies = [("accounts", "0002_lives")]

    operations = [
        migrations.AddField(
            "apikey", "scope", models.CharField(choices=_SCOPES, db_default="everything", max_length=16)
        ),
    ]
