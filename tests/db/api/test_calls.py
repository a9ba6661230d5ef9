"""`/api/v1/calls`, as a developer meets it."""

import wave
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from ringfence.apps.accounts.apikeys import issue, revoke
from ringfence.apps.accounts.models import Role
from ringfence.core.call import Outcome
from tests.db.api.conftest import Developer, Hire, content
from tests.support.accounts import an_account
from tests.support.office import CALLER, Office

FIELDS = {
    "id", "agent", "direction", "channel", "from", "to", "status", "outcome", "started_at", "ended_at", "duration_s",
    "recording", "transcript", "summary", "variables", "disclosure", "consent", "plan", "policy_version", "expires_at",
}  # fmt: skip


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["title"]
    return body


def test_a_call_has_every_field_of_the_contract(office: Office, dev: Developer) -> None:
    call = dev.get(f"calls/{office.call()}").json()
    assert set(call) >= FIELDS
    assert call["recording"].keys() >= {"available", "duration_s", "bytes", "media_type", "expires_at"}
    assert call["transcript"]["turns"][0].keys() >= {"speaker", "text", "start_s", "end_s"}
    assert call["variables"]["values"]["note"]["given"] == "empty"
    assert call["variables"]["values"]["birthday"]["given"] == "not_given"
    assert (call["from"], call["agent"]) == (CALLER, {"slug": "front-desk", "version": 1})


