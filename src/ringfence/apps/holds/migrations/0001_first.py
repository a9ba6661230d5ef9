from django.db import migrations, models

from ringfence.apps.rows.fence import Fence

_NAMES = [("calls", "Calls"), ("agent", "Agent"), ("number", "Number"), ("account", "Account")]


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("names", models.CharField(choices=_NAMES, max_length=8)),
                ("agent_id", models.UUIDField(null=True)),
                ("number_sealed", models.BinaryField(null=True)),
                ("reason", models.TextField()),
                ("set_by", models.CharField(max_length=60)),
                ("set_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("released_by", models.CharField(max_length=60, null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "-set_at", "-id"], name="holds_hold_newest")],
            },
        ),
        migrations.CreateModel(
            name="HeldCall",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("hold_id", models.UUIDField()),
                ("call_id", models.UUIDField()),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "hold_id"], name="holds_heldcall_hold")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "call_id", "hold_id"), name="holds_heldcall_once"
                    )
                ],
            },
        ),
        Fence("Hold"),
        Fence("HeldCall"),
    ]
