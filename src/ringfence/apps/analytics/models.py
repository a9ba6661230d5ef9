"""Counts. Pages and days are of nobody, and stand outside accounts; features are an account's usage data, and are fenced.

No row has an address, a browser or a person in it, but for the one in which a person says that they may be counted.
"""

from django.db import models

from ringfence.apps.accounts.models import User
from ringfence.apps.rows.base import Row, TenantRow

VISITOR = "visitor"  # nobody is signed in; no cookie
PERSON = "person"  # signed in, and opted in


class View(Row):
    """How often a page was shown on a UTC day, to visitors or to people who opted in. `page` is a route's name: no id, no query."""

    day = models.DateField()
    page = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=[(VISITOR, "Visitors"), (PERSON, "People who opted in")])
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "page", "kind"], name="analytics_view_once")]


class Day(models.Model):
    """How many browsers of people who opted in came on a UTC day."""

    day = models.DateField(primary_key=True)
    browsers = models.PositiveIntegerField()


class Mark(models.Model):
    """That a random id of today was counted already: a keyed hash of it. Goes with its UTC day."""

    mark = models.BinaryField(max_length=32, primary_key=True)
    day = models.DateField(db_index=True)


class Choice(models.Model):
    """That a person opted in to being counted, and when. Without a row, a person has not."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    chosen_at = models.DateTimeField()


class Feature(TenantRow):
    """How often an account used a feature on a UTC day."""

    day = models.DateField()
    feature = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account_id", "day", "feature"], name="analytics_feature_once")
        ]
