from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Record",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("call_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("recording", "Recording"), ("calling", "Calling")], max_length=12
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("yes", "Yes"),
                            ("no", "No"),
                            ("no_answer", "No Answer"),
                            ("told", "Told"),
                            ("objected", "Objected"),
                        ],
                        max_length=12,
                    ),
                ),
                ("script_sha256", models.CharField(blank=True, max_length=64)),
                ("agent_id", models.UUIDField()),
                ("agent_version", models.PositiveIntegerField()),
                ("channel", models.CharField(max_length=12)),
                ("policy_version", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-at", "-id"], name="consents_record_newest"),
                    models.Index(fields=["until"], name="consents_record_until"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "call_id", "kind", "answer"), name="consents_record_once"
                    )
                ],
            },
        ),
        Fence("Record"),
    ]
