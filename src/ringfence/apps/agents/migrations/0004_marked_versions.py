from django.db import migrations, models

from ringfence.apps.keys.marking import EnterOnce

_OPEN = "ALTER TABLE agents_agentversion DISABLE TRIGGER agents_agentversion_immutable"
_SHUT = "ALTER TABLE agents_agentversion ENABLE TRIGGER agents_agentversion_immutable"


class Migration(migrations.Migration):
    """What was published: each version with a mark of the vault's, which this migration alone may add to it."""

    dependencies = [("agents", "0003_marks")]

    operations = [
        migrations.AddField("agentversion", "mark", models.BinaryField(max_length=32, null=True)),
        migrations.RunSQL(_OPEN, _SHUT),
        EnterOnce("agentversion", ("id", "account_id", "agent_id", "number", "definition")),
        migrations.RunSQL(_SHUT, _OPEN),
    ]
