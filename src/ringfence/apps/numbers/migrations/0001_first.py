import django.db.models.deletion
from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("vendor", models.CharField(max_length=20)),
                ("label", models.CharField(max_length=100)),
                ("settings", models.JSONField(default=dict)),
                ("sealed_secret", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConfirmedNumber",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("user_id", models.UUIDField()),
                ("label", models.CharField(blank=True, max_length=100)),
                ("number_sealed", models.BinaryField()),
                ("number_index", models.BinaryField(max_length=16)),
                ("code_hash", models.BinaryField(max_length=16, null=True)),
                ("code_expires_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("codes_sent", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "number_index"), name="numbers_confirmednumber_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("number_index", models.BinaryField(max_length=16)),
                (
                    "cause",
                    models.CharField(
                        choices=[("spoken", "spoken"), ("keyed", "keyed"), ("member", "member")],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "number_index"), name="numbers_suppression_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Number",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("e164", models.CharField(max_length=16)),
                ("label", models.CharField(blank=True, max_length=100)),
                ("agent_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="numbers",
                        to="numbers.connection",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "agent_id"], name="numbers_number_agent")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "account_id", "e164"), name="numbers_number_once"
                    )
                ],
            },
        ),
        Fence("Connection"),
        Fence("Number"),
        Fence("ConfirmedNumber"),
        Fence("Suppression"),
    ]
