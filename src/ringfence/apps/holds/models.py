"""Two tables: the holds, and the calls that each of them names."""

from django.db import models

from ringfence.apps.rows.base import TenantRow


class Names(models.TextChoices):
    """What a hold names. All but `calls` go on naming calls that come while it is in force."""

    CALLS = "calls"
    AGENT = "agent"
    NUMBER = "number"
    ACCOUNT = "account"


class Hold(TenantRow):
    """A legal hold. Its calls' keys hang from an epoch of its own, `hold/<id>`, until it is released.

    `set_by` and `released_by` are ids; `number_sealed` is the number that is named, under the account's key. `ends_at` is when it is
    released by itself; null is when somebody does.
    """

    names = models.CharField(max_length=8, choices=Names)
    agent_id = models.UUIDField(null=True)
    number_sealed = models.BinaryField(null=True)
    reason = models.TextField()
    set_by = models.CharField(max_length=60)
    set_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=60, null=True)  # noqa: DJ001 - nobody is not an empty name
    released_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-set_at", "-id"], name="holds_hold_newest")]


class HeldCall(TenantRow):
    """That a hold names a call. Gone when the hold has let go of it. `moved_at` is when the call's keys hung from the hold."""

    hold_id = models.UUIDField()
    call_id = models.UUIDField()
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "call_id", "hold_id"], name="holds_heldcall_once")
        ]
        indexes = [models.Index(fields=["account_id", "hold_id"], name="holds_heldcall_hold")]
