from django.db import migrations, models

from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("call_id", models.UUIDField()),
                ("kind", models.CharField(choices=[("erasure", "Erasure")], max_length=16)),
                ("channel", models.CharField(choices=[("call", "Call")], max_length=12)),
                ("state", models.CharField(choices=[("open", "Open")], max_length=12)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["account_id", "state", "due_at"], name="requests_request_due")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "call_id", "kind"), name="requests_request_once"
                    )
                ],
            },
        ),
        Fence("Request"),
    ]
