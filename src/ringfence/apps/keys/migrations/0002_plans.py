from django.db import migrations, models


class Migration(migrations.Migration):
    """Periods that a plan change moves. What is there was made under the plan's own periods, and on no shelf."""

    dependencies = [("keys", "0001_first")]

    operations = [
        migrations.AddField("bucket", "chosen_days", models.IntegerField(null=True)),
        migrations.AddField("bucket", "shelf", models.PositiveIntegerField(db_default=0)),
        migrations.RemoveConstraint("bucket", "keys_bucket_one_per_day"),
        migrations.AddIndex(
            "bucket", models.Index(fields=["account_id", "day", "part"], name="keys_bucket_day")
        ),
    ]
