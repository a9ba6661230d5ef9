from django.db import migrations, models

from ringfence.apps.rows.fence import Fence

# What was written down is never written over, by the tables' owner neither; and nobody but the database says which
# transaction wrote an event.
_APPEND_ONLY = """
ALTER TABLE audit_event ALTER COLUMN xact SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE FUNCTION audit_is_appended() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'what was written down is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_event_appended BEFORE UPDATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_appended();
CREATE TRIGGER audit_leaf_appended BEFORE UPDATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_appended();
CREATE TRIGGER audit_head_appended BEFORE UPDATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_appended();
"""
_REWRITABLE = """
DROP TRIGGER audit_event_appended ON audit_event;
DROP TRIGGER audit_leaf_appended ON audit_leaf;
DROP TRIGGER audit_head_appended ON audit_head;
DROP FUNCTION audit_is_appended();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("day", models.DateField()),
                ("period_days", models.IntegerField(null=True)),
                ("epoch", models.CharField(blank=True, max_length=60)),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["account_id", "day"], name="audit_bucket_day")],
            },
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("checked_at", models.DateTimeField()),
                ("batches", models.PositiveIntegerField()),
                ("problems", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("account_id",), name="audit_check_once")],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("bucket_id", models.UUIDField()),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("member", "member"),
                            ("api_key", "api_key"),
                            ("system", "system"),
                            ("operator", "operator"),
                            ("staff", "staff"),
                        ],
                        max_length=8,
                    ),
                ),
                ("actor_index", models.BigIntegerField()),
                ("act_index", models.BigIntegerField()),
                ("object_index", models.BigIntegerField(null=True)),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("xact", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "-id"], name="audit_event_newest"),
                    models.Index(fields=["xact"], name="audit_event_xact"),
                    models.Index(fields=["account_id", "object_index"], name="audit_event_object"),
                    models.Index(
                        condition=models.Q(("actor_kind__in", ("operator", "staff"))),
                        fields=["account_id", "-id"],
                        name="audit_event_always",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("batch", models.PositiveIntegerField()),
                ("message", models.TextField()),
                ("signature", models.CharField(max_length=128)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "batch"), name="audit_head_one_chain")
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("batch", models.PositiveIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("leaf", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "batch", "position"), name="audit_leaf_one_place"
                    )
                ],
            },
        ),
        Fence("Bucket"),
        Fence("Check"),
        Fence("Event"),
        Fence("Head"),
        Fence("Leaf"),
        migrations.RunSQL(_APPEND_ONLY, _REWRITABLE),
    ]
