"""Breaking the glass: an account's settings without its request, by two people of the operator's. Never call data.

One asks, with a reason; another confirms; the customer is told at once, by mail and in its own trail. It lasts an hour. What opens is
how the account is set up, in words and counts: no definition of an agent, no number, no name of a member, nothing of a call. Runs as
rf_staff.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.staff.deeds import Deed, write
from ringfence.apps.staff.people import Person, one
from ringfence.apps.support.errors import BadRequest, NoSuchAsk, NotPending, NotReleased, SamePerson
from ringfence.apps.support.values import LONGEST_REASON, PURPOSE
from ringfence.apps.support.words import open_words, seal_words
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.people import mark_of
from ringfence.vault.support import terms
from ringfence.vault.vault import Vault

TABLE: Final = "support_glass"
LAPSES_AFTER: Final = timedelta(hours=1)
LASTS: Final = timedelta(hours=1)
_COLUMNS: Final = "id, account_id, asked_by, reason_sealed, mark, asked_at, lapses_at, confirmed_by, confirmed_at, ends_at, confirmed_mark"
_ADD: Final = """
INSERT INTO support_glass (id, account_id, asked_by, reason_sealed, mark, asked_at, lapses_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_OF_ACCOUNT: Final = f"SELECT {_COLUMNS} FROM support_glass WHERE account_id = %s ORDER BY id DESC LIMIT 20"  # noqa: S608 - constants of ours
_ONE: Final = f"SELECT {_COLUMNS} FROM support_glass WHERE account_id = %s AND id = %s"  # noqa: S608
_CONFIRM: Final = """
UPDATE support_glass SET confirmed_by = %s, confirmed_at = %s, ends_at = %s, confirmed_mark = %s
WHERE account_id = %s AND id = %s AND confirmed_at IS NULL
"""
_SETTINGS: Final = "SELECT kind, name, state, since FROM lookup.settings_of_account(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    id: UUID
    account_id: UUID
    asked_by: UUID
    reason: str
    asked_at: datetime
    lapses_at: datetime
    confirmed_by: UUID | None
    confirmed_at: datetime | None
    ends_at: datetime | None
    marked: bool

    def pending(self, now: datetime) -> bool:
        return self.marked and self.confirmed_at is None and now < self.lapses_at

    def broken(self, now: datetime) -> bool:
        return self.marked and self.ends_at is not None and now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of how an account is set up."""

    kind: str
    name: str
    state: str
    since: datetime | None


def ask(cursor: Cursor, vault: Vault, me: Person, account_id: UUID, reason: str, clock: Clock) -> UUID:
    """Ask a colleague to confirm. Raises BadRequest."""
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise BadRequest(
            "reason", f"Say why, in at most {LONGEST_REASON} characters. The customer will read it."
        )
    glass_id, now = new_id(clock), clock.now()
    sealed = seal_words(vault, account_id, TABLE, glass_id, said)
    mark = _asked_mark(vault, account_id, glass_id, me.id, sealed, now + LAPSES_AFTER)
    cursor.execute(_ADD, (glass_id, account_id, me.id, sealed, mark, now, now + LAPSES_AFTER))
    note(cursor, vault, account_id, Act.GLASS_ASKED, Thing("glass", str(glass_id)), purpose=PURPOSE)
    write(cursor, Deed.GLASS_ASKED, clock, customer_id=account_id, thing=str(glass_id))
    return glass_id


def confirm(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, glass_id: UUID, clock: Clock
) -> Glass:
    """The second of two. Raises NoSuchAsk, SamePerson, NotPending."""
    found, now = _one(cursor, vault, account_id, glass_id), clock.now()
    if found.asked_by == me.id:
        raise SamePerson("Somebody else has to confirm this: two people, always.")
    if not found.pending(now) or one(cursor, vault, found.asked_by) is None:
        raise NotPending("This was confirmed already, or nobody confirmed it within an hour.")
    ends_at = now + LASTS
    mark = _confirmed_mark(vault, account_id, glass_id, found.asked_by, me.id, ends_at)
    cursor.execute(_CONFIRM, (me.id, now, ends_at, mark, account_id, glass_id))
    note(cursor, vault, account_id, Act.GLASS_BROKEN, Thing("glass", str(glass_id)), purpose=PURPOSE)
    write(cursor, Deed.GLASS_BROKEN, clock, customer_id=account_id, thing=str(glass_id))
    return _one(cursor, vault, account_id, glass_id)


def of_account(cursor: Cursor, vault: Vault, account_id: UUID) -> tuple[Glass, ...]:
    """The latest, newest first; for staff and for the customer alike."""
    cursor.execute(_OF_ACCOUNT, (account_id,))
    return tuple(_glass(vault, row) for row in cursor.fetchall())


def settings(cursor: Cursor, vault: Vault, account_id: UUID, clock: Clock) -> tuple[Setting, ...]:
    """How the account is set up, while the glass is broken; each look stands in its trail. Raises NotReleased."""
    now = clock.now()
    broken = next((each for each in of_account(cursor, vault, account_id) if each.broken(now)), None)
    if broken is None:
        raise NotReleased(
            "The glass over this account is whole. Two people may break it; the customer is told at once."
        )
    cursor.execute(_SETTINGS, (account_id,))
    found = tuple(
        Setting(kind=kind, name=name, state=state, since=since)
        for kind, name, state, since in cursor.fetchall()
    )
    note(cursor, vault, account_id, Act.SETTINGS_SEEN, Thing("glass", str(broken.id)), purpose=PURPOSE)
    write(cursor, Deed.SETTINGS_SEEN, clock, customer_id=account_id, thing=str(broken.id))
    return found


def _one(cursor: Cursor, vault: Vault, account_id: UUID, glass_id: UUID) -> Glass:
    cursor.execute(_ONE, (account_id, glass_id))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchAsk("Nobody asked for this.")
    return _glass(vault, row)


def _glass(vault: Vault, row: Any) -> Glass:
    (
        glass_id, account_id, asked_by, reason, mark, asked_at, lapses_at, confirmed_by, confirmed_at, ends_at, confirmed,
    ) = row  # fmt: skip
    marked = compare_digest(
        _asked_mark(vault, account_id, glass_id, asked_by, bytes(reason), lapses_at), bytes(mark)
    )
    if confirmed_by is not None and ends_at is not None:
        twice = confirmed_by != asked_by
        said = _confirmed_mark(vault, account_id, glass_id, asked_by, confirmed_by, ends_at)
        marked = marked and twice and compare_digest(said, bytes(confirmed or b""))
    return Glass(
        id=glass_id, account_id=account_id, asked_by=asked_by,
        reason=open_words(vault, account_id, TABLE, glass_id, bytes(reason)), asked_at=asked_at, lapses_at=lapses_at,
        confirmed_by=confirmed_by, confirmed_at=confirmed_at, ends_at=ends_at, marked=marked,
    )  # fmt: skip


def _asked_mark(
    vault: Vault, account_id: UUID, glass_id: UUID, asked_by: UUID, reason: bytes, lapses_at: datetime
) -> bytes:
    parts = (account_id.bytes, glass_id.bytes, asked_by.bytes, reason, lapses_at.astimezone(UTC).isoformat())
    return mark_of(vault.root, "support/glass", terms(parts))


def _confirmed_mark(
    vault: Vault, account_id: UUID, glass_id: UUID, asked_by: UUID, confirmed_by: UUID, ends_at: datetime
) -> bytes:
    parts = (
        account_id.bytes,
        glass_id.bytes,
        asked_by.bytes,
        confirmed_by.bytes,
        ends_at.astimezone(UTC).isoformat(),
    )
    return mark_of(vault.root, "support/glass/confirmed", terms(parts))
