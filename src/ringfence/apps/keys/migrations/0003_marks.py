from django.db import migrations, models

from ringfence.apps.keys.marking import FUNCTION, NO_FUNCTION


class Migration(migrations.Migration):
    """What is known of marks: those that were ever given, and rows that were met without a right one."""

    dependencies = [("keys", "0002_plans")]

    operations = [
        migrations.CreateModel(
            name="EnteredMark",
            fields=[("mark", models.BinaryField(max_length=32, primary_key=True, serialize=False))],
        ),
        migrations.CreateModel(
            name="ForgedRow",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("place", models.CharField(max_length=40)),
                ("row_id", models.UUIDField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("place", "row_id"), name="keys_forgedrow_once")
                ],
            },
        ),
        migrations.RunSQL(FUNCTION, NO_FUNCTION),
    ]
