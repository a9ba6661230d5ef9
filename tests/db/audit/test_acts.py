"""One event for each act, by whoever did it, through the pages and the API as people and programs use them."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from ringfence.apps.accounts.accounts import make_account
from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Account, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import ActorKind
from ringfence.apps.audit.acts import Act
from ringfence.core.call import Outcome
from ringfence.core.config import current
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.lifecycle.audit.trail import TrailEvent, TrailFilters, read_trail
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.policy import Plan
from ringfence.vault.audit.verify import verify_audit_export, verify_audit_proof
from ringfence.vault.signing import SigningKey
from tests.support.accounts import an_address
from tests.support.office import Office

SECURE: dict[str, Any] = {"secure": True, "HTTP_HOST": "localhost"}


class People:
    """A member at a browser and a program with a key, in one account."""

    def __init__(self, office: Office, role: Role = Role.OWNER) -> None:
        self.office = office
        self.account_id = office.account_id
        with tenant(self.account_id):
            Account.objects.filter(id=self.account_id).update(plan=Plan.GROWTH.value)
        self.user = add_member(
            self.account_id, email=an_address(), role=role, clock=office.clock, name="Dana"
        )
        self.page = Client()
        self.page.get(f"/sign-in/link/?token={sign_in_token(self.user)}", **SECURE)
        self.key = issue(self.account_id, name="program", role=role, clock=office.clock)
        self.api = Client()

    def get(self, path: str, **more: Any) -> Any:
        return self.page.get(path, **SECURE, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> Any:
        return self.page.post(path, data or {}, **SECURE, **more)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        bearer = {"HTTP_AUTHORIZATION": f"Bearer {self.key.token}"}
        return getattr(self.api, method)(f"/api/v1{path}", **SECURE, **bearer, **more)

    def events(self) -> list[TrailEvent]:
        return list(read_trail(self.account_id, TrailFilters(), clock=self.office.clock, limit=200).events)

    def new(self, before: list[TrailEvent]) -> list[tuple[str, str, str | None]]:
        """What was written down besides `before`: who, what, which; sorted, for time stands still here."""
        found = [each for each in self.events() if each not in before]
        return sorted((str(e.actor_kind), str(e.act), e.thing_id) for e in found)


@pytest.fixture
def people(office: Office) -> People:
    return People(office)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_each_look_at_a_call_is_one_event(people: People) -> None:
    call = people.office.call()
    looks: list[tuple[Any, str, str | None]] = [
        (lambda: people.get("/learn/calls/"), "calls_listed", None),
        (lambda: people.get("/learn/calls/?q=ferry"), "calls_searched", None),
        (lambda: people.get("/learn/calls/?number=%2B12025550173"), "calls_searched", None),
        (lambda: people.get("/learn/calls/?cursor="), "calls_listed", None),
        (lambda: people.get(f"/learn/calls/{call}/"), "call_opened", str(call)),
        (lambda: people.get(f"/learn/calls/{call}/vcon"), "call_exported", str(call)),
        (lambda: people.get(f"/learn/calls/{call}/recording"), "recording_played", str(call)),
    ]
    for look, act, which in looks:
        before = people.events()
        answer = look()
        assert answer.status_code == 200
        body(answer)
        assert people.new(before) == [("member", act, which)]
        [event] = [each for each in people.events() if each not in before]
        assert event.actor_id == people.user.id


def test_each_look_of_a_program_is_one_event(people: People) -> None:
    call = people.office.call()
    for path, act, which in (
        ("/calls", "calls_listed", None),
        ("/calls?q=ferry", "calls_searched", None),
        (f"/calls/{call}", "call_opened", str(call)),
        (f"/calls/{call}/transcript", "call_opened", str(call)),
        (f"/calls/{call}/vcon", "call_exported", str(call)),
        (f"/calls/{call}/recording", "recording_played", str(call)),
    ):
        before = people.events()
        answer = people.ask("get", path)
        assert answer.status_code == 200, answer.content
        body(answer)
        assert people.new(before) == [("api_key", act, which)], path
        [event] = [each for each in people.events() if each not in before]
        assert event.actor_id == people.key.id


def test_the_ranges_of_one_playback_are_one_event_and_later_ones_another(people: People) -> None:
    call = people.office.call()
    before = people.events()
    for first in (0, 100, 4000):
        body(people.get(f"/learn/calls/{call}/recording", HTTP_RANGE=f"bytes={first}-"))
    assert len(people.new(before)) == 1
    body(people.ask("get", f"/calls/{call}/recording"))  # somebody else listens, too
    people.office.clock.advance(601)
    body(people.get(f"/learn/calls/{call}/recording"))
    assert [act for _who, act, _which in people.new(before)] == ["recording_played"] * 3


def test_a_page_that_asks_again_and_again_is_one_event(people: People) -> None:
    people.office.ring()
    before = people.events()
    for _ in range(4):
        people.get("/learn/calls/live/")
        people.office.clock.advance(3)
    assert [act for _who, act, _which in people.new(before)] == ["calls_watched"]


def test_what_asks_again_for_other_calls_is_another_event(people: People) -> None:
    """The address of what is watched is anybody's to write: whatever it shows stands in the log, call by call."""
    shown = [people.office.call(), people.office.call(outcome=Outcome.CALLER_HUNG_UP)]
    before = people.events()
    for outcome in ("finished", "caller_hung_up", "finished", "caller_hung_up"):
        page = body(people.get(f"/learn/calls/live/?from=2020-01-01T00:00:00%2B00:00&outcome={outcome}"))
        assert str(shown[outcome != "finished"]).encode() in page
    events = [each for each in people.events() if each not in before]
    assert [each.act for each in events] == [Act.CALLS_WATCHED] * 2
    assert sorted(event.calls for event in events) == sorted((str(call),) for call in shown)


