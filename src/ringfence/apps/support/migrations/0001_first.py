import django.contrib.postgres.fields
from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("request_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
                ("resource", models.CharField(choices=[("call", "call"), ("agent", "agent")], max_length=8)),
                ("call_id", models.UUIDField(null=True)),
                ("agent_id", models.UUIDField(null=True)),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("hours", models.PositiveSmallIntegerField()),
                ("reason_sealed", models.BinaryField()),
                ("mark", models.BinaryField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("approved", models.BooleanField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(max_length=60, null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "request_id", "-id"], name="support_ask_of_request")
                ],
            },
        ),
        migrations.CreateModel(
            name="Glass",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("asked_by", models.UUIDField()),
                ("reason_sealed", models.BinaryField()),
                ("mark", models.BinaryField(max_length=32)),
                ("asked_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("confirmed_by", models.UUIDField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(null=True)),
                ("confirmed_mark", models.BinaryField(max_length=32, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-asked_at", "-id"], name="support_glass_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("request_id", models.UUIDField()),
                (
                    "author",
                    models.CharField(
                        choices=[("member", "member"), ("api_key", "api_key"), ("staff", "staff")],
                        max_length=8,
                    ),
                ),
                ("author_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("text_sealed", models.BinaryField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "request_id", "id"], name="support_message_thread")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleasedPart",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("ask_id", models.UUIDField()),
                ("call_id", models.UUIDField()),
                (
                    "part",
                    models.CharField(
                        choices=[("recording", "recording"), ("transcript", "transcript")], max_length=12
                    ),
                ),
                ("epoch", models.CharField(blank=True, max_length=60)),
                ("wrapped", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "ask_id", "call_id", "part"), name="support_releasedpart_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("call", "call"),
                            ("agent", "agent"),
                            ("number", "number"),
                            ("sign_in", "sign_in"),
                            ("billing", "billing"),
                            ("privacy", "privacy"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("agent_id", models.UUIDField(null=True)),
                (
                    "calls",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("opened_by", models.CharField(max_length=60)),
                ("opened_at", models.DateTimeField()),
                ("said_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-opened_at", "-id"], name="support_request_newest")
                ],
            },
        ),
        Fence("Ask"),
        Fence("Glass"),
        Fence("Message"),
        Fence("ReleasedPart"),
        Fence("Request"),
    ]
