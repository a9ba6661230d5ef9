"""An analyst sees that calls took place, and nothing of what was said, by whom, or to whom: on no page, in no answer, by no search.

Canaries stand in the words, the variables, the summary, the number and the sound of a real call.
"""

from typing import Any

import pytest

from ringfence.apps.accounts.models import Role
from ringfence.apps.calls import document
from ringfence.core.call import Given, Variable
from ringfence.web.access import Action
from ringfence.web.matrix import Route, operations, pages
from tests.db.access.test_matrix import GONE, QUERIES, named
from tests.support.furnished import Furnished, ask

WORD, NUMBER, VALUE = "quokkas", "+13125550146", "4711-canary"
SAID = (("caller", f"Bring the {WORD} on Friday.", 0.5, 3.0), ("agent", "I will.", 3.5, 4.0))
VARIABLES = (Variable(name="code", type="text", given=Given.GIVEN, value=VALUE),)
CANARIES = (WORD, NUMBER, NUMBER[2:-2], "1255501", VALUE, "canary")
CALLS = [route for route in (*pages(), *operations()) if route.method == "GET" and route.lets(Role.ANALYST)]


@pytest.fixture(scope="module")
def said(ours: Furnished) -> str:
    """The id of a call with canaries in it."""
    call_id = str(ours.office.call(said=SAID, variables=VARIABLES, caller=NUMBER))
    told = ask("GET", f"/api/v1/calls/{call_id}", ours.key(Role.OWNER)).content.decode()
    assert all(each in told for each in (WORD, NUMBER, VALUE)), "the canaries are there, for who may see them"
    return call_id


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def test_what_an_analyst_is_let_into_is_known() -> None:
    asked = {route.asks for route in CALLS if isinstance(route.asks, Action)}
    assert asked == {Action.SEE_CALLS, Action.SEE_AGENTS}


@pytest.mark.parametrize("route", CALLS, ids=named)
def test_nothing_of_what_was_said_is_on_any_page_or_in_any_answer(
    ours: Furnished, said: str, route: Route
) -> None:
    address = route.path.replace("call_id", "gone_id") if route.name in GONE else route.path
    path = ours.path(address + QUERIES.get(route.name, "")).replace(str(ours.things["call_id"]), said)
    sent = (
        ask("GET", path, ours.key(Role.ANALYST))
        if path.startswith("/api/")
        else ours.visitor(Role.ANALYST).get(path)
    )
    told = body(sent).decode()
    assert sent.status_code < 500
    assert not [each for each in CANARIES if each in told]


def test_the_page_of_a_call_opens_no_part(
    ours: Furnished, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: object, **__: object) -> None:
        raise AssertionError("an analyst's page opened a transcript")

    monkeypatch.setattr(document, "read_transcript", opened)
    page = ours.visitor(Role.ANALYST).get(f"/learn/calls/{said}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "+1•••••••••46" in text or "•••" in text
    assert "data-player" not in text
    assert "<path" not in text.partition("recording")[2].partition("transcript")[0], "no waveform"


# In the words, and in no word; of the call, and of nobody; its value, and another: what differs would be an answer.
PAIRS = (
    (f"q={WORD}", "q=wombats"),
    ("number=%2B13125550146", "number=%2B12025550199"),
    (f"variable=code&value={VALUE}", "variable=code&value=other"),
    (f"q={WORD}&agent=front-desk", "q=wombats&agent=front-desk"),
)


@pytest.mark.parametrize(("hit", "miss"), PAIRS)
def test_the_list_answers_no_search(ours: Furnished, said: str, hit: str, miss: str) -> None:
    visitor = ours.visitor(Role.ANALYST)
    for query in (hit, miss):
        page = visitor.get(f"/learn/calls/?{query}")
        assert page.status_code == 400
        assert said not in page.content.decode()
        assert "Your role may not search in what was said." in page.content.decode()


@pytest.mark.parametrize(("hit", "miss"), PAIRS)
def test_rows_that_follow_by_themselves_answer_no_search(
    ours: Furnished, said: str, hit: str, miss: str
) -> None:
    visitor = ours.visitor(Role.ANALYST)
    since = "from=2026-01-01T00:00:00%2B00:00"
    found = [visitor.get(f"/learn/calls/live/?{since}&{query}").content for query in (hit, miss)]
    assert found[0] == found[1]
    assert said in found[0].decode(), "all of them, whatever was searched for"


@pytest.mark.parametrize(
    ("hit", "miss"),
    [
        (hit.replace("&value=", "%3D") if "variable" in hit else hit, miss.replace("&value=", "%3D"))
        for hit, miss in PAIRS
    ],
)
def test_the_api_answers_no_search(ours: Furnished, said: str, hit: str, miss: str) -> None:
    answers = [ask("GET", f"/api/v1/calls?{query}", ours.key(Role.ANALYST)) for query in (hit, miss)]
    assert [each.status_code for each in answers] == [403, 403]
    assert answers[0].content == answers[1].content
