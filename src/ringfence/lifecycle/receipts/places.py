"""The places of a receipt. For each: `erased`, `never_held`, `kept` (with the ground), `open`, `failed` or `at_third_party`;
with `until` where it is gone from a day to come, and not before.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ringfence.core.ids import moment_of
from ringfence.lifecycle import held
from ringfence.lifecycle.backup.days import BackupDays
from ringfence.policy import quote

KEPT: Final = "kept"
DATABASE_FILES: Final = "database_files"
BACKUPS: Final = "backups"
SCRUBBED_WITHIN: Final = timedelta(days=1)
LOG_WITHIN: Final = timedelta(minutes=15)  # two checkpoints and a little

SAID: Final = {
    held.DATABASE: "Rows, ciphertext and wrapped keys.",
    held.SEARCH: "Tokens by which words and values were found.",
    held.QUEUE: "Work that was waiting about this call.",
    held.OBJECTS: "The recording, in the object store.",
    held.CARRIER: "The telephone company carried the call, and keeps records of its own. Ask it for theirs.",
    held.ENGINES: "An engine outside this installation heard, wrote or spoke for the agent. Ask its maker for what it keeps.",
    held.TOOLS: "A tool of the agent was handed values of the call. Ask who runs it for what it keeps.",
}
_NEVER: Final = (
    ("exports", "Exports are streamed to whoever asks, and rest nowhere here. Copies that were taken are with who took them."),
    ("captions", "Captions are shown while a call lives, and rest nowhere."),
    ("temporary_files", "Audio and words rest sealed from their first byte; no temporary file holds them."),
    ("logs", "Log lines hold ids and moments, and nothing of a call."),
    ("keyring", "The keyring holds keys of days and accounts, and none of a single call."),
)  # fmt: skip
_ACCOUNT_SAID: Final = {
    held.KEYRING: "The account's keys: without them nothing of it opens, in no copy.",
    held.DATABASE: "Every row with the account in it, and the account itself.",
    held.QUEUE: "Work that was waiting.",
    held.OBJECTS: "Recordings, in the object store.",
    held.PEOPLE: "People who belonged to no other account, and their sessions.",
    held.HEADS: "The chain of its audit trail, in the ledger's place.",
}
_ACCOUNT_KEPT: Final = (
    ("billing", "Usage and invoices for {billing} from the invoice's date (tax and law): no number, no person who was called, no content."),
    ("consents", "Records of consent and objection, for {compliance} (GDPR 7(1), 16 CFR 310.5): no number, name or word."),
    (held.LEDGER, "Ids, moments and hashes, so that a restored database erases it again; and this receipt."),
)  # fmt: skip
_KEPT: Final = (
    ("erasure_ledger", "Ids, moments and hashes, so that a restored database erases it again; and this receipt."),
    ("audit_log", "That somebody deleted this, and when: ids, until the plan's audit period has passed."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one erasure."""

    places: dict[str, str]
    call_began: datetime
    requested_at: datetime
    done_at: datetime | None
    scrubbed_at: datetime | None
    ends_at: datetime | None


def began(call_id: Any) -> datetime:
    """When a call began: its id says so, and outlives its row."""
    return moment_of(call_id)


def all_places(facts: Facts, days: BackupDays, now: datetime) -> list[dict[str, Any]]:
    """Every place, ours first."""
    if held.KEYRING in facts.places:
        return _of_account(facts, days, now)
    found = [_held(name, facts) for name in (*held.OURS, *held.OTHERS) if name in facts.places]
    found.append(_files(facts, now))
    found.append(_backups(facts, days, now))
    found += [_place(name, held.NEVER_HELD, said) for name, said in _NEVER]
    found += [_place(name, KEPT, "", ground=ground) for name, ground in _KEPT]
    return found


def _of_account(facts: Facts, days: BackupDays, now: datetime) -> list[dict[str, Any]]:
    found = []
    for name, said in _ACCOUNT_SAID.items():
        state = facts.places.get(name, held.OPEN)
        found.append(_place(name, state, said, at=facts.done_at if state == held.ERASED else None))
    found.append(_files(facts, now))
    found.append(_backups(facts, days, now))
    return found + [_place(name, KEPT, "", ground=quote(ground)) for name, ground in _ACCOUNT_KEPT]


def _held(name: str, facts: Facts) -> dict[str, Any]:
    state = facts.places[name]
    at = facts.done_at if state == held.ERASED else None
    return _place(name, state, SAID[name], at=at)


def _files(facts: Facts, now: datetime) -> dict[str, Any]:
    """What PostgreSQL leaves behind in its files: dead versions of rows, and its log."""
    said = "Dead versions of the rows in the database's own files, and its log."
    if facts.done_at is None:
        return _place(DATABASE_FILES, held.OPEN, said)
    if facts.scrubbed_at is not None and now >= facts.scrubbed_at + LOG_WITHIN:
        return _place(DATABASE_FILES, held.ERASED, said, at=facts.scrubbed_at + LOG_WITHIN)
    until = (facts.done_at + SCRUBBED_WITHIN + timedelta(days=1)).date()
    if now.date() > until:  # too large to be written anew: then time destroys the keys above it
        if facts.ends_at is None:
            return _place(DATABASE_FILES, held.OPEN, f"{said} They go when PostgreSQL uses the space again.")
        until = (facts.ends_at + timedelta(days=1)).date()
        if now.date() > until:
            return _place(DATABASE_FILES, held.ERASED, said, at=_midnight(until))
    ground = (
        "Until its files are written anew, the database may still hold sealed bytes and wrapped keys of it."
    )
    return _place(DATABASE_FILES, KEPT, said, ground=ground, until=until)


def _backups(facts: Facts, days: BackupDays, now: datetime) -> dict[str, Any]:
    """Backups of the days on which it was there, up to the day it was erased."""
    said = "Backups made by `ringfence backup`."
    first, last = facts.call_began.date(), (facts.done_at or now).date()
    until = days.held_until(first, last)
    if until is not None:
        ground = f"A backup is sealed as a whole. Its key is destroyed when {until:%d %B %Y} begins (UTC); from then on it opens nothing."
        return _place(BACKUPS, KEPT, said, ground=ground, until=until)
    gone = days.destroyed_at(first, last)
    return _place(BACKUPS, held.ERASED if gone else held.NEVER_HELD, said, at=gone)


def _place(
    name: str,
    state: str,
    said: str,
    *,
    at: datetime | None = None,
    ground: str = "",
    until: date | None = None,
) -> dict[str, Any]:
    place: dict[str, Any] = {"place": name, "state": state}
    if said:
        place["what"] = said
    if at is not None:
        place["at"] = at.isoformat()
    if ground:
        place["ground"] = ground
    if until is not None:
        place["until"] = until.isoformat()
    return place


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
