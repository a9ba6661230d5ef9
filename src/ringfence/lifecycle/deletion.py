"""Deletion by the customer: at once unreadable, then gone everywhere, and looked at again before it is called done.

Five steps, each safe to repeat, with a crash allowed between any two:

1. mark     a tombstone in a transaction of its own: from here nothing reads the part, and no late writer writes it
2. enter    the erasure ledger, outside the database: a restored database learns from it what it must erase again
3. destroy  keys and ciphertext in rows, search tokens, queued jobs
4. remove   the object
5. finish   look again, in every place; only then the erasure is done, and a call's rows go

An object store or a ledger that fails leaves the call listed as being erased and unreadable; a job tries again until it is
done. `settle` looks for the object once more when every upload that was under way has ended.

A call in progress is refused: its parts are still being made, and a deletion that hung up on somebody would be a surprise.
Whoever wants it gone hangs up first; "don't record this", said in the call, works at once.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.models import (
    Call,
    ErasedPart,
    Erasure,
    ErasureState,
    PartState,
    Recording,
    Transcript,
)
from ringfence.apps.calls.objects import Objects, object_name, objects
from ringfence.apps.support.models import ReleasedPart
from ringfence.core.call import Status
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.core.errors import Conflict, NotFound, Unavailable
from ringfence.core.ids import new_id
from ringfence.lifecycle import held
from ringfence.lifecycle.dropping import drop_rows, drop_tokens
from ringfence.lifecycle.ledger.batches import Entry, SignedBatch
from ringfence.lifecycle.ledger.entering import enter

LIVE: Final = (Status.RINGING.value, Status.IN_PROGRESS.value)
AT_ONCE: Final = 500
GIVE_UP_AFTER: Final = 3
SETTLES_AFTER: Final = timedelta(hours=1)  # no upload lasts as long


class Part(StrEnum):
    """What a customer can delete."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    CALL = "call"


class CallInProgress(Conflict):
    """A call that is still going on: its parts are not there yet, and what comes would come late."""

    code = "call_in_progress"


class UnderHold(Conflict):
    """A call that a legal hold names: whoever held it lets go of it first."""

    code = "under_hold"


class NoSuchCalls(NotFound):
    code = "no_such_call"


@dataclass(frozen=True, slots=True)
class DeletionOutcome:
    """Calls whose parts are gone, and those that are marked but not gone everywhere yet."""

    done: tuple[UUID, ...]
    open: tuple[UUID, ...]


def delete_parts(
    account_id: UUID, call_ids: Iterable[UUID], part: Part, *, actor: str, clock: Clock
) -> DeletionOutcome:
    """Delete one part of each call. `actor` is an id, never a name. Again changes nothing.

    Raises NoSuchCalls if one of them is not there, CallInProgress if one has not ended, UnderHold if a legal hold names one;
    then nothing is deleted.
    """
    ids = list(dict.fromkeys(call_ids))
    mark(account_id, ids, part, actor, clock)
    gone = erase_all(account_id, ids, part, clock)
    return DeletionOutcome(tuple(i for i in ids if i in gone), tuple(i for i in ids if i not in gone))


def open_erasures(account_id: UUID) -> list[tuple[UUID, Part]]:
    """What is marked and not gone yet."""
    with tenant(account_id):
        rows = Erasure.objects.filter(account_id=account_id, state=ErasureState.REQUESTED.value)
        rows = rows.exclude(part=ErasedPart.ACCOUNT.value)
        return [(row.call_id, Part(row.part)) for row in rows.order_by("requested_at")]


def erase(account_id: UUID, call_id: UUID, part: Part, clock: Clock) -> bool:
    """Steps 2 to 5 for one marked part; whether it is gone. A store that fails is an answer, not an error."""
    return call_id in erase_all(account_id, [call_id], part, clock)


