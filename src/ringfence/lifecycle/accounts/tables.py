"""Which tables an account's erasure empties, drawn from the catalogue, so that a table that is made later cannot be forgotten.

What is declared as kept, on a ground that is named there, stays; everything else with an account in it goes, those who refer to
others first.
"""

from typing import Final

from django.apps import apps

from ringfence.apps.accounts.tenancy import fenced_tables
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.catalogue.values import Erasure

ITSELF: Final = "accounts_account"
PEOPLE: Final = "accounts_membership"  # goes with the people, by lookup.erase_people


def kept() -> tuple[str, ...]:
    """Tables of which an erased account keeps rows, sorted."""
    return tuple(sorted(name for name, stays in _tenants().items() if stays))


def erased() -> tuple[str, ...]:
    """Tables to empty, whoever refers to another first. The account's own row is not among them: it goes last."""
    wanted = {name for name, stays in _tenants().items() if not stays} - {ITSELF}
    children = _referring()
    done: list[str] = []
    while wanted:
        free = sorted(name for name in wanted if not children.get(name, set()) & wanted - {name})
        done += free
        wanted -= set(free)
    return tuple(done)


def _tenants() -> dict[str, bool]:
    """Every table with an account in it, and whether its rows stay."""
    return {
        place.name: place.facets.erasure is Erasure.KEPT
        for place in catalogue().of(PlaceKind.TABLE).values()
        if place.name in fenced_tables()  # the fences name the same tables as the live schema: a test says so
    }


def _referring() -> dict[str, set[str]]:
    """Table → the tables whose rows refer to it."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        for column in model._meta.get_fields():  # noqa: SLF001 - Django's public API
            other = column.related_model
            if column.concrete and isinstance(other, type):
                found.setdefault(other._meta.db_table, set()).add(model._meta.db_table)  # noqa: SLF001
    return found
