"""What a call that ended becomes in rows: its log, recording, transcript and search tokens, each with its end from birth.

Plain statements over any cursor in a transaction of the account, so that the voice's side and the pages' write the same.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from ringfence.apps.accounts.terms import term_of
from ringfence.apps.billing.usage import count_call
from ringfence.apps.calls.content import LOG, RECORDING, TRANSCRIPT, Place, seal_json, wrap
from ringfence.apps.calls.models.parts import PartState
from ringfence.apps.calls.objects import object_name
from ringfence.apps.keys.buckets import BucketKey, bucket_for
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.call import CallResult, CallSetup, Given, Outcome
from ringfence.core.ids import new_id
from ringfence.policy import AgentPeriods, Part, Plan, Term, days, due
from ringfence.vault.blind import Tokens, number_index
from ringfence.vault.seal import new_key
from ringfence.vault.vault import Vault

_LOG: Final = """
UPDATE calls_call SET status = %s, outcome = %s, answered_at = %s, ended_at = %s, duration_ms = %s, expires_at = %s,
  disclosure = %s, consent = %s, live_keys = NULL, log_bucket_id = %s, wrapped_key = %s, numbers_sealed = %s,
  from_index = %s, to_index = %s, problems = %s, costs = %s, timings = %s, seen_at = %s
WHERE account_id = %s AND id = %s
"""
_RECORDING: Final = """
INSERT INTO calls_recording (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, object_name, bytes,
  duration_ms) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_TRANSCRIPT: Final = """
INSERT INTO calls_transcript (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, turns_sealed,
  variables_sealed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_TOKENS: Final = "SELECT lookup.put_tokens(%s, %s, %s, %s, %s::bigint[])"
NO_LOG: Final = (None, None, None, None, None)


def kept_days(part: Part, plan: Plan, periods: AgentPeriods) -> int | None:
    """For how many days a part is kept; None is without limit, 0 is never written.

    A part is found through its call's log and goes with it, so it never outlives the log.
    """
    own, log = days(part, plan, periods), days(Part.LOG, plan, periods)
    return min((n for n in (own, log) if n is not None), default=None)


def chosen_days(part: Part, periods: AgentPeriods) -> int | None:
    """What the agent's owner chose for a part, by itself or with its log; None where the plan alone says."""
    return min((n for n in (periods.of(part), periods.log) if n is not None), default=None)


