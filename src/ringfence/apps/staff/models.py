"""Two tables outside of accounts: who is of the operator's, and what they did. Neither is a customer's data (keep.operator)."""

from django.db import models

from ringfence.apps.rows.base import Row
from ringfence.apps.staff.deeds import Deed as Act


class Person(Row):
    """A person of the operator's. `user_id` is the person who signs in; `mark` shows that the row was written here (`vault.support`).

    A row with `removed_at` stays for as long as the operator's own rule says, so that what was done has a doer.
    """

    user_id = models.UUIDField()
    mark = models.BinaryField(max_length=32)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user_id"], condition=models.Q(removed_at=None), name="staff_person_once"
            )
        ]


class Deed(Row):
    """One thing that somebody of the operator's did: ids and a word of ours. Written once; no login changes or deletes it."""

    at = models.DateTimeField()
    person_id = models.UUIDField(null=True)
    act = models.CharField(max_length=30, choices=[(each.value, each.value) for each in Act])
    customer_id = models.UUIDField(null=True)
    thing = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="staff_deed_newest")]
