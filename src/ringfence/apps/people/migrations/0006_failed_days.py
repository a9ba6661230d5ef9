from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    """How often signing in failed, by account and day."""

    dependencies = [("people", "0005_second_factor")]

    operations = [
        migrations.CreateModel(
            name="FailedDay",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("day", models.DateField()),
                ("times", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            "FailedDay", models.UniqueConstraint(fields=["account_id", "day"], name="people_failed_once")
        ),
        Fence("FailedDay"),
    ]