def test_pages_follow_one_another_without_gap_or_repeat(office: Office, dev: Developer) -> None:
    made = [str(office.call(run_after=False)) for _ in range(7)]
    found, cursor = [], ""
    for _ in range(4):
        page = dev.get(f"calls?limit=2{cursor}").json()
        found += [call["id"] for call in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert found == made[::-1]
    assert page["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "limit=0",
        "limit=100000",
        "since=yesterday",
        "variable=day",
        "min_duration_s=-1",
        "number=12",
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_a_reason(dev: Developer, query: str) -> None:
    response = dev.get(f"calls?{query}")
    assert response.status_code in {400, 422}
    assert problem(response, response.status_code)["detail"]


def test_the_ends_of_the_calendar_are_bounds_like_any_other(office: Office, dev: Developer) -> None:
    kept = office.call()
    for query in ("until=9999-12-31T23:59:59Z", "since=0001-01-01T00:00:00Z"):
        for asked in ("", "&q=ferry", "&number=%2B12025550173", "&variable=people=4"):
            answer = dev.get(f"calls?{query}{asked}")
            assert answer.status_code == 200, query + asked
            assert [call["id"] for call in answer.json()["items"]] == [str(kept)], query + asked


def test_filters_find_what_they_say(office: Office, dev: Developer) -> None:
    kept = office.call()
    office.call(said=(), variables=(), outcome=Outcome.CALLER_HUNG_UP, caller="+442079460123")
    for query in (
        "outcome=finished", "number=%2B12025550173", "q=harbour%20ferry", "variable=day=2026-01-09", "variable=people=4",
        "variable=member=yes",
    ):  # fmt: skip
        assert [call["id"] for call in dev.get(f"calls?{query}").json()["items"]] == [str(kept)], query
    assert dev.get("calls?q=harbo").json()["items"] == []


def test_a_recording_plays_and_its_ranges_are_exact(office: Office, dev: Developer) -> None:
    path = f"calls/{office.call()}/recording"
    whole = dev.get(path)
    data = content(whole)
    assert (whole.status_code, whole["Content-Type"], len(data)) == (
        200,
        "audio/wav",
        int(whole["Content-Length"]),
    )
    with wave.open(BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 80_000)
    for asked, start, stop in (
        ("0-0", 0, 1),
        ("43-99", 43, 100),
        ("-7", len(data) - 7, len(data)),
        ("9000-", 9000, None),
    ):
        part = dev.get(path, range=f"bytes={asked}")
        assert part.status_code == 206
        assert content(part) == data[start:stop]
        assert part["Content-Range"] == f"bytes {start}-{(stop or len(data)) - 1}/{len(data)}"
    beyond = dev.get(path, range=f"bytes={len(data)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(data)}")


def test_each_part_goes_alone_and_the_call_whole(office: Office, dev: Developer) -> None:
    call_id = office.call()
    assert dev.delete(f"calls/{call_id}/recording").status_code == 204
    assert dev.delete(f"calls/{call_id}/recording").status_code == 204
    problem(dev.get(f"calls/{call_id}/recording"), 410)
    call = dev.get(f"calls/{call_id}").json()
    assert (call["recording"]["available"], call["recording"]["reason"]) == (False, "deleted")
    assert call["transcript"]["available"]
    assert dev.delete(f"calls/{call_id}/transcript").status_code == 204
    problem(dev.get(f"calls/{call_id}/transcript"), 410)
    call = dev.get(f"calls/{call_id}").json()
    assert {call[part]["reason"] for part in ("transcript", "summary", "variables")} == {"deleted"}
    assert dev.delete(f"calls/{call_id}").status_code == 204
    assert dev.delete(f"calls/{call_id}").status_code in {204, 404, 410}
    assert dev.get(f"calls/{call_id}").status_code in {404, 410}
    assert dev.get("calls").json()["items"] == []


def test_what_was_never_kept_is_not_called_gone(office: Office, dev: Developer) -> None:
    call_id = office.call(audio=False, words=False, variables=())
    problem(dev.get(f"calls/{call_id}/recording"), 404)
    problem(dev.get(f"calls/{call_id}/transcript"), 404)
    assert dev.get(f"calls/{call_id}").json()["recording"]["reason"] == "never_kept"


@pytest.mark.parametrize("path", ["calls/{}", "calls/{}/recording", "calls/{}/transcript", "calls/{}/vcon"])
def test_anothers_call_answers_as_one_that_never_was(office: Office, hire: Hire, path: str) -> None:
    stranger = hire(Role.OWNER, an_account(office.clock))
    theirs, nobodys = stranger.get(path.format(office.call())), stranger.get(path.format(uuid4()))
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert theirs.status_code == 404


def test_deleting_anothers_call_deletes_nothing(office: Office, hire: Hire, dev: Developer) -> None:
    call_id, stranger = office.call(), hire(Role.OWNER, an_account(office.clock))
    for part in ("", "/recording", "/transcript"):
        theirs, nobodys = stranger.delete(f"calls/{call_id}{part}"), stranger.delete(f"calls/{uuid4()}{part}")
        assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert dev.get(f"calls/{call_id}").json()["recording"]["available"]


def test_an_analyst_sees_that_calls_took_place_and_no_more(office: Office, hire: Hire) -> None:
    call_id, analyst = office.call(), hire(Role.ANALYST)
    line = analyst.get("calls").json()["items"][0]
    assert CALLER not in str(line)
    for path in ("", "/recording", "/transcript", "/vcon"):
        problem(analyst.get(f"calls/{call_id}{path}"), 403)
    for query in ("q=harbour", "variable=day=2026-01-09", "number=%2B12025550173"):
        problem(analyst.get(f"calls?{query}"), 403)
    problem(analyst.delete(f"calls/{call_id}"), 403)


@pytest.mark.parametrize("token", ["", "rf_", "rf_000000000000_wrong", "Basic x", "rf_" + "a" * 5000])
def test_a_key_that_is_none_opens_nothing(token: str, office: Office) -> None:
    problem(Developer(token).get("calls"), 401)


def test_an_expired_or_revoked_key_is_none(office: Office) -> None:
    end = office.clock.now() + timedelta(minutes=1)
    short = issue(office.account_id, name="short", role=Role.OWNER, clock=office.clock, expires_at=end)
    gone = issue(office.account_id, name="gone", role=Role.OWNER, clock=office.clock)
    assert Developer(short.token).get("calls").status_code == 200
    office.clock.moment = end
    problem(Developer(short.token).get("calls"), 401)
    revoke(office.account_id, gone.id, office.clock)
    problem(Developer(gone.token).get("calls"), 401)


def test_a_key_rests_as_a_hash(office: Office) -> None:
    from django.db import connections

    key = issue(office.account_id, name="k", role=Role.OWNER, clock=office.clock)
    secret = key.token.rsplit("_", 1)[1]
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM accounts_apikey WHERE accounts_apikey::text LIKE %s", [f"%{secret}%"]
        )
        assert cursor.fetchone() == (0,)


def test_the_last_second_is_readable_and_the_next_is_not(office: Office, dev: Developer) -> None:
    call_id = office.call()
    end = office.clock.now() + timedelta(days=30)
    opened = dev.get(f"calls/{call_id}/recording")
    office.clock.moment = end - timedelta(microseconds=1)
    assert dev.get(f"calls/{call_id}").status_code == 200
    office.clock.moment = end
    for path in ("", "/recording", "/transcript", "/vcon"):
        assert dev.get(f"calls/{call_id}{path}").status_code in {404, 410}
    assert dev.get("calls").json()["items"] == []
    assert dev.get("calls?q=harbour").json()["items"] == []
    assert len(content(opened)) < int(opened["Content-Length"])


def test_a_vcon_names_its_call_and_carries_its_audio(office: Office, dev: Developer) -> None:
    import orjson

    call_id = office.call()
    made = orjson.loads(content(dev.get(f"calls/{call_id}/vcon")))
    assert UUID(made["uuid"]) == call_id
    assert made["dialog"][0]["encoding"] == "base64url"


def test_the_description_names_every_route(dev: Developer) -> None:
    paths = dev.get("openapi.json").json()["paths"]
    for path in (
        "calls",
        "calls/{call_id}",
        "calls/{call_id}/recording",
        "calls/{call_id}/transcript",
        "agents",
        "numbers",
    ):
        assert f"/api/v1/{path}" in paths
