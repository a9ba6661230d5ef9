from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_periods")]

    operations = [
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["expires_at", "account_id"],
                name="calls_recording_kept",
                condition=models.Q(("state", "kept")),
            ),
        ),
        migrations.AddIndex(
            model_name="transcript",
            index=models.Index(
                fields=["expires_at", "account_id"],
                name="calls_transcript_kept",
                condition=models.Q(("state", "kept")),
            ),
        ),
        migrations.RemoveIndex(model_name="recording", name="calls_recording_due"),
        migrations.RemoveIndex(model_name="transcript", name="calls_transcript_due"),
    ]
