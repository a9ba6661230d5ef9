"""Deletion by the customer: at once unreadable, then gone everywhere, and looked at again before it is called done.

Three steps, each safe to repeat, with a crash allowed between any two:

1. mark     a tombstone in a transaction of its own: from here nothing reads the part, and no late writer writes it
2. destroy  keys and ciphertext in the database, search tokens, the object
3. verify   look again; only then the erasure is done

An object store that fails leaves the call listed as being erased and unreadable; a job tries again until it is done.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Call, Erasure, ErasureState, PartState, Recording, Transcript
from ringfence.apps.calls.objects import Objects, object_name, objects
from ringfence.core.call import Status
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.core.errors import Conflict, NotFound, Unavailable
from ringfence.core.ids import new_id

LIVE: Final = (Status.RINGING.value, Status.IN_PROGRESS.value)


class Part(StrEnum):
    """What a customer can delete."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    CALL = "call"


class CallInProgress(Conflict):
    """A call that is still going on: its parts are not there yet, and what comes would come late."""

    code = "call_in_progress"


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

    Raises NoSuchCalls if one of them is not there, CallInProgress if one has not ended; then nothing is deleted.
    """
    ids = list(dict.fromkeys(call_ids))
    _mark(account_id, ids, part, actor, clock)
    done = [call_id for call_id in ids if erase(account_id, call_id, part, clock)]
    return DeletionOutcome(tuple(done), tuple(i for i in ids if i not in done))


def open_erasures(account_id: UUID) -> list[tuple[UUID, Part]]:
    """What is marked and not gone yet."""
    with tenant(account_id):
        rows = Erasure.objects.filter(account_id=account_id, state=ErasureState.REQUESTED.value)
        return [(row.call_id, Part(row.part)) for row in rows.order_by("requested_at")]


def erase(account_id: UUID, call_id: UUID, part: Part, clock: Clock) -> bool:
    """Steps 2 and 3 for one marked part; whether it is gone. A store that fails is an answer, not an error."""
    store = objects(current().object_store_url)
    names = _object_names(account_id, call_id) if part is not Part.TRANSCRIPT else []
    try:
        _destroy_keys(account_id, call_id, part)
        for name in names:
            store.delete(name)
        gone = _verify(account_id, call_id, part, store, names)
    except Unavailable as error:
        structlog.get_logger().warning("an erasure waits", call_id=str(call_id), code=error.code)
        gone = False
    _note(account_id, call_id, part, clock, gone=gone)
    return gone


def _mark(account_id: UUID, ids: Sequence[UUID], part: Part, actor: str, clock: Clock) -> None:
    with tenant(account_id):
        rows = {
            row.id: row for row in Call.objects.select_for_update().filter(account_id=account_id, id__in=ids)
        }
        if any(row.status in LIVE for row in rows.values()):
            raise CallInProgress("This call is still going on. Hang it up first, then delete it.")
        marked = set(
            Erasure.objects.filter(
                account_id=account_id, call_id__in=ids, part__in=[part.value, "call"]
            ).values_list("call_id", flat=True)
        )
        if missing := [i for i in ids if i not in rows and i not in marked]:
            raise NoSuchCalls(
                "There is no such call." if len(missing) == 1 else "Some of these calls do not exist."
            )
        now = clock.now()
        Erasure.objects.bulk_create(
            [
                Erasure(
                    id=new_id(clock), account_id=account_id, call_id=call_id, part=part.value,
                    state=ErasureState.REQUESTED.value, requested_at=now, requested_by=actor,
                )
                for call_id in ids
                if call_id in rows
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        fresh = [i for i in ids if i in rows]
        for model, name in ((Recording, "recording"), (Transcript, "transcript")):
            if part.value in {name, "call"}:
                model.objects.filter(
                    account_id=account_id, call_id__in=fresh, state=PartState.KEPT.value
                ).update(state=PartState.BEING_ERASED.value)
        if part is Part.CALL:
            Call.objects.filter(account_id=account_id, id__in=fresh, being_erased_at=None).update(
                being_erased_at=now
            )


def _object_names(account_id: UUID, call_id: UUID) -> list[str]:
    """Where the recording is, or would be if a late writer had put it there."""
    with tenant(account_id):
        row = Call.objects.filter(account_id=account_id, id=call_id).first()
        named = Recording.objects.filter(account_id=account_id, call_id=call_id).values_list(
            "object_name", flat=True
        )
        names = {name for name in named if name}
        if row is not None and row.ended_at is not None:
            names.add(object_name(account_id, call_id, row.ended_at))
    return sorted(names)


def _destroy_keys(account_id: UUID, call_id: UUID, part: Part) -> None:
    """Keys and ciphertext in rows, and search tokens: one transaction, behind the call's row lock."""
    with tenant(account_id):
        Call.objects.select_for_update().filter(account_id=account_id, id=call_id).first()
        if part is not Part.TRANSCRIPT:
            _empty(Recording, account_id, call_id, waveform_sealed=None)
        if part is not Part.RECORDING:
            _empty(
                Transcript, account_id, call_id, turns_sealed=None, summary_sealed=None, variables_sealed=None
            )
            with connection.cursor() as cursor:
                cursor.execute("SELECT lookup.drop_tokens(%s, %s)", [account_id, [call_id]])
        if part is Part.CALL:
            Call.objects.filter(account_id=account_id, id=call_id).update(
                wrapped_key=None, live_keys=None, numbers_sealed=None, from_index=None, to_index=None
            )


def _empty(model: Any, account_id: UUID, call_id: UUID, **fields: None) -> None:
    model.objects.filter(account_id=account_id, call_id=call_id).exclude(
        state=PartState.NEVER_KEPT.value
    ).update(state=PartState.BEING_ERASED.value, wrapped_key=None, bucket_id=None, **fields)


def _verify(account_id: UUID, call_id: UUID, part: Part, store: Objects, names: Sequence[str]) -> bool:
    if any(store.exists(name) for name in names):
        return False
    with tenant(account_id):
        for model, name in ((Recording, "recording"), (Transcript, "transcript")):
            rows = model.objects.filter(account_id=account_id, call_id=call_id)
            if part.value in {name, "call"} and rows.exclude(wrapped_key=None).exists():
                return False
    return True


def _note(account_id: UUID, call_id: UUID, part: Part, clock: Clock, *, gone: bool) -> None:
    """Write down how it went; the rows of a call that is gone go now, and last."""
    with tenant(account_id):
        marks = Erasure.objects.filter(account_id=account_id, call_id=call_id, part=part.value)
        now = clock.now()
        if not gone:
            for mark in marks.exclude(state=ErasureState.DONE.value):
                mark.attempts += 1
                mark.tried_at = now
                mark.places = {"database": "erased", "objects": "failed"}
                mark.save(update_fields=["attempts", "tried_at", "places"])
            return
        for model, name in ((Recording, "recording"), (Transcript, "transcript")):
            if part.value == name:
                model.objects.filter(
                    account_id=account_id, call_id=call_id, state=PartState.BEING_ERASED.value
                ).update(
                    state=PartState.DELETED.value,
                    **({"object_name": "", "bytes": 0} if model is Recording else {}),
                )
        if part is Part.CALL:
            Recording.objects.filter(account_id=account_id, call_id=call_id).delete()
            Transcript.objects.filter(account_id=account_id, call_id=call_id).delete()
            Call.objects.filter(account_id=account_id, id=call_id).delete()
        marks.exclude(state=ErasureState.DONE.value).update(
            state=ErasureState.DONE.value, done_at=now, tried_at=now,
            places={"database": "erased", "search": "erased", "objects": "erased"},
        )  # fmt: skip
