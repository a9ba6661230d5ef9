from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("day", models.DateField()),
                ("calls", models.PositiveIntegerField()),
                ("seconds", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "day"), name="billing_usage_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("number", models.CharField(max_length=40)),
                ("customer", models.CharField(max_length=200)),
                ("plan", models.CharField(max_length=12)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("calls", models.PositiveIntegerField()),
                ("seconds", models.PositiveBigIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["until"], name="billing_invoice_until")],
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "first_day"), name="billing_invoice_once")
                ],
            },
        ),
        Fence("Usage"),
        Fence("Invoice"),
    ]
