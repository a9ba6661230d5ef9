"""What is being erased, and what was: ids and moments, never content."""

from django.db import models

from ringfence.apps.rows.base import TenantRow


class ErasedPart(models.TextChoices):
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    CALL = "call"
    ACCOUNT = "account"  # all of it; `call_id` is then the account's own id


class ErasureState(models.TextChoices):
    REQUESTED = "requested"  # marked, unreadable, not yet gone everywhere
    DONE = "done"  # looked again: gone


class Erasure(TenantRow):
    """A tombstone: written first, in the transaction that makes the part unreadable; it fences late writers for good.

    `call_id` is no foreign key, since this row outlives the call's. `places` says of each place what became of it there.
    `ledger_batch` and `ledger_hash` name the batch of the erasure ledger in which it stands; without one it is never done.
    `settled_at` is when it was looked for a last time, after every upload that could still have been under way; `scrubbed_at`
    when the tables' files were written anew without what the database had left of it; `ends_at` the moment after which its
    time would have destroyed the keys above it, whatever is left.
    """

    call_id = models.UUIDField()
    part = models.CharField(max_length=12, choices=ErasedPart)
    state = models.CharField(max_length=12, choices=ErasureState)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=60)
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    places = models.JSONField(default=dict)
    ledger_batch = models.BigIntegerField(null=True)
    ledger_hash = models.CharField(max_length=64, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    scrubbed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "call_id", "part"], name="calls_erasure_once")
        ]
        indexes = [
            models.Index(fields=["account_id", "-requested_at", "-id"], name="calls_erasure_newest"),
            models.Index(
                fields=["account_id", "done_at"],
                condition=models.Q(state=ErasureState.DONE.value, settled_at=None),
                name="calls_erasure_unsettled",
            ),
            models.Index(
                fields=["account_id", "requested_at"],
                condition=models.Q(state=ErasureState.REQUESTED.value),
                name="calls_erasure_open",
            ),
        ]


class LedgerMark(models.Model):
    """How much of the erasure ledger this database has been through: one row, of no account.

    A database that comes back from a backup brings an older mark, and is not served until the ledger's rest was replayed.
    """

    id = models.SmallIntegerField(primary_key=True)
    batch = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