def kept_until(part: Part, term: Term, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
    """The first moment at which a part must be gone, by its own period or its log's; None is without limit.

    A lower plan that is to come ends what is over by its periods at the moment it begins, and nothing before.
    """
    now = _first(part, term.plan, periods, ended_at)
    if (change := term.changes()) is None:
        return now
    then = _first(part, change[0], periods, ended_at)
    return now if then is None else min(max(then, change[1]), now or datetime.max.replace(tzinfo=UTC))


def _first(part: Part, plan: Plan, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
    ends = (due(each, plan, periods, ended_at) for each in {part, Part.LOG})
    return min((end for end in ends if end is not None), default=None)


def may_rest(part: Part, term: Term, periods: AgentPeriods, ended_at: datetime, now: datetime) -> bool:
    """Whether a part may be written at all: it is kept for some days, and a call that is taken in late is not past them."""
    if kept_days(part, term.on(now), periods) == 0:
        return False
    end = kept_until(part, term, periods, ended_at)
    return end is None or end > now


class CallRows:
    """Writes the rows of one call. `erased` are the parts whose deletion came before the call's end.

    Periods are those of the plan that the account has when the call is taken in, held still until the transaction ends.
    """

    def __init__(
        self, cursor: Cursor, vault: Vault, setup: CallSetup, result: CallResult, periods: AgentPeriods,
        erased: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self._cursor = cursor
        self._vault = vault
        self._setup = setup
        self._result = result
        self._periods = periods
        self._erased = frozenset(erased)
        self._place = Place(setup.account_id, setup.call_id)
        self._term = term_of(cursor, setup.account_id) or Term(Plan(setup.plan))

    def log(self) -> None:
        """The call's own row. Numbers that are kept for no day, or whose days have passed, are gone with the live keys."""
        result, setup = self._result, self._setup
        answered = None if result.outcome is Outcome.NO_ANSWER else result.answered_at
        self._cursor.execute(
            _LOG,
            (
                result.status.value, result.outcome.value, answered, result.ended_at, round(result.duration_s * 1000),
                self._due(Part.LOG), Jsonb(asdict(result.disclosure)), Jsonb(asdict(result.consent)),
                *(self._numbers() if self._may_rest(Part.LOG) else NO_LOG),
                Jsonb([asdict(p) for p in result.problems]), Jsonb(result.costs),
                Jsonb([asdict(t) for t in result.timings]), self._vault.clock.now(), setup.account_id, setup.call_id,
            ),
        )  # fmt: skip
        day, seconds = result.ended_at.astimezone(UTC).date(), round(result.duration_s)
        count_call(self._cursor, self._vault.clock, setup.account_id, day, seconds)

    def recording(self, size: int, key: bytes) -> bool:
        """Where the audio is: `size` bytes sealed under `key`; 0 if there is none. Whether the object is to stay."""
        state = self._state(Part.RECORDING, there=size > 0)
        if state is not PartState.KEPT:
            self._cursor.execute(_RECORDING, (*self._ids(), state.value, None, None, None, "", 0, 0))
            return False
        bucket = self._bucket(Part.RECORDING)
        self._cursor.execute(
            _RECORDING,
            (
                *self._ids(), state.value, bucket.id, wrap(bucket.key, key, self._place, RECORDING),
                self._due(Part.RECORDING), object_name(self._setup.account_id, self._setup.call_id), size,
                round(self._result.duration_s * 1000),
            ),
        )  # fmt: skip
        return True

    def transcript(self) -> None:
        """Words, variables and tokens. Without words, the typed answers alone are kept: the part is then kept without turns."""
        result = self._result
        variables = [asdict(v) for v in result.variables]
        state = self._state(Part.TRANSCRIPT, there=result.words_kept or bool(variables))
        if state is not PartState.KEPT:
            self._cursor.execute(_TRANSCRIPT, (*self._ids(), state.value, None, None, None, None, None))
            return
        bucket, key, place = self._bucket(Part.TRANSCRIPT), new_key(), self._place
        turns = [asdict(t) for t in result.turns] if result.words_kept else None
        self._cursor.execute(
            _TRANSCRIPT,
            (
                *self._ids(), state.value, bucket.id, wrap(bucket.key, key, place, TRANSCRIPT),
                self._due(Part.TRANSCRIPT),
                None if turns is None else seal_json(key, turns, place, TRANSCRIPT, "turns_sealed"),
                seal_json(key, variables, place, TRANSCRIPT, "variables_sealed"),
            ),
        )  # fmt: skip
        tokens = search_tokens(bucket.key, result)
        put_tokens(self._cursor, new_id(self._vault.clock), place, bucket, tokens)

    def _numbers(self) -> tuple[Any, ...]:
        bucket, key, setup = self._bucket(Part.LOG), new_key(), self._setup
        numbers = {"from": setup.from_number, "to": setup.to_number}
        return (
            bucket.id,
            wrap(bucket.key, key, self._place, LOG),
            seal_json(key, numbers, self._place, LOG, "numbers_sealed"),
            *(number_index(bucket.key, n) if n else None for n in numbers.values()),
        )

    def _state(self, part: Part, *, there: bool) -> PartState:
        if self._erased & {part.value, "call"}:
            return PartState.DELETED
        if not there or self._days(part) == 0:
            return PartState.NEVER_KEPT
        return PartState.KEPT if self._may_rest(part) else PartState.EXPIRED

    def _may_rest(self, part: Part) -> bool:
        return may_rest(part, self._term, self._periods, self._result.ended_at, self._vault.clock.now())

    def _ids(self) -> tuple[UUID, UUID, UUID]:
        return new_id(self._vault.clock), self._setup.account_id, self._setup.call_id

    def _days(self, part: Part) -> int | None:
        return kept_days(part, self._term.on(self._vault.clock.now()), self._periods)

    def _bucket(self, part: Part) -> BucketKey:
        day = self._result.ended_at.astimezone(UTC).date()
        chosen = chosen_days(part, self._periods)
        return bucket_for(
            self._cursor, self._vault, self._setup.account_id, part, day, self._days(part), chosen
        )

    def _due(self, part: Part) -> datetime | None:
        return kept_until(part, self._term, self._periods, self._result.ended_at)


def search_tokens(bucket_key: bytes, result: CallResult) -> list[int]:
    """The tokens of a call: every word said, and every value captured."""
    texts = (turn.text for turn in result.turns if result.words_kept)
    given = (each for each in result.variables if each.given is Given.GIVEN)
    return tokens_of(bucket_key, texts, ((each.name, each.value) for each in given))


def tokens_of(
    bucket_key: bytes, texts: Iterable[str], values: Iterable[tuple[str, str | float | bool | None]]
) -> list[int]:
    """The tokens of all words of texts, and of values under their names."""
    tokens = Tokens(bucket_key)
    told = {tokens.value(name, value_text(value)) for name, value in values if value is not None}
    return sorted({*tokens.all_words(texts), *told})


def put_tokens(cursor: Cursor, row_id: UUID, place: Place, bucket: BucketKey, tokens: list[int]) -> None:
    """A transcript's tokens, instead of earlier ones; none, if it is being erased."""
    cursor.execute(_TOKENS, (row_id, place.account_id, place.call_id, bucket.id, tokens))


def value_text(value: str | float | bool) -> str:
    """A captured value as people type it in a filter: yes, 4, 2.5, 2026-11-24."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else orjson.dumps(value).decode()
