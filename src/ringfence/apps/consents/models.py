"""One table: a record, which is never changed, and the moment it must be gone."""

from django.db import models

from ringfence.apps.rows.base import TenantRow


class Kind(models.TextChoices):
    """What was asked, or objected to."""

    RECORDING = "recording"
    CALLING = "calling"


class Answer(models.TextChoices):
    """What came of it. `told`: nobody was asked, the recording was announced. `objected`: unasked, at any moment."""

    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"
    TOLD = "told"
    OBJECTED = "objected"


class Record(TenantRow):
    """Made in call `call_id`, which may be gone. `script_sha256` is of the exact words that were played.

    No index of the number: it would outlive the call's own, and with it whoever has a backup and the keys could find out by
    trying who had called.
    """

    call_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind)
    answer = models.CharField(max_length=12, choices=Answer)
    script_sha256 = models.CharField(max_length=64, blank=True)
    agent_id = models.UUIDField()
    agent_version = models.PositiveIntegerField()
    channel = models.CharField(max_length=12)
    policy_version = models.CharField(max_length=64)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "call_id", "kind", "answer"], name="consents_record_once"
            )
        ]
        indexes = [
            models.Index(fields=["account_id", "-at", "-id"], name="consents_record_newest"),
            models.Index(fields=["until"], name="consents_record_until"),
        ]
