"""Numbers as they are shown, and cursors as they travel."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.apps.calls.cursors import Position, decode, encode
from ringfence.apps.calls.errors import BadCursor
from ringfence.apps.calls.numbers import masked


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+12025550173", "+1••••••••73"), ("+442079460123", "+4•••••••••23"), ("client:ada", "…"), (None, None), ("", "")],
)  # fmt: skip
def test_a_masked_number_shows_where_it_is_and_how_it_ends(number: str | None, shown: str | None) -> None:
    assert masked(number) == shown


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_most_digits_are_hidden(number: str) -> None:
    shown = masked(number)
    assert shown is not None
    assert len(shown) == len(number)
    assert sum(each.isdigit() for each in shown) == 3


moments = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given below


@given(moments, st.uuids())
def test_a_cursor_comes_back_as_it_left(moment: datetime, call_id: UUID) -> None:
    position = Position(moment, call_id)
    assert decode(encode(position)) == position
    assert decode(encode(Position(moment + timedelta(microseconds=1), call_id))) > position


@given(st.text(max_size=60))
def test_anything_else_is_refused_or_a_position(text: str) -> None:
    try:
        position = decode(text)
    except BadCursor:
        return
    assert decode(encode(position)) == position
