"""Call Logs as a list: newest first, any filter, pages without gaps, and nothing that must not be found."""

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls import listing
from ringfence.apps.calls.errors import BadCursor, BadFilter
from ringfence.apps.calls.listing import CallFilters, CallRow, list_calls
from ringfence.apps.calls.models import Transcript
from ringfence.core.call import Channel, Direction, Given, Outcome, Variable
from ringfence.policy import AgentPeriods
from tests.support.accounts import an_account
from tests.support.calls import a_call
from tests.support.office import CALLER, Office

DAY_S = 86_400


def rows(office: Office, *, limit: int = 50, **filters: Any) -> tuple[CallRow, ...]:
    return list_calls(office.account_id, CallFilters(**filters), clock=office.clock, limit=limit).rows


def ids(office: Office, *, limit: int = 50, **filters: Any) -> list[UUID]:
    return [row.id for row in rows(office, limit=limit, **filters)]


def walk(office: Office, limit: int, **filters: Any) -> list[list[UUID]]:
    """All pages."""
    pages, cursor = list[list[UUID]](), None
    while True:
        page = list_calls(
            office.account_id, CallFilters(**filters), clock=office.clock, cursor=cursor, limit=limit
        )
        pages.append([row.id for row in page.rows])
        cursor = page.next
        if cursor is None:
            return pages


def test_a_row_says_what_is_known_of_a_call(office: Office) -> None:
    call_id = office.call()
    [row] = rows(office)
    assert row.id == call_id
    assert (row.agent_slug, row.direction, row.channel, row.status, row.outcome) == (
        "front-desk", "inbound", "loopback", "completed", "finished",
    )  # fmt: skip
    assert (row.duration_s, row.recording, row.transcript) == (10.0, "kept", "kept")
    assert (row.from_number, row.to_number) == ("+1••••••••73", "+1••••••••00")
    assert row.expires_at == office.clock.now() + timedelta(days=30)
    [open_row] = list_calls(office.account_id, CallFilters(), clock=office.clock, unmask=True).rows
    assert open_row.from_number == CALLER


def test_live_calls_are_rows_too(office: Office) -> None:
    ended = office.call()
    talk, new = office.answer(office.ring()), office.ring()
    assert set(ids(office)) == {ended, talk.id, new.id}
    assert ids(office, status="in_progress") == [talk.id]
    assert ids(office, status="ringing") == [new.id]


def test_every_filter(office: Office) -> None:
    start = office.clock.now()
    first = office.call(
        seconds=4.0, said=(("caller", "A boiler that leaks.", 1.0, 3.0),), caller="+442079460123"
    )
    office.clock.advance(3600)
    second = office.call(
        agent="night-desk", direction=Direction.OUTBOUND, channel=Channel.WEB, outcome=Outcome.NO_INPUT,
        variables=(Variable(name="city", type="choice", given=Given.GIVEN, value="New York"),),
    )  # fmt: skip
    for filters, wanted in (
        ({"agent": "night-desk"}, second),
        ({"agent": "front-desk"}, first),
        ({"direction": "outbound"}, second),
        ({"channel": "loopback"}, first),
        ({"outcome": "no_input"}, second),
        ({"since": start + timedelta(seconds=1800)}, second),
        ({"until": start + timedelta(seconds=1800)}, first),
        ({"shortest_s": 5.0}, second),
        ({"longest_s": 5.0}, first),
        ({"number": "+442079460123"}, first),
        ({"number": CALLER}, second),
        ({"words": "BOILER leaks"}, first),
        ({"words": "ferry"}, second),
        ({"variable": ("city", " new york ")}, second),
        ({"variable": ("people", "4")}, first),
        ({"words": "friday", "variable": ("city", "new york"), "agent": "night-desk"}, second),
    ):
        assert ids(office, **filters) == [wanted], filters
    for nothing in (
        {"agent": "nobody"}, {"words": "boiler ferry"}, {"words": "boil"}, {"variable": ("city", "york")},
        {"variable": ("town", "new york")}, {"number": "+442079460124"}, {"words": "ferry", "direction": "inbound"},
    ):  # fmt: skip
        assert ids(office, **nothing) == [], nothing


def test_search_across_days_and_midnight(office: Office) -> None:
    """Each day's words have another key; a call that ends after midnight is in the next day's bucket."""
    made = []
    for _ in range(3):
        office.clock.moment = office.clock.moment.replace(hour=23, minute=59, second=55)
        made.append(office.call())
        made.append(office.call())
    assert ids(office, words="ferry") == made[::-1]
    assert ids(office, words="ferry", limit=3) == made[:2:-1]
    assert [page for page in walk(office, 2, words="ferry") if page] == [
        made[5:3:-1],
        made[3:1:-1],
        made[1::-1],
    ]
    assert ids(office, number=CALLER) == made[::-1]


