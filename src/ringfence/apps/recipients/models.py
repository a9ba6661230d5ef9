"""The register, and two books beside it, each for accounts and for the installation as a whole.

What an account brought is fenced like everything of an account. What the operator chose for all of them is of no account; its
customers may read who it is. The kinds are closed in the database, too: it takes no advertiser and no buyer.
"""

from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ringfence.apps.rows.base import Row, TenantRow
from ringfence.core.personal import Category
from ringfence.egress.decide import REASONS
from ringfence.egress.recipients import MODULES, Ground, Kind, Role

KINDS = [each.value for each in Kind]
PURPOSES = ["service", "security"]
CATEGORIES = [each.value for each in Category]


def _word(words: Iterable[str], longest: int, *, nothing: bool = False) -> "models.CharField[str, str]":
    """One of a closed list."""
    return models.CharField(max_length=longest, choices=[(each, each) for each in words], blank=nothing)


def _closed(table: str) -> list[models.BaseConstraint]:
    """What the database itself refuses."""
    return [
        models.CheckConstraint(condition=models.Q(kind__in=KINDS), name=f"{table}_kind_is_known"),
        models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name=f"{table}_role_is_known"),
        models.CheckConstraint(condition=models.Q(ground__in=[g.value for g in Ground]), name=f"{table}_ground_is_known"),
        models.CheckConstraint(condition=models.Q(module__isnull=True) | models.Q(module__in=MODULES), name=f"{table}_module_is_known"),
        models.CheckConstraint(condition=models.Q(purposes__contained_by=PURPOSES), name=f"{table}_purposes_are_known"),
        models.CheckConstraint(condition=models.Q(categories__contained_by=CATEGORIES), name=f"{table}_categories_are_known"),
    ]  # fmt: skip


class _Registered(Row):
    kind = _word(Kind, 10)
    role = _word(Role, 12)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    purposes = ArrayField(models.TextField())
    categories = ArrayField(models.TextField())
    ground = _word(Ground, 8)
    country = models.CharField(max_length=2, blank=True)
    module = models.PositiveSmallIntegerField(null=True)
    assessed_on = models.DateField(null=True)
    agreement = models.CharField(max_length=300, blank=True)
    registered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Recipient(_Registered, TenantRow):
    """One that an account brought. It stays in the register when it ends: what it was given was given."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "host", "port", "kind"], condition=models.Q(ended_at__isnull=True),
                name="recipients_recipient_once",
            ),
            *_closed("recipients_recipient"),
        ]  # fmt: skip


class House(_Registered):
    """One that the operator chose for the whole installation. A host that begins with a dot is every name below it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host", "port", "kind"],
                condition=models.Q(ended_at__isnull=True),
                name="recipients_house_once",
            ),
            *_closed("recipients_house"),
        ]


class _Carried(Row):
    recipient_id = models.UUIDField()
    day = models.DateField()
    purpose = _word(PURPOSES, 20)
    category = _word(CATEGORIES, 20)
    tunnels = models.PositiveIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        abstract = True


class Passage(_Carried, TenantRow):
    """What one recipient was given of an account on one UTC day: how often, how many bytes there and back, when last."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "recipient_id", "day", "purpose", "category"],
                name="recipients_passage_once",
            )
        ]


class HousePassage(_Carried):
    """The same for the installation's own recipients, of all accounts together."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_id", "day", "purpose", "category"], name="recipients_housepassage_once"
            )
        ]


class _Refused(Row):
    day = models.DateField()
    kind = _word(Kind, 10, nothing=True)
    purpose = models.CharField(max_length=20, blank=True)
    category = _word(Category, 20, nothing=True)
    host = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField()
    reason = _word(REASONS, 20)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        abstract = True


class Refusal(_Refused, TenantRow):
    """That something of an account did not leave, on one UTC day. `told_at` is when its trail was told."""

    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id", "day", "kind", "purpose", "category", "host", "port", "reason"],
                name="recipients_refusal_once",
            )
        ]


class HouseRefusal(_Refused):
    """The same where no account is known: the installation's own, and who could not show what it is."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "purpose", "category", "host", "port", "reason"],
                name="recipients_houserefusal_once",
            )
        ]
