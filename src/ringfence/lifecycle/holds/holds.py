"""Setting a hold, widening it to calls that come, releasing it.

Each step is a transaction of its own and safe to repeat; a worker carries on what a dead process left:

- set      the hold and the calls it names, in one transaction: from here on no sweep takes them. Those that fall due within a day
           have their clock stopped in it, too; the others follow in batches, keys and all
- release  in one transaction the clock starts again where the original period says. Keys of what is not over go back to their days
           in batches, then the hold's epoch is destroyed, and with it whatever is overdue
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.terms import demand_open, term_of
from ringfence.apps.audit.acting import ActorKind, actor
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import actor_name, note
from ringfence.apps.holds.models import Names
from ringfence.apps.keys.buckets import open_buckets
from ringfence.apps.numbers.e164 import e164
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.lifecycle.doors import Transactions
from ringfence.lifecycle.holds.errors import BadHold, NoSuchHold, NotTheirs
from ringfence.lifecycle.holds.keys import Moving
from ringfence.lifecycle.plans.moving import follow_calls
from ringfence.policy import Part
from ringfence.vault.blind import number_index
from ringfence.vault.keyring import hold_epoch
from ringfence.vault.vault import Vault

AT_ONCE: Final = 500
AT_MOST_S: Final = 15.0  # of a request; a worker goes on where it ends
LONGEST_REASON: Final = 2_000
SOON: Final = timedelta(days=1)
_THEIRS: Final = (ActorKind.MEMBER, ActorKind.API_KEY)
_MAKE: Final = """
INSERT INTO holds_hold (id, account_id, names, agent_id, number_sealed, reason, set_by, set_at, ends_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_COLUMNS: Final = """
SELECT h.id, h.names, h.agent_id, h.number_sealed, h.reason, h.set_by, h.set_at, h.ends_at, h.released_by, h.released_at,
  h.ended_at, (SELECT count(*) FROM holds_heldcall c WHERE c.account_id = h.account_id AND c.hold_id = h.id)
FROM holds_hold h WHERE h.account_id = %s
"""
_ONE: Final = _COLUMNS + " AND h.id = %s"
_ALL: Final = _COLUMNS + " ORDER BY h.released_at IS NOT NULL, h.set_at DESC, h.id DESC"
_OPEN: Final = _COLUMNS + " AND h.ended_at IS NULL ORDER BY h.set_at"
_NAME: Final = """
INSERT INTO holds_heldcall (id, account_id, hold_id, call_id)
SELECT gen_random_uuid(), c.account_id, %(hold)s, c.id FROM calls_call c
WHERE c.account_id = %(account)s AND c.ended_at IS NOT NULL AND c.being_erased_at IS NULL
  AND (c.expires_at IS NULL OR c.expires_at > %(now)s) AND {which}
ON CONFLICT DO NOTHING
"""
_WHICH: Final = {
    Names.CALLS: "c.id = ANY(%(calls)s)",
    Names.AGENT: "c.agent_id = %(agent)s",
    Names.NUMBER: "(c.from_index = ANY(%(numbers)s) OR c.to_index = ANY(%(numbers)s))",
    Names.ACCOUNT: "true",
}
_NAMES: Final = {names: _NAME.format(which=which) for names, which in _WHICH.items()}
_SOON: Final = """
SELECT c.call_id FROM holds_heldcall c JOIN calls_call l ON l.id = c.call_id AND l.account_id = c.account_id
LEFT JOIN calls_recording r ON r.call_id = l.id AND r.account_id = l.account_id
LEFT JOIN calls_transcript t ON t.call_id = l.id AND t.account_id = l.account_id
WHERE c.account_id = %s AND c.hold_id = %s AND LEAST(l.expires_at, r.expires_at, t.expires_at) <= %s
"""
_UNMOVED: Final = """
SELECT c.call_id FROM holds_heldcall c LEFT JOIN calls_call l ON l.id = c.call_id AND l.account_id = c.account_id
WHERE c.account_id = %s AND c.hold_id = %s AND c.moved_at IS NULL ORDER BY l.expires_at LIMIT %s
"""
_MOVED: Final = """
UPDATE holds_heldcall SET moved_at = %s WHERE account_id = %s AND hold_id = %s AND call_id = ANY(%s)
"""
_RELEASE: Final = """
UPDATE holds_hold SET released_at = %s, released_by = %s WHERE account_id = %s AND id = %s AND released_at IS NULL
"""
_AGENT: Final = "SELECT id FROM agents_agent WHERE account_id = %s AND id = %s"
_HELD: Final = "SELECT call_id FROM holds_heldcall WHERE account_id = %s AND hold_id = %s ORDER BY call_id"
_SOME: Final = _HELD + " LIMIT %s"
_OTHERS: Final = """
SELECT c.call_id, c.hold_id FROM holds_heldcall c JOIN holds_hold h ON h.id = c.hold_id AND h.account_id = c.account_id
WHERE c.account_id = %s AND c.call_id = ANY(%s) AND c.hold_id <> %s AND h.released_at IS NULL
"""
_LET_GO: Final = "DELETE FROM holds_heldcall WHERE account_id = %s AND hold_id = %s AND call_id = ANY(%s)"
_DROP_BUCKETS: Final = "DELETE FROM keys_bucket WHERE account_id = %s AND epoch = %s"
_ENDED: Final = "UPDATE holds_hold SET ended_at = %s WHERE account_id = %s AND id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a hold is to name: calls, an agent, a number (E.164), or everything, if none of them is given."""

    reason: str
    ends_at: datetime | None = None
    calls: Sequence[UUID] = ()
    agent_id: UUID | None = None
    number: str | None = None
    everything: bool = False

    @property
    def names(self) -> Names:
        """Raises BadHold unless exactly one thing is named."""
        given = [
            names
            for names, there in (
                (Names.CALLS, self.calls), (Names.AGENT, self.agent_id), (Names.NUMBER, self.number),
                (Names.ACCOUNT, self.everything),
            )
            if there
        ]  # fmt: skip
        if len(given) != 1:
            raise BadHold("A hold names one thing: calls, an agent, a number, or the whole account.")
        return given[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFacts:
    """A hold as it stands. `calls` is how many it has now; `ended_at` is when it had let go of all of them."""

    id: UUID
    names: Names
    agent_id: UUID | None
    number: str | None
    reason: str
    set_by: str
    set_at: datetime
    ends_at: datetime | None
    released_by: str | None
    released_at: datetime | None
    ended_at: datetime | None
    calls: int


@dataclass(frozen=True, slots=True)
class Holds:
    """Runs as rf_web for whoever sets and releases, as rf_worker for what is to be carried on."""

    database: Transactions
    vault: Vault

    @property
    def clock(self) -> Clock:
        return self.vault.clock

    def all(self, account_id: UUID) -> list[HoldFacts]:
        """Those in force first, newest first."""
        with self.database.transaction(account_id) as cursor:
            rows = cursor.execute(_ALL, (account_id,)).fetchall()
        return [self._facts(account_id, row) for row in rows]

    def one(self, account_id: UUID, hold_id: UUID) -> HoldFacts:
        """Raises NoSuchHold."""
        with self.database.transaction(account_id) as cursor:
            row = cursor.execute(_ONE, (account_id, hold_id)).fetchone()
        if row is None:
            raise NoSuchHold("There is no such hold.")
        return self._facts(account_id, row)

    def set(self, account_id: UUID, wanted: Wanted) -> HoldFacts:
        """Stop the clock for what is named. Raises BadHold, NotTheirs, AccountClosed."""
        names, number = self._check(account_id, wanted)
        hold_id, now = new_id(self.clock), self.clock.now()
        sealed = self.vault.seal_secret(account_id, hold_id, number) if number else None
        by = actor_name(actor().kind.value, actor().id)
        with self.database.transaction(account_id) as cursor:
            cursor.execute(
                _MAKE,
                (hold_id, account_id, names.value, wanted.agent_id, sealed, wanted.reason.strip(), by, now,
                 wanted.ends_at),
            )  # fmt: skip
            if wanted.agent_id and not cursor.execute(_AGENT, (account_id, wanted.agent_id)).fetchone():
                raise BadHold(
                    "There is no such agent: this would hold nothing. Take its id from the list of agents."
                )
            facts = self._read(cursor, account_id, hold_id)
            found = self._name(cursor, account_id, facts, wanted.calls)
            if names is Names.CALLS and found < len(set(wanted.calls)):
                raise BadHold(
                    "Some of these calls are not there, or are still going on. A hold names what is."
                )
            soon = [row[0] for row in cursor.execute(_SOON, (account_id, hold_id, now + SOON)).fetchall()]
            self._take(cursor, account_id, hold_id, soon, now)
            note(cursor, self.vault, account_id, Act.HOLD_SET, Thing("hold", str(hold_id)))
        self.carry_on(account_id, until=self.clock.monotonic() + AT_MOST_S)
        return self.one(account_id, hold_id)

    def release(self, account_id: UUID, hold_id: UUID) -> HoldFacts:
        """Start the clock again where the original periods say; again changes nothing. Raises NoSuchHold, NotTheirs."""
        _demand_theirs()
        self._release(account_id, hold_id, actor_name(actor().kind.value, actor().id))
        self.carry_on(account_id, until=self.clock.monotonic() + AT_MOST_S)
        return self.one(account_id, hold_id)

    def carry_on(self, account_id: UUID, until: float | None = None) -> None:
        """Widen what is in force, release what has come to its end, let go of what was released."""
        with self.database.transaction(account_id) as cursor:
            rows = cursor.execute(_OPEN, (account_id,)).fetchall()
        for hold in [self._facts(account_id, row) for row in rows]:
            over = hold.ends_at is not None and hold.ends_at <= self.clock.now()
            if hold.released_at is None and over:
                self._release(account_id, hold.id, "platform")
            if hold.released_at is not None or over:
                self._let_go(account_id, hold.id, until)
                continue
            with self.database.transaction(account_id) as cursor:
                if hold.names is not Names.CALLS:
                    self._name(cursor, account_id, hold)
            while self._take_some(account_id, hold.id):
                if until is not None and self.clock.monotonic() >= until:
                    return

    def _check(self, account_id: UUID, wanted: Wanted) -> tuple[Names, str | None]:
        _demand_theirs()
        demand_open(account_id)
        names = wanted.names
        if not wanted.reason.strip() or len(wanted.reason) > LONGEST_REASON:
            raise BadHold(f"Say why, in up to {LONGEST_REASON} characters: a hold has a reason.")
        if "\0" in wanted.reason:
            raise BadHold("The reason holds a character that no text has.")
        if wanted.ends_at is not None and wanted.ends_at <= self.clock.now():
            raise BadHold("A hold ends in the future, or when somebody releases it.")
        return names, e164(wanted.number) if wanted.number else None

    def _read(self, cursor: Any, account_id: UUID, hold_id: UUID) -> HoldFacts:
        return self._facts(account_id, cursor.execute(_ONE, (account_id, hold_id)).fetchone())

    def _facts(self, account_id: UUID, row: tuple[Any, ...]) -> HoldFacts:
        hold_id, names, agent, sealed, reason, by, at, ends, released_by, released, ended, calls = row
        number = self.vault.open_secret(account_id, hold_id, bytes(sealed)) if sealed else None
        return HoldFacts(
            id=hold_id, names=Names(names), agent_id=agent, number=number, reason=reason, set_by=by, set_at=at,
            ends_at=ends, released_by=released_by, released_at=released, ended_at=ended, calls=calls,
        )  # fmt: skip

    def _name(self, cursor: Any, account_id: UUID, hold: HoldFacts, calls: Sequence[UUID] = ()) -> int:
        """Enter the calls that the hold names and does not have; how many."""
        numbers: list[bytes] = []
        if hold.number is not None:
            live = open_buckets(cursor, self.vault, account_id, Part.LOG)
            numbers = [number_index(bucket.key, hold.number) for bucket in live]
        asked = {
            "hold": hold.id, "account": account_id, "now": self.clock.now(), "calls": list(calls),
            "agent": hold.agent_id, "numbers": numbers,
        }  # fmt: skip
        count: int = cursor.execute(_NAMES[hold.names], asked).rowcount
        return count

    def _take_some(self, account_id: UUID, hold_id: UUID) -> int:
        with self.database.transaction(account_id) as cursor:
            rows = cursor.execute(_UNMOVED, (account_id, hold_id, AT_ONCE)).fetchall()
            self._take(cursor, account_id, hold_id, [row[0] for row in rows], self.clock.now())
        return len(rows)

    def _take(self, cursor: Any, account_id: UUID, hold_id: UUID, ids: Sequence[UUID], now: datetime) -> None:
        if ids:
            moving = Moving(cursor, self.vault, account_id)
            moving.to_hold(ids, hold_id)
            moving.stop_clock(ids, now)
            cursor.execute(_MOVED, (now, account_id, hold_id, list(ids)))

    def _release(self, account_id: UUID, hold_id: UUID, by: str) -> None:
        with self.database.transaction(account_id) as cursor:
            now, term = self.clock.now(), term_of(cursor, account_id)
            if cursor.execute(_ONE, (account_id, hold_id)).fetchone() is None or term is None:
                raise NoSuchHold("There is no such hold.")
            if cursor.execute(_RELEASE, (now, by, account_id, hold_id)).rowcount:
                ids = [row[0] for row in cursor.execute(_HELD, (account_id, hold_id)).fetchall()]
                for start in range(0, len(ids), AT_ONCE):
                    follow_calls(cursor, account_id, ids[start : start + AT_ONCE], term, now)
                note(cursor, self.vault, account_id, Act.HOLD_RELEASED, Thing("hold", str(hold_id)))

    def _let_go(self, account_id: UUID, hold_id: UUID, until: float | None) -> None:
        while self._let_go_some(account_id, hold_id):
            if until is not None and self.clock.monotonic() >= until:
                return
        epoch = hold_epoch(hold_id)
        self.vault.keyring.destroy(epoch)
        with self.database.transaction(account_id) as cursor:
            cursor.execute(_DROP_BUCKETS, (account_id, epoch))
            cursor.execute(_ENDED, (self.clock.now(), account_id, hold_id))

    def _let_go_some(self, account_id: UUID, hold_id: UUID) -> int:
        """Keys of a few calls back to their days, or to another hold that names them."""
        with self.database.transaction(account_id) as cursor:
            ids = [row[0] for row in cursor.execute(_SOME, (account_id, hold_id, AT_ONCE)).fetchall()]
            others = dict(cursor.execute(_OTHERS, (account_id, ids, hold_id)).fetchall())
            moving = Moving(cursor, self.vault, account_id)
            for other in set(others.values()):
                moving.to_other([each for each in ids if others.get(each) == other], hold_id, other)
            moving.to_days([each for each in ids if each not in others], hold_id)
            cursor.execute(_LET_GO, (account_id, hold_id, ids))
        return len(ids)


def _demand_theirs() -> None:
    """The operator sets none: whoever acts belongs to the customer. Which roles may is the table's in `apps.accounts.access`."""
    if actor().kind not in _THEIRS:
        raise NotTheirs("Only the customer's owner or privacy officer sets and releases legal holds.")
