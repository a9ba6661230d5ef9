from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0003_kept")]

    operations = [
        migrations.AddField("erasure", "ledger_batch", models.BigIntegerField(null=True)),
        migrations.AddField(
            "erasure", "ledger_hash", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField("erasure", "settled_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "erasure",
            models.Index(fields=["account_id", "-requested_at", "-id"], name="calls_erasure_newest"),
        ),
        migrations.AddIndex(
            "erasure",
            models.Index(
                fields=["account_id", "done_at"],
                condition=models.Q(("settled_at", None), ("state", "done")),
                name="calls_erasure_unsettled",
            ),
        ),
        migrations.CreateModel(
            "LedgerMark",
            [
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("batch", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
