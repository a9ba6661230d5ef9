from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("holds", "0001_first")]

    operations = [migrations.AddField("heldcall", "moved_at", models.DateTimeField(null=True))]
