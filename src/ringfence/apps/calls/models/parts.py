"""The parts of a call that have periods of their own, and what makes the transcript searchable."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from ringfence.apps.calls.models.call import Call
from ringfence.apps.keys.models import Bucket
from ringfence.apps.rows.base import TenantRow


class PartState(models.TextChoices):
    """Where a part stands. Only `KEPT` opens."""

    PENDING = "pending"  # the call is not over, or its after-call work is not
    KEPT = "kept"
    NEVER_KEPT = "never_kept"
    BEING_ERASED = "being_erased"
    DELETED = "deleted"
    EXPIRED = "expired"


STILL_KEPT: Final = models.Q(state=PartState.KEPT.value)  # what is gone already needs nobody to look for it


class _Part(TenantRow):
    state = models.CharField(max_length=12, choices=PartState)
    bucket = models.ForeignKey(
        Bucket, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    wrapped_key = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Recording(_Part):
    """Two channels of audio: a journal in the object store under `object_name`; its key is wrapped here.

    `bytes` is the journal's size, `duration_ms` the length of the call's timeline it covers.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="recording", db_index=False)
    object_name = models.CharField(max_length=200, blank=True)
    bytes = models.PositiveBigIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(default=0)
    waveform_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "account_id"], name="calls_recording_once")]
        indexes = [
            models.Index(
                fields=["expires_at", "account_id"], name="calls_recording_kept", condition=STILL_KEPT
            )
        ]


class Transcript(_Part):
    """Turns, summary and captured variables; each sealed apart under one key, wrapped here."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transcript", db_index=False)
    turns_sealed = models.BinaryField(null=True)
    summary_sealed = models.BinaryField(null=True)
    variables_sealed = models.BinaryField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "account_id"], name="calls_transcript_once")]
        indexes = [
            models.Index(
                fields=["expires_at", "account_id"], name="calls_transcript_kept", condition=STILL_KEPT
            )
        ]


class SearchTokens(TenantRow):
    """Keyed tokens of a transcript's words and of its variables' values. No login reads, writes or deletes here:

    `lookup.search_calls`, `lookup.put_tokens` and `lookup.drop_tokens` do, for the transaction's own account. The
    constraint to the call has no cascade: a call whose tokens were forgotten cannot be deleted.
    """

    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    bucket = models.ForeignKey(
        Bucket, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    tokens = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "account_id"], name="calls_searchtokens_once")]
        indexes = [
            GinIndex(fields=["tokens"], name="calls_searchtokens_gin"),
            models.Index(fields=["account_id", "bucket"], name="calls_searchtokens_bucket"),
        ]