def test_pages_have_no_gaps_and_nothing_twice(office: Office) -> None:
    """Many calls in the same millisecond, as well as apart; new ones arriving while one pages."""
    with tenant(office.account_id):
        for n in range(25):
            a_call(office.account_id, office.clock, status="completed")
            if n % 3 == 0:
                office.clock.advance(0.0004)
    everything = ids(office)
    assert len(everything) == 25
    for limit in (1, 2, 7, 24, 25, 26):
        pages = walk(office, limit)
        assert [each for page in pages for each in page] == everything
        assert all(len(page) == limit for page in pages[:-1])
    first = list_calls(office.account_id, CallFilters(), clock=office.clock, limit=5)
    with tenant(office.account_id):
        a_call(office.account_id, office.clock, status="completed")
    second = list_calls(office.account_id, CallFilters(), clock=office.clock, limit=5, cursor=first.next)
    assert [row.id for row in (*first.rows, *second.rows)] == everything[:10]


def test_a_search_goes_on_until_a_page_is_full(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hits the other filters throw away."""
    monkeypatch.setattr(listing, "SEARCH_LEAST", 2)
    wanted = []
    for n in range(12):
        call_id = office.call(run_after=False, agent="rare" if n % 4 == 0 else "front-desk")
        wanted += [call_id] if n % 4 == 0 else []
    assert ids(office, words="ferry", agent="rare", limit=1) == [wanted[-1]]
    assert ids(office, words="ferry", agent="rare") == wanted[::-1]
    assert [page for page in walk(office, 1, words="ferry", agent="rare") if page] == [
        [i] for i in wanted[::-1]
    ]
    assert len(ids(office, words="ferry")) == 12


def test_refused_at_the_very_end(office: Office) -> None:
    """The sweeper is stopped: rows and tokens are all still there."""
    office.agent(periods=AgentPeriods(transcript=2))
    call_id = office.call()
    end = office.clock.now() + timedelta(days=2)
    office.clock.moment = end - timedelta(seconds=1)
    assert ids(office, words="ferry") == ids(office, variable=("people", "4")) == [call_id]
    office.clock.moment = end
    assert ids(office, words="ferry") == ids(office, variable=("people", "4")) == []
    assert [row.transcript for row in rows(office)] == ["expired"]
    assert [row.recording for row in rows(office)] == ["kept"]
    office.clock.moment = end + timedelta(days=28, seconds=-1)
    assert ids(office) == ids(office, number=CALLER) == [call_id]
    office.clock.moment = end + timedelta(days=28)
    assert ids(office) == ids(office, number=CALLER) == []
    with tenant(office.account_id):
        assert Transcript.objects.filter(account_id=office.account_id, call_id=call_id).exists()


def test_another_account_finds_nothing(office: Office) -> None:
    office.call()
    stranger = an_account(office.clock)
    for filters in (
        CallFilters(), CallFilters(words="ferry"), CallFilters(number=CALLER), CallFilters(agent="front-desk"),
    ):  # fmt: skip
        found = list_calls(stranger, filters, clock=office.clock)
        assert found == listing.CallPage((), None)


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "0" * 32, "=" * 8, "A" * 400])
def test_a_foreign_cursor_is_refused(office: Office, cursor: str) -> None:
    if not cursor:
        assert rows(office) == ()
        return
    with pytest.raises(BadCursor):
        list_calls(office.account_id, CallFilters(), clock=office.clock, cursor=cursor)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("\0", "\0", "\0")
@given(st.text(max_size=100), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_typed_is_an_answer(office: Office, words: str, name: str, value: str) -> None:
    with suppress(BadFilter):
        rows(office, words=words, variable=(name, value), number=name or None, agent=value or None)


@pytest.mark.parametrize(
    "filters",
    [{"agent": "a\0"}, {"outcome": "\0"}, {"shortest_s": float("nan")}, {"longest_s": float("inf")}, {"shortest_s": -1.0}],
)  # fmt: skip
def test_what_no_call_could_have_is_refused(filters: dict[str, Any]) -> None:
    with pytest.raises(BadFilter):
        CallFilters(**filters)


def test_a_page_costs_the_same_few_statements_however_long_it_is(office: Office) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _ in range(2):
        for _ in range(5):
            office.call(run_after=False)
        with CaptureQueriesContext(connection) as asked:
            assert rows(office)
        counts.append(len(asked))
    assert all(a == b for a, b in pairwise(counts))
    assert counts[0] <= 9  # three for the event, of which two are spared once the day's key is remembered
