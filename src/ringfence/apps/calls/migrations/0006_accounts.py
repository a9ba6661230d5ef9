from django.db import migrations, models


class Migration(migrations.Migration):
    """An erasure may be that of a whole account."""

    dependencies = [("calls", "0005_scrubbed")]

    operations = [
        migrations.AlterField(
            "erasure",
            "part",
            models.CharField(
                choices=[
                    ("recording", "Recording"),
                    ("transcript", "Transcript"),
                    ("call", "Call"),
                    ("account", "Account"),
                ],
                max_length=12,
            ),
        ),
    ]
