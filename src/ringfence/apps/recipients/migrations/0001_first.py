import django.contrib.postgres.fields
from django.db import migrations, models

import ringfence.core.personal
import ringfence.egress.recipients
from ringfence.apps.rows.fence import Fence


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="House",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Kind["ENGINE"],
                                ringfence.egress.recipients.Kind["ENGINE"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["CARRIER"],
                                ringfence.egress.recipients.Kind["CARRIER"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["MAIL"],
                                ringfence.egress.recipients.Kind["MAIL"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["OBJECTS"],
                                ringfence.egress.recipients.Kind["OBJECTS"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["IDENTITY"],
                                ringfence.egress.recipients.Kind["IDENTITY"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["TOOL"],
                                ringfence.egress.recipients.Kind["TOOL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Role["CUSTOMER"],
                                ringfence.egress.recipients.Role["CUSTOMER"],
                            ),
                            (
                                ringfence.egress.recipients.Role["SUBPROCESSOR"],
                                ringfence.egress.recipients.Role["SUBPROCESSOR"],
                            ),
                            (
                                ringfence.egress.recipients.Role["PROCESSOR"],
                                ringfence.egress.recipients.Role["PROCESSOR"],
                            ),
                        ],
                        max_length=12,
                    ),
                ),
                ("host", models.CharField(max_length=253)),
                ("port", models.PositiveIntegerField()),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Ground["UNSAID"],
                                ringfence.egress.recipients.Ground["UNSAID"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["EEA"],
                                ringfence.egress.recipients.Ground["EEA"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["ADEQUACY"],
                                ringfence.egress.recipients.Ground["ADEQUACY"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["SCC"],
                                ringfence.egress.recipients.Ground["SCC"],
                            ),
                        ],
                        max_length=8,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("module", models.PositiveSmallIntegerField(null=True)),
                ("assessed_on", models.DateField(null=True)),
                ("agreement", models.CharField(blank=True, max_length=300)),
                ("registered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("host", "port", "kind"),
                        name="recipients_house_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["engine", "carrier", "mail", "objects", "identity", "tool"])
                        ),
                        name="recipients_house_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["customer", "subprocessor", "processor"])),
                        name="recipients_house_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["unsaid", "eea", "adequacy", "scc"])),
                        name="recipients_house_ground_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("module__isnull", True), ("module__in", (1, 2, 3, 4)), _connector="OR"
                        ),
                        name="recipients_house_module_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purposes__contained_by", ["service", "security"])),
                        name="recipients_house_purposes_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("categories__contained_by", ["account", "usage", "call", "contact"])
                        ),
                        name="recipients_house_categories_are_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HousePassage",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("recipient_id", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "service"), ("security", "security")], max_length=20
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("account", "account"),
                            ("usage", "usage"),
                            ("call", "call"),
                            ("contact", "contact"),
                        ],
                        max_length=20,
                    ),
                ),
                ("tunnels", models.PositiveIntegerField(default=0)),
                ("sent", models.BigIntegerField(default=0)),
                ("received", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recipient_id", "day", "purpose", "category"),
                        name="recipients_housepassage_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseRefusal",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                ringfence.egress.recipients.Kind["ENGINE"],
                                ringfence.egress.recipients.Kind["ENGINE"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["CARRIER"],
                                ringfence.egress.recipients.Kind["CARRIER"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["MAIL"],
                                ringfence.egress.recipients.Kind["MAIL"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["OBJECTS"],
                                ringfence.egress.recipients.Kind["OBJECTS"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["IDENTITY"],
                                ringfence.egress.recipients.Kind["IDENTITY"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["TOOL"],
                                ringfence.egress.recipients.Kind["TOOL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("purpose", models.CharField(blank=True, max_length=20)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                ringfence.core.personal.Category["ACCOUNT"],
                                ringfence.core.personal.Category["ACCOUNT"],
                            ),
                            (
                                ringfence.core.personal.Category["USAGE"],
                                ringfence.core.personal.Category["USAGE"],
                            ),
                            (
                                ringfence.core.personal.Category["CALL"],
                                ringfence.core.personal.Category["CALL"],
                            ),
                            (
                                ringfence.core.personal.Category["CONTACT"],
                                ringfence.core.personal.Category["CONTACT"],
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=253)),
                ("port", models.PositiveIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_registered", "not_registered"),
                            ("other_purpose", "other_purpose"),
                            ("other_category", "other_category"),
                            ("policy", "policy"),
                            ("no_ground", "no_ground"),
                            ("no_agreement", "no_agreement"),
                            ("not_eea", "not_eea"),
                            ("not_adequate", "not_adequate"),
                            ("no_module", "no_module"),
                            ("not_assessed", "not_assessed"),
                            ("no_pass", "no_pass"),
                            ("not_connect", "not_connect"),
                            ("bad_request", "bad_request"),
                            ("private_address", "private_address"),
                            ("no_address", "no_address"),
                            ("plaintext", "plaintext"),
                            ("unreachable", "unreachable"),
                            ("gate_away", "gate_away"),
                        ],
                        max_length=20,
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "kind", "purpose", "category", "host", "port", "reason"),
                        name="recipients_houserefusal_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("recipient_id", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "service"), ("security", "security")], max_length=20
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("account", "account"),
                            ("usage", "usage"),
                            ("call", "call"),
                            ("contact", "contact"),
                        ],
                        max_length=20,
                    ),
                ),
                ("tunnels", models.PositiveIntegerField(default=0)),
                ("sent", models.BigIntegerField(default=0)),
                ("received", models.BigIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "recipient_id", "day", "purpose", "category"),
                        name="recipients_passage_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Kind["ENGINE"],
                                ringfence.egress.recipients.Kind["ENGINE"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["CARRIER"],
                                ringfence.egress.recipients.Kind["CARRIER"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["MAIL"],
                                ringfence.egress.recipients.Kind["MAIL"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["OBJECTS"],
                                ringfence.egress.recipients.Kind["OBJECTS"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["IDENTITY"],
                                ringfence.egress.recipients.Kind["IDENTITY"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["TOOL"],
                                ringfence.egress.recipients.Kind["TOOL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Role["CUSTOMER"],
                                ringfence.egress.recipients.Role["CUSTOMER"],
                            ),
                            (
                                ringfence.egress.recipients.Role["SUBPROCESSOR"],
                                ringfence.egress.recipients.Role["SUBPROCESSOR"],
                            ),
                            (
                                ringfence.egress.recipients.Role["PROCESSOR"],
                                ringfence.egress.recipients.Role["PROCESSOR"],
                            ),
                        ],
                        max_length=12,
                    ),
                ),
                ("host", models.CharField(max_length=253)),
                ("port", models.PositiveIntegerField()),
                (
                    "purposes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            (
                                ringfence.egress.recipients.Ground["UNSAID"],
                                ringfence.egress.recipients.Ground["UNSAID"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["EEA"],
                                ringfence.egress.recipients.Ground["EEA"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["ADEQUACY"],
                                ringfence.egress.recipients.Ground["ADEQUACY"],
                            ),
                            (
                                ringfence.egress.recipients.Ground["SCC"],
                                ringfence.egress.recipients.Ground["SCC"],
                            ),
                        ],
                        max_length=8,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("module", models.PositiveSmallIntegerField(null=True)),
                ("assessed_on", models.DateField(null=True)),
                ("agreement", models.CharField(blank=True, max_length=300)),
                ("registered_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("account_id", "host", "port", "kind"),
                        name="recipients_recipient_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["engine", "carrier", "mail", "objects", "identity", "tool"])
                        ),
                        name="recipients_recipient_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["customer", "subprocessor", "processor"])),
                        name="recipients_recipient_role_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ground__in", ["unsaid", "eea", "adequacy", "scc"])),
                        name="recipients_recipient_ground_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("module__isnull", True), ("module__in", (1, 2, 3, 4)), _connector="OR"
                        ),
                        name="recipients_recipient_module_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purposes__contained_by", ["service", "security"])),
                        name="recipients_recipient_purposes_are_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("categories__contained_by", ["account", "usage", "call", "contact"])
                        ),
                        name="recipients_recipient_categories_are_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("account_id", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                ringfence.egress.recipients.Kind["ENGINE"],
                                ringfence.egress.recipients.Kind["ENGINE"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["CARRIER"],
                                ringfence.egress.recipients.Kind["CARRIER"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["MAIL"],
                                ringfence.egress.recipients.Kind["MAIL"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["OBJECTS"],
                                ringfence.egress.recipients.Kind["OBJECTS"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["IDENTITY"],
                                ringfence.egress.recipients.Kind["IDENTITY"],
                            ),
                            (
                                ringfence.egress.recipients.Kind["TOOL"],
                                ringfence.egress.recipients.Kind["TOOL"],
                            ),
                        ],
                        max_length=10,
                    ),
                ),
                ("purpose", models.CharField(blank=True, max_length=20)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                ringfence.core.personal.Category["ACCOUNT"],
                                ringfence.core.personal.Category["ACCOUNT"],
                            ),
                            (
                                ringfence.core.personal.Category["USAGE"],
                                ringfence.core.personal.Category["USAGE"],
                            ),
                            (
                                ringfence.core.personal.Category["CALL"],
                                ringfence.core.personal.Category["CALL"],
                            ),
                            (
                                ringfence.core.personal.Category["CONTACT"],
                                ringfence.core.personal.Category["CONTACT"],
                            ),
                        ],
                        max_length=20,
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=253)),
                ("port", models.PositiveIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_registered", "not_registered"),
                            ("other_purpose", "other_purpose"),
                            ("other_category", "other_category"),
                            ("policy", "policy"),
                            ("no_ground", "no_ground"),
                            ("no_agreement", "no_agreement"),
                            ("not_eea", "not_eea"),
                            ("not_adequate", "not_adequate"),
                            ("no_module", "no_module"),
                            ("not_assessed", "not_assessed"),
                            ("no_pass", "no_pass"),
                            ("not_connect", "not_connect"),
                            ("bad_request", "bad_request"),
                            ("private_address", "private_address"),
                            ("no_address", "no_address"),
                            ("plaintext", "plaintext"),
                            ("unreachable", "unreachable"),
                            ("gate_away", "gate_away"),
                        ],
                        max_length=20,
                    ),
                ),
                ("times", models.PositiveIntegerField(default=1)),
                ("last_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account_id", "day", "kind", "purpose", "category", "host", "port", "reason"),
                        name="recipients_refusal_once",
                    )
                ],
            },
        ),
        Fence("Recipient"),
        Fence("Passage"),
        Fence("Refusal"),
    ]
