"""The call log: that a call took place, when, how, and how it ended."""

from django.db import models
from django.db.models import Q

from ringfence.apps.keys.models import Bucket
from ringfence.apps.rows.base import TenantRow
from ringfence.core.call import Channel, Direction, Outcome, Status

LIVE = (Status.RINGING.value, Status.IN_PROGRESS.value)


class Call(TenantRow):
    """One call. Metadata is in the clear; numbers are sealed, and found through indexes keyed by the bucket.

    While the call lives, what is sealed of it opens with `live_keys`; from its end on with `wrapped_key`, the call's own
    key wrapped under `log_bucket`. `plan`, `policy_version`, the agent's version and its own `periods` (days by part) are
    those it was born under.
    `expires_at` is null while it lives and where no end is promised. `seen_at` is the media process's last sign of life.
    A call with `being_erased_at` is unreadable, whatever else its row says.
    """

    agent_id = models.UUIDField()
    agent_slug = models.CharField(max_length=60)
    agent_version = models.PositiveIntegerField()
    direction = models.CharField(max_length=8, choices=[(d.value, d.value) for d in Direction])
    channel = models.CharField(max_length=20, choices=[(c.value, c.value) for c in Channel])
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Status])
    outcome = models.CharField(max_length=20, null=True, choices=[(o.value, o.value) for o in Outcome])  # noqa: DJ001 - no outcome yet is not an empty one
    connection_id = models.UUIDField(null=True)
    carrier_call_id = models.CharField(max_length=64, null=True)  # noqa: DJ001 - web calls have none
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    plan = models.CharField(max_length=12)
    policy_version = models.CharField(max_length=64)
    periods = models.JSONField(null=True)
    expires_at = models.DateTimeField(null=True)
    disclosure = models.JSONField(null=True)
    consent = models.JSONField(null=True)
    live_keys = models.BinaryField(null=True)
    log_bucket = models.ForeignKey(
        Bucket, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    wrapped_key = models.BinaryField(null=True)
    numbers_sealed = models.BinaryField(null=True)
    from_index = models.BinaryField(max_length=16, null=True)
    to_index = models.BinaryField(max_length=16, null=True)
    problems = models.JSONField(default=list)
    costs = models.JSONField(default=dict)
    timings = models.JSONField(default=list)
    being_erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-started_at", "-id"], name="calls_call_newest"),
            models.Index(fields=["account_id", "agent_id", "-started_at", "-id"], name="calls_call_agent"),
            models.Index(fields=["account_id", "outcome", "-started_at", "-id"], name="calls_call_outcome"),
            models.Index(fields=["account_id", "from_index"], name="calls_call_from"),
            models.Index(fields=["account_id", "to_index"], name="calls_call_to"),
            models.Index(fields=["account_id", "carrier_call_id"], name="calls_call_carrier"),
            models.Index(
                fields=["account_id", "seen_at"], condition=Q(status__in=LIVE), name="calls_call_live"
            ),
            models.Index(fields=["expires_at", "account_id"], name="calls_call_due"),
        ]
