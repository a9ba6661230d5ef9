from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Bucket",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("log", "log"),
                            ("recording", "recording"),
                            ("transcript", "transcript"),
                        ],
                        max_length=12,
                    ),
                ),
                ("day", models.DateField()),
                ("period_days", models.IntegerField(null=True)),
                ("epoch", models.CharField(blank=True, max_length=60)),
                ("expires_at", models.DateTimeField(null=True)),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at", "account_id"], name="keys_bucket_due")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "part", "day", "period_days"),
                        name="keys_bucket_one_per_day",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        Fence("Bucket"),
    ]
