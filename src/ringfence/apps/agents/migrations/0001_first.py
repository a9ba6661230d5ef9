import django.db.models.deletion
from django.db import migrations, models

from ringfence.apps.rows.fence import Fence

# Even the owner of the table cannot rewrite what a call was answered with.
_IMMUTABLE = """
CREATE FUNCTION agents_agentversion_is_immutable() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'a published version is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agents_agentversion_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON agents_agentversion
    FOR EACH STATEMENT EXECUTE FUNCTION agents_agentversion_is_immutable();
"""
_MUTABLE = """
DROP TRIGGER agents_agentversion_immutable ON agents_agentversion;
DROP FUNCTION agents_agentversion_is_immutable();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Agent",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("slug", models.SlugField(db_index=False, max_length=60)),
                ("name", models.CharField(max_length=200)),
                ("draft", models.TextField()),
                ("live_version", models.PositiveIntegerField(null=True)),
                ("keep_recording_days", models.PositiveIntegerField(null=True)),
                ("keep_transcript_days", models.PositiveIntegerField(null=True)),
                ("keep_log_days", models.PositiveIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("archived_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "slug"), name="agents_agent_slug_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Engine",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("name", models.SlugField(db_index=False, max_length=60)),
                (
                    "kind",
                    models.CharField(choices=[("stt", "Stt"), ("tts", "Tts"), ("llm", "Llm")], max_length=3),
                ),
                ("base_url", models.URLField(max_length=500)),
                ("model", models.CharField(max_length=200)),
                ("settings", models.JSONField(default=dict)),
                ("sealed_secret", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "name"), name="agents_engine_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AgentVersion",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("definition", models.TextField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.UUIDField(null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="agents.agent",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agent", "account_id", "number"), name="agents_agentversion_number_once"
                    )
                ],
            },
        ),
        Fence("Agent"),
        Fence("AgentVersion"),
        Fence("Engine"),
        migrations.RunSQL(_IMMUTABLE, _MUTABLE),
    ]
