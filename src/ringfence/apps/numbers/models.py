"""How calls reach an account and whom it may call."""

from django.db import models

from ringfence.apps.keys.marks import Marked
from ringfence.apps.numbers.causes import Cause
from ringfence.apps.rows.base import TenantRow


class Connection(Marked, TenantRow):
    """An account's credentials with a carrier. What is secret of them is in `sealed_secret`, nothing else is."""

    COVERED = ("id", "account_id", "vendor", "settings", "sealed_secret")

    vendor = models.CharField(max_length=20)
    label = models.CharField(max_length=100)
    settings = models.JSONField(default=dict)
    sealed_secret = models.BinaryField()
    created_at = models.DateTimeField()


class Number(TenantRow):
    """A telephone number of the account's own; `agent_id` answers it."""

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="numbers", db_index=False
    )
    e164 = models.CharField(max_length=16)
    label = models.CharField(max_length=100, blank=True)
    agent_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "account_id", "e164"], name="numbers_number_once")
        ]
        indexes = [models.Index(fields=["account_id", "agent_id"], name="numbers_number_agent")]


class ConfirmedNumber(Marked, TenantRow):
    """A number that a member showed to be theirs by a code, so that test calls may be placed to it.

    `number_index` and `code_hash` are keyed by the account's key: neither can be guessed back without it.
    """

    COVERED = ("id", "account_id", "user_id", "number_index", "confirmed_at")

    user_id = models.UUIDField()
    label = models.CharField(max_length=100, blank=True)
    number_sealed = models.BinaryField()
    number_index = models.BinaryField(max_length=16)
    code_hash = models.BinaryField(max_length=16, null=True)
    code_expires_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "number_index"], name="numbers_confirmednumber_once"
            )
        ]


class Suppression(TenantRow):
    """A number that is not to be called again, as an index under the account's key. It outlives the call that caused it."""

    number_index = models.BinaryField(max_length=16)
    cause = models.CharField(max_length=12, choices=[(cause.value, cause.value) for cause in Cause])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "number_index"], name="numbers_suppression_once")
        ]
