from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="EnforcedPolicy",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=64)),
                ("since", models.DateTimeField()),
                ("source", models.TextField()),
                ("facts", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["-since", "-id"], name="policies_enforced_newest")],
            },
        ),
    ]
