"""Five tables of a customer's: what they asked of support, what was said, what staff asked for and got, and broken glass.

What people wrote is sealed under the account's key. That a row stands here opens nothing: what is asked carries a mark of the
vault's, and what was released hangs from an epoch outside of the database (`vault.support`).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ringfence.apps.rows.base import TenantRow
from ringfence.apps.support.values import Author, Released, Resource, Subject


class Request(TenantRow):
    """A support request. `calls` and `agent_id` are what the customer names; staff can ask for that and nothing else.

    `opened_by` is `member:<id>` or `api_key:<id>`.
    """

    subject = models.CharField(max_length=16, choices=[(s.value, s.value) for s in Subject])
    agent_id = models.UUIDField(null=True)
    calls = ArrayField(models.UUIDField())
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    said_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-opened_at", "-id"], name="support_request_newest")]


class Message(TenantRow):
    request_id = models.UUIDField()
    author = models.CharField(max_length=8, choices=[(a.value, a.value) for a in Author])
    author_id = models.UUIDField()
    at = models.DateTimeField()
    text_sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["account_id", "request_id", "id"], name="support_message_thread")]


class Ask(TenantRow):
    """That a named person of the operator's asks for one resource, with a reason, for some hours.

    `mark` is the vault's over what was asked. Undecided, it lapses at `lapses_at`. Approved, it ends at `ends_at`, or when it is
    withdrawn; `ended_at` is when its epoch was destroyed.
    """

    request_id = models.UUIDField()
    person_id = models.UUIDField()
    resource = models.CharField(max_length=8, choices=[(r.value, r.value) for r in Resource])
    call_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    hours = models.PositiveSmallIntegerField()
    reason_sealed = models.BinaryField()
    mark = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    ends_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, null=True)  # noqa: DJ001 - nobody is not an empty name
    withdrawn_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "request_id", "-id"], name="support_ask_of_request")]


class ReleasedPart(TenantRow):
    """The key of one part of a call, wrapped for one approval. Gone with the approval, and with the part."""

    ask_id = models.UUIDField()
    call_id = models.UUIDField()
    part = models.CharField(max_length=12, choices=[(r.value, r.value) for r in Released])
    epoch = models.CharField(max_length=60, blank=True)
    wrapped = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "ask_id", "call_id", "part"], name="support_releasedpart_once"
            )
        ]


class Glass(TenantRow):
    """That somebody of the operator's asked to see an account's settings without being asked, and another confirmed it."""

    asked_by = models.UUIDField()
    reason_sealed = models.BinaryField()
    mark = models.BinaryField(max_length=32)
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    confirmed_mark = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-asked_at", "-id"], name="support_glass_newest")]
