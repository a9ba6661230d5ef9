"""One table: a request, what it asks for, and by when it must be answered."""

from django.db import models

from ringfence.apps.rows.base import TenantRow


class Kind(models.TextChoices):
    """What is asked for [GDPR 15–21]."""

    ERASURE = "erasure"


class Channel(models.TextChoices):
    """How it reached us."""

    CALL = "call"


class State(models.TextChoices):
    OPEN = "open"


class Request(TenantRow):
    """Asked for in call `call_id`, which may be gone: the request stays. Nothing of what was said is in it."""

    call_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=Kind)
    channel = models.CharField(max_length=12, choices=Channel)
    state = models.CharField(max_length=12, choices=State)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "call_id", "kind"], name="requests_request_once")
        ]
        indexes = [models.Index(fields=["account_id", "state", "due_at"], name="requests_request_due")]
