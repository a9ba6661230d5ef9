from django.db import migrations, models

_ACTS = [
    (act, act)
    for act in (
        "staff_added", "staff_removed", "staff_linked", "signed_in", "signed_out", "sign_in_failed", "sign_in_changed",
        "session_elsewhere", "session_ended", "profile_changed", "counting_chosen", "account_seen", "request_read",
        "request_answered", "access_asked", "access_given_back", "call_read", "recording_heard", "glass_asked", "glass_broken",
        "settings_seen",
    )
]  # fmt: skip


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Deed",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("person_id", models.UUIDField(null=True)),
                ("act", models.CharField(choices=_ACTS, max_length=30)),
                ("customer_id", models.UUIDField(null=True)),
                ("thing", models.CharField(blank=True, max_length=60)),
            ],
            options={"indexes": [models.Index(fields=["-at", "-id"], name="staff_deed_newest")]},
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("user_id", models.UUIDField()),
                ("mark", models.BinaryField(max_length=32)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at", None)),
                        fields=("user_id",),
                        name="staff_person_once",
                    )
                ],
            },
        ),
    ]
