from django.db import migrations, models

_PLANS = [("starter", "starter"), ("growth", "growth"), ("enterprise", "enterprise")]


class Migration(migrations.Migration):
    """How an account's plan changes, and how its life ends."""

    dependencies = [("accounts", "0001_first")]

    operations = [
        migrations.AddField("account", "shelf", models.PositiveIntegerField(db_default=1)),
        migrations.AddField(
            "account", "then_plan", models.CharField(choices=_PLANS, max_length=12, null=True)
        ),
        migrations.AddField("account", "then_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "then_by", models.CharField(max_length=60, null=True)),
        migrations.AddField("account", "then_shown", models.PositiveBigIntegerField(null=True)),
        migrations.AddField("account", "changed_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "follow_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "cancelled_at", models.DateTimeField(null=True)),
        migrations.AddField("account", "cancelled_by", models.CharField(max_length=60, null=True)),
        migrations.AddField("account", "erase_after", models.DateTimeField(null=True)),
        migrations.AddField("account", "erasing_at", models.DateTimeField(null=True)),
    ]
