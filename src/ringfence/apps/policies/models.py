"""One table, of no account: the policy is the operator's word to everybody."""

from django.db import models

from ringfence.apps.rows.base import Row


class EnforcedPolicy(Row):
    """A version of the policy from the moment it was first enforced until the next row's. Rows are never changed: when an
    earlier version comes back, it gets a row of its own.

    `source` is the file, `facts` what it says (`ringfence.policy.facts`), so that versions of long ago can be compared
    though nobody reads their format any more.
    """

    version = models.CharField(max_length=64)
    since = models.DateTimeField()
    source = models.TextField()
    facts = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["-since", "-id"], name="policies_enforced_newest")]
