"""Small decisions of intake: what a value looks like in a filter, what is searchable, how long a part stays."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.call import (
    CallResult,
    Consent,
    ConsentAnswer,
    Disclosure,
    Given,
    Outcome,
    Speaker,
    Status,
    Turn,
    Variable,
)
from ringfence.policy import AgentPeriods, Part, Plan, days
from ringfence.vault.blind import Tokens
from ringfence.vault.seal import new_key
from ringfence.work.rows import kept_days, search_tokens, value_text

KEY = new_key()
TOKENS = Tokens(KEY)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def result(*, words_kept: bool = True) -> CallResult:
    return CallResult(
        call_id=UUID(int=1), account_id=UUID(int=2), status=Status.COMPLETED, outcome=Outcome.FINISHED,
        answered_at=NOW, ended_at=NOW, duration_s=1.0, words_kept=words_kept, recording_kept=False,
        disclosure=Disclosure(ai=True, recorded=False, said_at_s=None, script_sha256=""),
        consent=Consent(answer=ConsentAnswer.YES),
        turns=(
            Turn(speaker=Speaker.AGENT, text="Which day?", start_s=0, end_s=1),
            Turn(speaker=Speaker.CALLER, text="Friday, Zoë's birthday.", start_s=1, end_s=2),
        ),
        variables=(
            Variable(name="people", type="number", given=Given.GIVEN, value=4.0),
            Variable(name="note", type="text", given=Given.EMPTY),
            Variable(name="day", type="date", given=Given.NOT_GIVEN),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (False, "no"), (4, "4"), (4.0, "4"), (2.5, "2.5"), ("2026-01-09", "2026-01-09"), (1e21, "1000000000000000000000")],
)  # fmt: skip
def test_values_as_people_type_them(value: str | float | bool, text: str) -> None:
    assert value_text(value) == text


def test_both_sides_words_and_given_values_are_found() -> None:
    found = search_tokens(KEY, result())
    assert set(found) == {
        *map(TOKENS.word, ("which", "day", "friday", "zoe's", "birthday")), TOKENS.value("people", "4"),
    }  # fmt: skip
    assert found == sorted(found)


def test_without_words_only_values_are_found() -> None:
    assert search_tokens(KEY, result(words_kept=False)) == [TOKENS.value("people", "4")]


some_days = st.none() | st.integers(0, 400)


@given(st.sampled_from(Plan), st.sampled_from(Part), some_days, some_days, some_days)
def test_a_part_goes_with_its_log_at_the_latest(
    plan: Plan, part: Part, recording: int | None, transcript: int | None, log: int | None
) -> None:
    periods = AgentPeriods(recording=recording, transcript=transcript, log=log)
    kept = kept_days(part, plan, periods)
    longest = [n for n in (days(part, plan, periods), days(Part.LOG, plan, periods)) if n is not None]
    assert kept == (min(longest) if longest else None)
