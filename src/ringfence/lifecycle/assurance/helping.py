"""Looks at support: what staff may see, by whose word, and what is kept of what they did (guard.staff, use.support, keep.operator)."""

from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.logins import SERVING
from ringfence.core.personal import Category
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, kept
from ringfence.policy import Answer, Shown, may
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.catalogue.values import Holding
from ringfence.policy.values import KeptLine
from ringfence.vault.support import SUPPORT, person_stands

CONSOLE: Final = "rf_staff"
PURPOSE: Final = "support"
_STANDING: Final = "SELECT in_force, late, left_over FROM lookup.support_standing(%s)"
_BOTH: Final = "SELECT lookup.staff_who_are_members()"
_ENDED: Final = "SELECT lookup.support_asks_that_ended(%s)"
_PEOPLE: Final = "SELECT id, user_id, mark FROM staff_person WHERE removed_at IS NULL"
_READS: Final = """
SELECT count(*) FROM unnest(%s::text[], %s::text[]) AS w (name, field)
WHERE has_column_privilege(%s, 'public.' || w.name, w.field, 'SELECT')
"""
_CHANGES: Final = """
SELECT count(*) FROM unnest(%s::text[]) AS r (name)
WHERE has_table_privilege(r.name, 'public.staff_deed', 'DELETE, TRUNCATE')
   OR has_any_column_privilege(r.name, 'public.staff_deed', 'UPDATE')
"""
_COUNTS: Final = "SELECT (SELECT count(*) FROM staff_person), (SELECT count(*) FROM staff_deed)"


def staff(looking: Looking) -> Evidence:
    """guard.staff: the console's login reads no sealed part of a call, nobody is staff and customer, what ended has no key."""
    sealed = _sealed_of_calls()
    with connection.cursor() as cursor:
        cursor.execute(_READS, [[table for table, _ in sealed], [field for _, field in sealed], CONSOLE])
        reads = cursor.fetchone()[0]
        cursor.execute(_BOTH)
        both = cursor.fetchone()[0]
        cursor.execute(_PEOPLE)
        people = cursor.fetchall()
    keyring = looking.vault.keyring
    false = sum(not person_stands(keyring, each, user, bytes(mark)) for each, user, mark in people)
    facts = {
        "staff": str(len(people)), "sealed_columns_of_calls": str(len(sealed)), "columns_that_the_console_reads": str(reads),
        "staff_who_are_members": str(both), "rows_that_make_nobody_staff": str(false),
    }  # fmt: skip
    if reads or both:
        return broken(
            "The operator's console reads what it must not, or somebody of it is a customer's.", **facts
        )
    return kept(
        "Staff have no way to call data but a customer's approval, which is a key: the console's own login selects no sealed part of a "
        "call, and nobody of staff belongs to an account. `ringfence prove` tries the way.",
        **facts,
    )  # fmt: skip


def support(looking: Looking) -> Evidence:
    """use.support: account data, and call data under approvals in force; keys of those that ended are gone."""
    free, asked = may(PURPOSE, Category.CALL), may(PURPOSE, Category.CALL, Shown(permitted=True))
    if free.answer is not Answer.GAP or not asked or not may(PURPOSE, Category.ACCOUNT):
        return broken("The policy's table does not say what the promise says.")
    names = looking.vault.keyring.list(SUPPORT)
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [looking.clock.now()])
        in_force, late, left_over = cursor.fetchone()
        cursor.execute(_ENDED, [[UUID(name.partition("/")[2]) for name in names]])
        undead = cursor.fetchone()[0]
    facts = {
        "approvals_in_force": str(in_force), "keys_of_approvals": str(len(names)), "ended_with_a_key_left": str(undead + late),
        "wraps_left_over": str(left_over),
    }  # fmt: skip
    if late or undead:
        return broken("An approval is over, and its key is still here.", **facts)
    return kept(
        "Support uses account data; a call's words and sound open to one named person while the customer's approval is in force, and "
        "each look is in the customer's log.",
        **facts,
    )  # fmt: skip


def operator(_looking: Looking) -> Evidence:
    """keep.operator: declared, apart from customers' data, written once."""
    places = [p for p in catalogue().of(PlaceKind.TABLE).values() if p.facets.category is Holding.OPERATOR]
    wrong = [p.name for p in places if p.facets.retention != KeptLine.OPERATOR or "account_id" in p.fields]
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [list(SERVING)])
        changers = cursor.fetchone()[0]
        cursor.execute(_COUNTS)
        people, deeds = cursor.fetchone()
    facts = {
        "tables": str(len(places)),
        "people": str(people),
        "deeds": str(deeds),
        "logins_that_change_deeds": str(changers),
    }
    if wrong or changers:
        return broken(
            "What the operator's people did can be changed, or is mixed with a customer's data.", **facts
        )
    return kept(
        "The operator's people and what they did are declared, in tables of their own; no serving login changes or deletes a deed. How "
        "long they are kept is the operator's own rule.",
        **facts,
    )  # fmt: skip


def _sealed_of_calls() -> list[tuple[str, str]]:
    places = catalogue().of(PlaceKind.TABLE).values()
    return [
        (place.name, field.name)
        for place in places
        for field in place.fields.values()
        if field.facets.category is Holding.CALL and field.sealed
    ]


LOOKS: Final[dict[str, Look]] = {"guard.staff": staff, "use.support": support, "keep.operator": operator}
