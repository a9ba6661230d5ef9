from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ClockMark",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("moment", models.DateTimeField()),
                ("boot", models.CharField(blank=True, max_length=64)),
                ("ticks", models.FloatField()),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "Done"), ("partly", "Partly"), ("refused", "Refused")], max_length=8
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("calls", models.PositiveIntegerField(default=0)),
                ("recordings", models.PositiveIntegerField(default=0)),
                ("transcripts", models.PositiveIntegerField(default=0)),
                ("buckets", models.PositiveIntegerField(default=0)),
                ("epochs", models.PositiveIntegerField(default=0)),
                ("last_epoch", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "indexes": [models.Index(fields=["-began_at", "-id"], name="sweeps_sweep_newest")],
            },
        ),
    ]
