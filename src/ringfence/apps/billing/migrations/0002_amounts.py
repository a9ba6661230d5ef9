from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0001_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="buyer",
            field=models.TextField(db_default=""),
        ),
        migrations.AddField(
            model_name="invoice",
            name="currency",
            field=models.CharField(db_default="", max_length=3),
        ),
        migrations.AddField(
            model_name="invoice",
            name="minutes",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="month",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="net",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="tax",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="tax_percent",
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="total",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
    ]
