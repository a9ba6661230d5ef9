"""How an account stands: its plan and what follows it, and whether it is open.

Whoever writes what has an end (a call that is taken in) reads the term under a shared lock, and whoever changes the plan takes the
same lock alone: what is written comes wholly before a change, and follows it, or wholly after.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.errors import AccountClosed, NoSuchAccount
from ringfence.apps.rows.cursor import Cursor
from ringfence.policy import Plan, Term

_TERM: Final = "SELECT plan, then_plan, then_at FROM accounts_account WHERE id = %s"
_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_CLOSED: Final = "SELECT lookup.account_closed_at(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An account's row, as far as plan and life are concerned. `shown` is how many calls were said to be destroyed."""

    plan: Plan
    term: Term
    shelf: int
    created_at: datetime
    shown: int | None = None
    by: str | None = None
    changed_at: datetime | None = None
    follow_at: datetime | None = None
    cancelled_at: datetime | None = None
    erase_after: datetime | None = None
    erasing_at: datetime | None = None


_COLUMNS: Final = (
    "plan, then_plan, then_at, shelf, created_at, then_shown, then_by, changed_at, follow_at, cancelled_at, erase_after,"
    " erasing_at"
)
_STANDING: Final = f"SELECT {_COLUMNS} FROM accounts_account WHERE id = %s"  # noqa: S608 - a constant of ours


def standing(cursor: Cursor, account_id: UUID, *, alone: bool = False) -> Standing:
    """How it stands; with `alone`, until the transaction ends nobody else changes it or writes what depends on it.

    Raises NoSuchAccount.
    """
    if alone:
        cursor.execute(_ALONE, (f"term/{account_id}",))
    cursor.execute(_STANDING, (account_id,))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchAccount("There is no such account.")
    plan, then, at, shelf, created, shown, by, changed, follow, cancelled, erase, erasing = row
    return Standing(
        plan=Plan(plan), term=Term(Plan(plan), Plan(then) if then else None, at), shelf=shelf, created_at=created,
        shown=shown, by=by, changed_at=changed, follow_at=follow, cancelled_at=cancelled, erase_after=erase,
        erasing_at=erasing,
    )  # fmt: skip


def term_of(cursor: Cursor, account_id: UUID, *, lock: bool = True) -> Term | None:
    """The account's plan and what follows it, held still until the transaction ends; None if there is no account."""
    if lock:
        cursor.execute(_SHARED, (f"term/{account_id}",))
    cursor.execute(_TERM, (account_id,))
    row = cursor.fetchone()
    return Term(Plan(row[0]), Plan(row[1]) if row[1] else None, row[2]) if row else None


def closed_at(account_id: UUID) -> datetime | None:
    """Since when the account is cancelled; None while it is open. Asked before a tenant is set."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [account_id])
        row = cursor.fetchone()
    found: datetime | None = row[0] if row else None
    return found


def demand_open(account_id: UUID) -> None:
    """Raise AccountClosed if the account is cancelled."""
    if closed_at(account_id) is not None:
        raise AccountClosed(
            "This account is cancelled. Its owner can bring it back under Settings → Plan until it is erased."
        )