def test_a_look_that_is_refused_is_none(people: People) -> None:
    call = people.office.call()
    delete_parts(people.account_id, [call], Part.CALL, actor="test", clock=people.office.clock)
    before = people.events()
    assert people.get(f"/learn/calls/{call}/").status_code == 410
    assert people.get(f"/learn/calls/{call}/recording").status_code in {404, 410}
    assert people.ask("get", f"/calls/{call}").status_code == 404
    assert people.new(before) == []


def test_deleting_is_one_event_for_each_call_and_again_is_none(people: People) -> None:
    calls = [people.office.call() for _ in range(3)]
    before = people.events()
    data = {"id": [str(each) for each in calls], "part": "recording"}
    people.post("/learn/calls/delete/", data)
    people.post("/learn/calls/delete/", data)
    assert people.ask("delete", f"/calls/{calls[0]}").status_code == 204
    assert people.ask("delete", f"/calls/{calls[0]}").status_code == 204
    assert Counter(people.new(before)) == Counter(
        [("member", "recording_deleted", str(each)) for each in calls]
        + [("api_key", "call_deleted", str(calls[0]))]
    )


def test_a_write_sent_twice_is_one_event(people: People) -> None:
    before = people.events()
    for _ in range(2):
        answer = people.ask(
            "post", "/agents", data={"slug": "night", "definition": "x"}, content_type="application/json",
            HTTP_IDEMPOTENCY_KEY="once",
        )  # fmt: skip
        assert answer.status_code == 201
    assert [act for _who, act, _which in people.new(before)] == ["agent_made"]


def test_changes_are_events_by_those_who_made_them(people: People) -> None:
    other = add_member(people.account_id, email=an_address(), role=Role.ANALYST, clock=people.office.clock)
    before = people.events()
    people.post(f"/settings/members/{other.id}/", {"role": "manager"})
    people.post(f"/settings/members/{other.id}/", {"do": "remove"})
    people.post("/settings/keys/", {"name": "k", "role": "analyst", "days": "30"})
    people.post(f"/settings/keys/{people.key.id}/revoke/")
    people.post(f"/settings/keys/{people.key.id}/revoke/")
    people.post("/agents/new/", {"name": "Night desk", "kind": "guided"})
    acts = [act for who, act, _which in people.new(before) if who == "member"]
    assert acts == ["agent_made", "key_issued", "key_revoked", "member_removed", "role_changed"]


def test_signing_in_and_out_are_events_with_the_address_they_came_from(people: People) -> None:
    first = people.events()
    [signed_in] = [e for e in first if e.act == "signed_in"]
    assert (signed_in.actor_id, signed_in.source) == (people.user.id, "127.0.0.1")
    people.post("/sign-out/")
    assert people.new(first) == [("member", "signed_out", str(people.user.id))]


