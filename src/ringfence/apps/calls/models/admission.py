"""The single-use token that admits one media stream to one call."""

from django.db import models

from ringfence.apps.calls.models.call import Call
from ringfence.apps.rows.base import TenantRow


class Ticket(TenantRow):
    """Only the token's SHA-256 rests here. `lookup.redeem_ticket` uses it up.

    `held_by` and `session` are the member who talks from a browser: the call ends with what allowed it. Null for telephones.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    sha256 = models.BinaryField(max_length=32)
    held_by = models.UUIDField(null=True)
    session = models.UUIDField(null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "sha256"], name="calls_ticket_once")]
        indexes = [models.Index(fields=["sha256"], name="calls_ticket_sha256")]