def erase_all(account_id: UUID, ids: Sequence[UUID], part: Part, clock: Clock) -> set[UUID]:
    """The same for many calls: those whose part is gone everywhere."""
    gone: set[UUID] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        unwritten = enter(account_id, some, part.value, clock)
        destroy(account_id, some, part)
        kept = remove(account_id, some) if part is not Part.TRANSCRIPT else set()
        gone |= finish(account_id, some, part, kept, clock, unwritten)
    return gone


def settle(account_id: UUID, clock: Clock) -> int:
    """Look again for what was done an hour ago: an upload that was under way then is over now. How many there were."""
    with tenant(account_id):
        rows = Erasure.objects.filter(
            account_id=account_id, state=ErasureState.DONE.value, settled_at=None,
            done_at__lt=clock.now() - SETTLES_AFTER,
        ).exclude(part=ErasedPart.ACCOUNT.value)  # fmt: skip
        found = list(rows.order_by("done_at").values_list("id", "call_id", "part")[:AT_ONCE])
    objects_too = {call_id for _id, call_id, part in found if part != Part.TRANSCRIPT.value}
    kept = remove(account_id, sorted(objects_too)) if objects_too else set()
    with tenant(account_id):
        settled = [row for row, call_id, _part in found if call_id not in kept]
        Erasure.objects.filter(account_id=account_id, id__among=settled).update(settled_at=clock.now())
    return len(settled)


