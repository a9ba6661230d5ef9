"""The trail: events, the leaves and heads of the batches they were sealed in, their keys, and the last check of each chain.

Nothing here has a foreign key: a batch outlives its events, and an event the thing it tells of.
"""

from django.db import models
from django.db.models import Q

from ringfence.apps.audit.acting import ActorKind
from ringfence.apps.rows.base import TenantRow

SHOWN_ALWAYS = (ActorKind.OPERATOR.value, ActorKind.STAFF.value)


class Bucket(TenantRow):
    """account × UTC day of the events × period → a key. Its events end `period_days` after they happened; null is never.

    Two processes may make one each at once; both are used, and neither does harm.
    """

    day = models.DateField()
    period_days = models.IntegerField(null=True)
    epoch = models.CharField(max_length=60, blank=True)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account_id", "day"], name="audit_bucket_day")]


class Event(TenantRow):
    """One act. Who, what and which stand in `body`, sealed under the bucket; the indexes find them and end with it.

    The id is a UUIDv7 of the moment. `xact` is the transaction that wrote it, set by the database: a batch takes only
    what no open transaction can still come before.
    """

    bucket_id = models.UUIDField()
    actor_kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_index = models.BigIntegerField()
    act_index = models.BigIntegerField()
    object_index = models.BigIntegerField(null=True)
    body = models.BinaryField()
    leaf = models.BinaryField(max_length=32)
    xact = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="audit_event_newest"),
            models.Index(fields=["xact"], name="audit_event_xact"),
            models.Index(fields=["account_id", "object_index"], name="audit_event_object"),
            models.Index(
                fields=["account_id", "-id"], name="audit_event_always", condition=Q(actor_kind__in=SHOWN_ALWAYS)
            ),
        ]  # fmt: skip


class Leaf(TenantRow):
    """An event's place in a batch, under the event's own id. Stays when the event is pruned."""

    batch = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "batch", "position"], name="audit_leaf_one_place")
        ]


class Head(TenantRow):
    """A sealed batch: the signed message as it was signed, and the signature."""

    batch = models.PositiveIntegerField()
    message = models.TextField()
    signature = models.CharField(max_length=128)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "batch"], name="audit_head_one_chain")]


class Check(TenantRow):
    """The last verification of an account's chain, whole; one row per account."""

    checked_at = models.DateTimeField()
    batches = models.PositiveIntegerField()
    problems = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id"], name="audit_check_once")]
