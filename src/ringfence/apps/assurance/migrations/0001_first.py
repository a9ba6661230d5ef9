from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("promise", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=8)),
                ("state", models.CharField(max_length=16)),
                ("says", models.TextField()),
                ("facts", models.JSONField()),
                ("measured_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("promise", "source"), name="assurance_measurement_one")
                ],
            },
        ),
    ]
