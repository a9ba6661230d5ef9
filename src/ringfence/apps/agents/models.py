"""Agents, what was published of them, and the engines they may speak and hear with."""

from django.db import models

from ringfence.apps.keys.marks import Marked
from ringfence.apps.rows.base import TenantRow


class Agent(TenantRow):
    """`draft` is the YAML being worked on; `live_version` is the published one that answers calls.

    The `keep_*_days` shorten the plan's periods for later calls; null means as the plan says.
    """

    slug = models.SlugField(max_length=60, db_index=False)
    name = models.CharField(max_length=200)
    draft = models.TextField()
    live_version = models.PositiveIntegerField(null=True)
    keep_recording_days = models.PositiveIntegerField(null=True)
    keep_transcript_days = models.PositiveIntegerField(null=True)
    keep_log_days = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "slug"], name="agents_agent_slug_once")]


class AgentVersion(Marked, TenantRow):
    """A published definition. The database refuses to change one, and to delete one. Marked: what callers say goes to the tools and
    the numbers that it names.
    """

    COVERED = ("id", "account_id", "agent_id", "number", "definition")

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    definition = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "account_id", "number"], name="agents_agentversion_number_once"
            )
        ]


class EngineKind(models.TextChoices):
    STT = "stt"
    TTS = "tts"
    LLM = "llm"


class Engine(Marked, TenantRow):
    """An account's own connection to an OpenAI-compatible endpoint. Marked: its secret, and what is said, go where it points."""

    COVERED = ("id", "account_id", "name", "kind", "base_url", "model", "settings", "sealed_secret")

    name = models.SlugField(max_length=60, db_index=False)
    kind = models.CharField(max_length=3, choices=EngineKind)
    base_url = models.URLField(max_length=500)
    model = models.CharField(max_length=200)
    settings = models.JSONField(default=dict)
    sealed_secret = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "name"], name="agents_engine_name_once")]