def test_what_the_platform_does_by_itself_is_its_own(people: People) -> None:
    before = people.events()
    call = people.office.call()
    acts = [(who, act) for who, act, which in people.new(before) if which == str(call)]
    assert acts == [
        ("system", "call_begun"),
        ("system", "call_summarised"),
        ("system", "call_taken_in"),
        ("system", "waveform_drawn"),
    ]


def test_the_page_and_the_api_show_it_by_plan(people: People) -> None:
    call = people.office.call()
    people.get(f"/learn/calls/{call}/")
    page = people.get(f"/audit/?object={call}&act=call_opened").content.decode()
    assert "Dana</strong> opened a call" in page
    items = people.ask("get", f"/audit?object={call}&act=call_opened").json()["items"]
    assert [item["actor"]["id"] for item in items] == [str(people.user.id)]
    with tenant(people.account_id):
        Account.objects.filter(id=people.account_id).update(plan=Plan.STARTER.value)
    page = people.get("/audit/").content.decode()
    assert "belongs to the Growth and Enterprise plans" in page
    assert "Dana</strong>" not in page
    assert people.ask("get", "/audit").json()["items"] == []
    assert people.ask("get", f"/audit/{items[0]['id']}").status_code == 403
    assert people.ask("get", "/audit/export").status_code == 403
    assert people.post("/audit/export").status_code == 403


def test_a_page_goes_on_where_the_one_before_ended(people: People) -> None:
    for _ in range(7):
        people.get("/learn/calls/")
        people.office.clock.advance(1)
    seen, cursor = [], ""
    while True:
        answer = people.ask("get", f"/audit?limit=3{cursor}").json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert len(seen) == len(set(seen)) == len(people.events())
    assert seen == sorted(seen, reverse=True)


def test_the_export_and_a_proof_verify(people: People) -> None:
    call = people.office.call()
    people.get(f"/learn/calls/{call}/")
    Sealer(people.office.worker, people.office.vault, open_ledger(current().ledger_url)).run()
    key = SigningKey.of(people.office.vault.root)
    keys = {key.key_id: key.public}
    [item] = people.ask("get", f"/audit?object={call}&act=call_opened").json()["items"]
    assert item["sealed_at"]
    assert verify_audit_proof(people.ask("get", f"/audit/{item['id']}/proof").content, keys).ok
    assert people.get(f"/audit/{item['id']}/").status_code == 200
    verdict = verify_audit_export(body(people.post("/audit/export")), keys)
    assert verdict.problems == []
    assert verdict.unsealed == 1  # that it was exported


def test_who_may_not_see_it_does_not(office: Office) -> None:
    people = People(office, Role.MANAGER)
    assert people.get("/audit/").status_code == 403
    assert people.ask("get", "/audit").status_code == 403


def test_another_accounts_event_is_one_that_does_not_exist(people: People, clock: Any) -> None:
    other = make_account(slug=f"other-{people.user.id.hex[-12:]}", name="x", clock=clock, plan=Plan.GROWTH)
    [event] = read_trail(other, TrailFilters(), clock=clock).events
    assert people.get(f"/audit/{event.id}/").status_code == 404
    assert people.ask("get", f"/audit/{event.id}").status_code == 404
    assert people.ask("get", f"/audit/{UUID(int=5)}").status_code == 404


@pytest.mark.parametrize("query", ["who=nobody", "act=flying", "since=yesterday", "until=9999-99-99"])
def test_a_filter_that_is_none_is_said_at_its_field(people: People, query: str) -> None:
    assert people.get(f"/audit/?{query}").status_code == 400
    assert people.ask("get", f"/audit?{query}").status_code == 400


def test_filters(people: People) -> None:
    call = people.office.call()
    people.get(f"/learn/calls/{call}/")
    people.ask("get", f"/calls/{call}")

    def found(**filters: Any) -> set[tuple[str | None, str]]:
        page = read_trail(people.account_id, TrailFilters(**filters), clock=people.office.clock, limit=200)
        return {(e.actor_kind, str(e.act)) for e in page.events}

    assert found(actor=(ActorKind.API_KEY, people.key.id)) == {("api_key", "call_opened")}
    assert ("member", "call_opened") in found(thing=str(call))
    now = people.office.clock.now()
    assert found(since=now + timedelta(seconds=1)) == set()
    assert found(until=now - timedelta(days=1)) == set()
    assert found(since=now - timedelta(days=1), until=now + timedelta(days=1))
    assert found(staff_only=True) == set()
