"""Looks at usage data: each thing that the policy names has its place, and goes with the account (collect.usage, keep.usage)."""

from datetime import UTC, timedelta
from typing import Final

from django.db import connection

from ringfence.apps.analytics.counting import AGGREGATE, IMPROVE
from ringfence.apps.analytics.models import Mark
from ringfence.apps.rows.purpose import reading_for
from ringfence.lifecycle.accounts import tables
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, kept
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.catalogue.values import Erasure
from ringfence.policy.values import KeptLine

# What the policy names → where it is counted. Campaigns come with the feature itself.
NAMED: Final = {
    "features accessed": ("analytics_feature", "feature"), "agents created": ("agents_agent", "created_at"),
    "call volume": ("billing_usage", "calls"), "browser type": ("people_place", "browser"),
    "IP address": ("people_place", "address"), "timestamps": ("people_session", "began_at"),
}  # fmt: skip
LATE: Final = timedelta(hours=1)
_TO_ERASE: Final = "SELECT count(*) FROM lookup.accounts_to_erase(%s)"


def usage_data(_looking: Looking) -> Evidence:
    """collect.usage: what is named is counted, in ids, words of ours, moments and numbers."""
    known = catalogue().of(PlaceKind.TABLE)
    missing = [name for name, (table, field) in NAMED.items() if field not in known[table].fields]
    if missing:
        return broken("Something that the policy names is counted nowhere.", missing=", ".join(missing))
    free = [f"{table}.{each.name}" for table in ("analytics_feature", "analytics_view", "billing_usage")
            for each in known[table].fields.values() if each.kind.free]  # fmt: skip
    if free:
        return broken("Counts of use have room for words.", fields=", ".join(free))
    return kept(
        "What the policy names as usage data is counted, each in its place; counts hold ids, moments and numbers, and of nobody who "
        "was called. The account sees all of it under Usage, takes it along and deletes it there.",
        counted=", ".join(NAMED), campaigns="counted" if "campaigns_campaign" in known else "none can be run yet",
    )  # fmt: skip


def usage_goes(looking: Looking) -> Evidence:
    """keep.usage: with the account, or with its person; and what tells browsers of a day apart with the day."""
    now = looking.clock.now()
    declared = [
        place
        for place in catalogue().of(PlaceKind.TABLE).values()
        if place.facets.retention == KeptLine.USAGE and "account_id" in place.fields
    ]
    staying = [
        place.name
        for place in declared
        if place.facets.erasure is not Erasure.KEPT and place.name not in tables.erased()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TO_ERASE, [now - LATE])
        late = cursor.fetchone()[0]
    with reading_for(IMPROVE, AGGREGATE):
        old = Mark.objects.filter(day__lt=(now - LATE).astimezone(UTC).date()).count()
    facts = {
        "tables_that_go_with_the_account": str(len(declared)), "overdue_accounts": str(late), "marks_of_earlier_days": str(old),
    }  # fmt: skip
    if staying or late or old:
        return broken(
            "Usage data is still here after its time.", **facts, staying=", ".join(staying) or "none"
        )
    return kept(
        "Usage data goes with its account when the days of grace are over, sessions with their person, and what told one browser of "
        "a day from another with that day.",
        **facts,
    )  # fmt: skip


LOOKS: Final[dict[str, Look]] = {"collect.usage": usage_data, "keep.usage": usage_goes}
