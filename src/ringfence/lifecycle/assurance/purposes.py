"""Looks at purposes: every cell is tried, and each login's grants are held against what is declared (use.*); and at rows that
decide who gets in (guard.roles).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db import connection

from ringfence.apps.accounts.tenancy import guarded
from ringfence.apps.rows.purpose import NotForThis, demand, entered, reading_for
from ringfence.apps.rows.schema import READ
from ringfence.core.personal import Category
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, kept
from ringfence.policy import NOTHING_SHOWN, Shown, load, may
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.logins import logins

EVERYTHING_SHOWN: Final = Shown(anonymised=True, required=True, permitted=True)
REMEMBERED: Final = timedelta(days=30)
_FORGED: Final = "SELECT count(*), max(seen_at) FROM keys_forgedrow WHERE seen_at > %s"


def differences() -> list[str]:
    """Columns that a login reads in the clear and is not declared to, or the other way round."""
    known = catalogue().of(PlaceKind.TABLE)
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(logins())])
        live = {
            (login, table, column)
            for login, table, column in cursor.fetchall()
            if table not in known
            or column not in known[table].fields
            or not known[table].fields[column].sealed
        }
    declared = {(name, *each) for name, login in logins().items() for each in login.columns()}
    return sorted(".".join(each) for each in live ^ declared)


def purpose(name: str, said: str) -> Callable[[Looking], Evidence]:
    """A look at one purpose of the policy."""

    def look(_looking: Looking) -> Evidence:
        wrong, refused = _tried(name)
        differing = differences()
        mine = [each for each in logins().values() if name in each.purposes]
        facts = {
            "cells_tried": str(2 * len(_personal())), "refused": str(refused), "not_as_the_policy_says": str(wrong),
            "logins_with_this_purpose": ", ".join(each.name for each in mine) or "none",
            "columns_they_see_in_the_clear": str(sum(len(list(each.columns())) for each in mine)),
            "columns_not_as_declared": str(len(differing)),
        }  # fmt: skip
        if wrong or differing or not guarded(connection):
            return broken("Data are used, or could be, for what the policy does not allow.", **facts)
        return kept(said, **facts)

    return look


def _tried(name: str) -> tuple[int, int]:
    """Every personal table under this purpose, with its condition shown and not: how many differ, and how many were refused."""
    wrong = refused = 0
    with entered([each.id for each in load().purposes]):
        for table, category, declared in _personal():
            for shown in (NOTHING_SHOWN, EVERYTHING_SHOWN):
                expected = bool(may(name, category, shown)) and name in declared
                given = _reads(name, table, shown)
                wrong += given is not expected
                refused += not given
    return wrong, refused


def _reads(name: str, table: str, shown: Shown) -> bool:
    with reading_for(name, shown):
        try:
            demand(f"SELECT FROM {table}", tried=True)
        except NotForThis:
            return False
    return True


def _personal() -> list[tuple[str, Category, frozenset[str]]]:
    found: list[tuple[str, Category, frozenset[str]]] = []
    for table, place in catalogue().of(PlaceKind.TABLE).items():
        if place.facets.category.value in {each.value for each in Category}:
            facets = [place.facets, *(field.facets for field in place.fields.values())]
            declared = frozenset(each for some in facets for each in some.purposes)
            found.append((table, Category(place.facets.category.value), declared))
    return found


def who_gets_in(looking: Looking) -> Evidence:
    """guard.roles: rows that decide it were written by the platform, or were passed over."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGED, [looking.clock.now() - REMEMBERED])
        row: tuple[Any, ...] = cursor.fetchone()
    facts = {"rows_passed_over_in_30_days": str(row[0]), "newest": row[1].isoformat() if row[1] else "none"}
    if row[0]:
        return broken(
            "Rows that decide who gets in were met that the platform did not write. They opened nothing; somebody has a database "
            "login's password, or wrote by hand: change the logins' passwords, and ask who.",
            **facts,
        )
    return kept(
        "People, memberships, keys, sessions, invitations, links, identity providers, engines and carriers carry a mark that only "
        "the platform can make; a row without one counts as not there. None was met.",
        **facts,
    )


LOOKS: Final[dict[str, Look]] = {
    "use.service": purpose(
        "service",
        "Every read states its purpose. Providing the service uses what is declared for it, of all four categories.",
    ),
    "use.billing": purpose(
        "billing",
        "Billing uses accounts and counts; its job has a login of its own, which can read nothing of a call.",
    ),
    "use.security": purpose(
        "security", "Security uses accounts and usage data; calls and contacts are refused to it."
    ),
    "use.legal": purpose(
        "legal",
        "For the law, data are used only where it is shown that a law requires exactly this; without that it is a gap, and refused.",
    ),
    "use.improve": purpose(
        "improve",
        "Refused: nothing of a customer is used to improve the platform, since an anonymiser is not built. What may be used is a count of "
        "browsers, of nobody, of those who opted in.",
    ),
    "guard.roles": who_gets_in,
}
