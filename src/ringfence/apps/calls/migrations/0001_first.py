import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("keys", "0001_first"),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("agent_id", models.UUIDField()),
                ("agent_slug", models.CharField(max_length=60)),
                ("agent_version", models.PositiveIntegerField()),
                (
                    "direction",
                    models.CharField(
                        choices=[("inbound", "inbound"), ("outbound", "outbound")], max_length=8
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("twilio", "twilio"), ("web", "web"), ("loopback", "loopback")],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ringing", "ringing"),
                            ("in_progress", "in_progress"),
                            ("completed", "completed"),
                            ("interrupted", "interrupted"),
                            ("failed", "failed"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("finished", "finished"),
                            ("caller_hung_up", "caller_hung_up"),
                            ("transferred", "transferred"),
                            ("no_input", "no_input"),
                            ("not_understood", "not_understood"),
                            ("voicemail", "voicemail"),
                            ("time_limit", "time_limit"),
                            ("opted_out", "opted_out"),
                            ("no_answer", "no_answer"),
                            ("interrupted", "interrupted"),
                            ("failed", "failed"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                ("connection_id", models.UUIDField(null=True)),
                ("carrier_call_id", models.CharField(max_length=64, null=True)),
                ("started_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("plan", models.CharField(max_length=12)),
                ("policy_version", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField(null=True)),
                ("disclosure", models.JSONField(null=True)),
                ("consent", models.JSONField(null=True)),
                ("live_keys", models.BinaryField(null=True)),
                ("wrapped_key", models.BinaryField(null=True)),
                ("numbers_sealed", models.BinaryField(null=True)),
                ("from_index", models.BinaryField(max_length=16, null=True)),
                ("to_index", models.BinaryField(max_length=16, null=True)),
                ("problems", models.JSONField(default=list)),
                ("costs", models.JSONField(default=dict)),
                ("timings", models.JSONField(default=list)),
                ("being_erased_at", models.DateTimeField(null=True)),
                (
                    "log_bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="keys.bucket",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("call_id", models.UUIDField()),
                (
                    "part",
                    models.CharField(
                        choices=[("recording", "Recording"), ("transcript", "Transcript"), ("call", "Call")],
                        max_length=12,
                    ),
                ),
                (
                    "state",
                    models.CharField(choices=[("requested", "Requested"), ("done", "Done")], max_length=12),
                ),
                ("requested_at", models.DateTimeField()),
                ("requested_by", models.CharField(max_length=60)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("places", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "requested")),
                        fields=["account_id", "requested_at"],
                        name="calls_erasure_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "call_id", "part"), name="calls_erasure_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("kept", "Kept"),
                            ("never_kept", "Never Kept"),
                            ("being_erased", "Being Erased"),
                            ("deleted", "Deleted"),
                            ("expired", "Expired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("wrapped_key", models.BinaryField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("object_name", models.CharField(blank=True, max_length=200)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                ("duration_ms", models.PositiveIntegerField(default=0)),
                ("waveform_sealed", models.BinaryField(null=True)),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="keys.bucket",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recording",
                        to="calls.call",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchTokens",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="keys.bucket",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="calls.call",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("sha256", models.BinaryField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="calls.call"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transcript",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("kept", "Kept"),
                            ("never_kept", "Never Kept"),
                            ("being_erased", "Being Erased"),
                            ("deleted", "Deleted"),
                            ("expired", "Expired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("wrapped_key", models.BinaryField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("turns_sealed", models.BinaryField(null=True)),
                ("summary_sealed", models.BinaryField(null=True)),
                ("variables_sealed", models.BinaryField(null=True)),
                (
                    "bucket",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="keys.bucket",
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transcript",
                        to="calls.call",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["account_id", "-started_at", "-id"], name="calls_call_newest"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["account_id", "agent_id", "-started_at", "-id"], name="calls_call_agent"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["account_id", "outcome", "-started_at", "-id"], name="calls_call_outcome"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["account_id", "from_index"], name="calls_call_from"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["account_id", "to_index"], name="calls_call_to"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["account_id", "carrier_call_id"], name="calls_call_carrier"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("status__in", ("ringing", "in_progress"))),
                fields=["account_id", "seen_at"],
                name="calls_call_live",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["expires_at", "account_id"], name="calls_call_due"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["expires_at", "account_id"], name="calls_recording_due"),
        ),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.UniqueConstraint(fields=("call", "account_id"), name="calls_recording_once"),
        ),
        migrations.AddIndex(
            model_name="searchtokens",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tokens"], name="calls_searchtokens_gin"),
        ),
        migrations.AddIndex(
            model_name="searchtokens",
            index=models.Index(fields=["account_id", "bucket"], name="calls_searchtokens_bucket"),
        ),
        migrations.AddConstraint(
            model_name="searchtokens",
            constraint=models.UniqueConstraint(fields=("call", "account_id"), name="calls_searchtokens_once"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["sha256"], name="calls_ticket_sha256"),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.UniqueConstraint(fields=("account_id", "sha256"), name="calls_ticket_once"),
        ),
        migrations.AddIndex(
            model_name="transcript",
            index=models.Index(fields=["expires_at", "account_id"], name="calls_transcript_due"),
        ),
        migrations.AddConstraint(
            model_name="transcript",
            constraint=models.UniqueConstraint(fields=("call", "account_id"), name="calls_transcript_once"),
        ),
        Fence("Call"),
        Fence("Recording"),
        Fence("Transcript"),
        Fence("SearchTokens"),
        Fence("Ticket"),
        Fence("Erasure"),
    ]