def mark(account_id: UUID, ids: Sequence[UUID], part: Part, actor: str, clock: Clock) -> None:
    """Step 1."""
    with tenant(account_id):
        rows = dict(
            Call.objects.select_for_update()
            .filter(account_id=account_id, id__among=ids)
            .order_by("id")
            .values_list("id", "status")
        )
        if any(status in LIVE for status in rows.values()):
            raise CallInProgress("This call is still going on. Hang it up first, then delete it.")
        _none_is_missing(account_id, [i for i in ids if i not in rows], part)
        _none_is_held(account_id, list(rows))
        now = clock.now()
        marked = Erasure.objects.filter(account_id=account_id, call_id__among=rows, part=part.value)
        fresh = set(rows) - set(marked.values_list("call_id", flat=True))
        places, ends = held.places(account_id, fresh, part.value), held.ends(account_id, fresh, part.value)
        Erasure.objects.bulk_create(
            [
                Erasure(
                    id=new_id(clock), account_id=account_id, call_id=call_id, part=part.value,
                    state=ErasureState.REQUESTED.value, requested_at=now, requested_by=actor,
                    places=places[call_id], ends_at=ends[call_id],
                )
                for call_id in sorted(fresh)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        _close(account_id, list(rows), part, clock)
        if fresh:  # asking again changes nothing, and is no act
            record(account_id, _ACTS[part], *(Thing("call", str(each)) for each in sorted(fresh)))


def mark_again(
    account_id: UUID, entries: Mapping[UUID, tuple[Entry, SignedBatch]], part: Part, clock: Clock
) -> None:
    """Step 1 as the ledger remembers it, for a database that does not. Calls that are not there get a tombstone too:
    whatever brings them later writes nothing; a call that was going on at the backup is no exception.
    """
    with tenant(account_id):
        _lock(account_id, list(entries))
        places, ends = (
            held.places(account_id, entries, part.value),
            held.ends(account_id, entries, part.value),
        )
        Erasure.objects.bulk_create(
            [
                Erasure(
                    id=new_id(clock), account_id=account_id, call_id=call_id, part=part.value,
                    state=ErasureState.REQUESTED.value, requested_at=entry.at, requested_by=entry.by,
                    places=places.get(call_id, held.UNKNOWN), ledger_batch=signed.batch.number,
                    ledger_hash=signed.hash, ends_at=ends[call_id],
                )
                for call_id, (entry, signed) in entries.items()
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        known = Erasure.objects.filter(account_id=account_id, part=part.value, ledger_batch=None)
        for call_id in known.filter(call_id__among=list(entries)).values_list("call_id", flat=True):
            signed = entries[call_id][1]
            known.filter(call_id=call_id).update(ledger_batch=signed.batch.number, ledger_hash=signed.hash)
        _close(account_id, list(entries), part, clock)


def _close(account_id: UUID, ids: Sequence[UUID], part: Part, clock: Clock) -> None:
    """From here on nothing reads these parts."""
    for model in _models(part):
        kept = model.objects.filter(account_id=account_id, call_id__among=ids, state=PartState.KEPT.value)
        kept.update(state=PartState.BEING_ERASED.value)
    if part is Part.CALL:
        unmarked = Call.objects.filter(account_id=account_id, id__among=ids, being_erased_at=None)
        unmarked.update(being_erased_at=clock.now())


def destroy(account_id: UUID, ids: Sequence[UUID], part: Part) -> None:
    """Step 3: keys and ciphertext in rows, search tokens and queued jobs, in one transaction behind the calls' row locks."""
    with tenant(account_id):
        _lock(account_id, ids)
        released = ReleasedPart.objects.filter(account_id=account_id, call_id__in=ids)
        (released if part is Part.CALL else released.filter(part=part.value)).delete()
        for model in _models(part):
            sealed = ("waveform_sealed",) if model is Recording else _WORDS
            rows = model.objects.filter(account_id=account_id, call_id__among=ids)
            rows.exclude(state__in=(PartState.NEVER_KEPT.value, PartState.DELETED.value)).update(
                state=PartState.BEING_ERASED.value, wrapped_key=None, bucket_id=None, **dict.fromkeys(sealed)
            )
        if part is not Part.RECORDING:
            with connection.cursor() as cursor:
                drop_tokens(cursor, account_id, ids)
        if part is Part.CALL:
            Call.objects.filter(account_id=account_id, id__among=ids).update(**dict.fromkeys(_NUMBERS))
            with connection.cursor() as cursor:
                cursor.execute("SELECT lookup.drop_jobs(%s, %s::uuid[])", [account_id, list(ids)])


def remove(account_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Step 4: the objects, each where the recording is or would be if a late writer had put it there.

    Those calls whose object may still be there.
    """
    store = objects(current().object_store_url)
    names = {object_name(account_id, call_id): call_id for call_id in ids}
    try:
        store.delete(list(names))
    except Unavailable:
        return _one_by_one(store, names)
    return set()


def finish(
    account_id: UUID, ids: Sequence[UUID], part: Part, kept: set[UUID], clock: Clock,
    unwritten: Collection[UUID] = (),
) -> set[UUID]:  # fmt: skip
    """Step 5: look again, write down how it went, and let go of the rows of calls that are gone; they go last.

    `unwritten` are gone from everywhere and do not stand in the ledger yet: they stay open.
    """
    kept = kept | _still_there(account_id, [i for i in ids if i not in kept], part)
    gone = {call_id for call_id in ids if call_id not in kept and call_id not in unwritten}
    with tenant(account_id):
        _lock(account_id, ids)
        now = clock.now()
        _write_down(account_id, part, gone, now, done=True)
        _write_down(account_id, part, set(unwritten) - kept, now, done=False)
        _write_down(account_id, part, kept, now, done=False, failed=held.OBJECTS)
        for model in _models(part):
            erased = model.objects.filter(
                account_id=account_id, call_id__among=gone, state=PartState.BEING_ERASED.value
            )
            where = {"object_name": "", "bytes": 0} if model is Recording else {}
            erased.update(state=PartState.DELETED.value, **where)
        if part is Part.CALL:
            with connection.cursor() as cursor:
                drop_rows(cursor, account_id, gone)
    return gone


_ACTS: Final = {
    Part.RECORDING: Act.RECORDING_DELETED,
    Part.TRANSCRIPT: Act.TRANSCRIPT_DELETED,
    Part.CALL: Act.CALL_DELETED,
}
_ANY_HELD: Final = "SELECT EXISTS (SELECT 1 FROM lookup.held_calls(%s) h WHERE h = ANY(%s))"
_WORDS: Final = ("turns_sealed", "summary_sealed", "variables_sealed")
_NUMBERS: Final = ("wrapped_key", "live_keys", "numbers_sealed", "from_index", "to_index")
_HOW_IT_WENT: Final = """
UPDATE calls_erasure SET attempts = attempts + 1, tried_at = %(now)s,
  state = CASE WHEN %(done)s THEN 'done' ELSE state END, done_at = CASE WHEN %(done)s THEN %(now)s ELSE done_at END,
  places = (SELECT COALESCE(jsonb_object_agg(e.key, CASE
      WHEN e.key = %(failed)s THEN 'failed'
      WHEN e.value IN ('open', 'failed') THEN 'erased' ELSE e.value END), '{}') FROM jsonb_each_text(places) e)
WHERE account_id = %(account)s AND part = %(part)s AND call_id = ANY (%(calls)s::uuid[]) AND state <> 'done'
"""


def _write_down(
    account_id: UUID, part: Part, ids: Collection[UUID], now: datetime, *, done: bool, failed: str = ""
) -> None:
    """How an attempt went, place by place: what was open there is erased, except where it failed."""
    if not ids:
        return
    values: dict[str, Any] = {
        "now": now, "done": done, "failed": failed, "account": account_id, "part": part.value,
        "calls": list(ids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HOW_IT_WENT, values)


def _lock(account_id: UUID, ids: Sequence[UUID]) -> None:
    """The calls' rows, in one order: two who erase the same calls wait for one another instead of for each other."""
    calls = Call.objects.select_for_update().filter(account_id=account_id, id__among=ids)
    list(calls.order_by("id").values("id"))


def _models(part: Part) -> list[Any]:
    """The tables whose rows a part is."""
    return [
        model
        for model, name in ((Recording, Part.RECORDING), (Transcript, Part.TRANSCRIPT))
        if part in {name, Part.CALL}
    ]


def _none_is_missing(account_id: UUID, missing: Sequence[UUID], part: Part) -> None:
    """A call that is not there was erased, or never was."""
    erased = set(
        Erasure.objects.filter(
            account_id=account_id, call_id__among=missing, part__in={part.value, Part.CALL.value}
        ).values_list("call_id", flat=True)
    )
    unknown = [call_id for call_id in missing if call_id not in erased]
    if unknown:
        raise NoSuchCalls(
            "There is no such call." if len(unknown) == 1 else "Some of these calls do not exist."
        )


def _none_is_held(account_id: UUID, ids: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ANY_HELD, [account_id, list(ids)])
        if cursor.fetchone()[0]:
            raise UnderHold("A legal hold names this call. Release the hold first, then delete it.")


def _one_by_one(store: Objects, names: dict[str, UUID]) -> set[UUID]:
    """One object that cannot be erased keeps no other; a store that is away is asked a few times, not for each."""
    kept: set[UUID] = set()
    in_a_row = 0
    for name, call_id in names.items():
        try:
            if in_a_row < GIVE_UP_AFTER:
                store.delete([name])
                in_a_row = 0
                continue
        except Unavailable as error:
            structlog.get_logger().warning("an erasure waits", call_id=str(call_id), code=error.code)
            in_a_row += 1
        kept.add(call_id)
    return kept


def _still_there(account_id: UUID, ids: Sequence[UUID], part: Part) -> set[UUID]:
    """What is left of calls that were destroyed and removed."""
    left: set[UUID] = set()
    if part is not Part.TRANSCRIPT:
        store = objects(current().object_store_url)
        for call_id in ids:
            try:
                if store.exists(object_name(account_id, call_id)):
                    left.add(call_id)
            except Unavailable:
                left.add(call_id)
    with tenant(account_id):
        for model in _models(part):
            rows = model.objects.filter(account_id=account_id, call_id__among=ids).exclude(wrapped_key=None)
            left |= set(rows.values_list("call_id", flat=True))
    return left
