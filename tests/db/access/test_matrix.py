"""Every address × every role, really asked: what is answered is what the table says (docs/roles.md). Also for visitors, for members of
nowhere any more, and for keys of every role and scope.
"""

from dataclasses import replace
from typing import Any

import pytest

from ringfence.apps.accounts.access import SCOPES
from ringfence.apps.accounts.models import Role, Scope
from ringfence.apps.accounts.terms import closed_at
from ringfence.lifecycle.plans.cancellation import cancel, come_back
from ringfence.policy import Plan
from ringfence.web.access import WHEN_CLOSED, Action, Who
from ringfence.web.matrix import Route, operations, pages
from tests.support.accounts import an_account
from tests.support.furnished import Furnished, ask
from tests.support.office import Office
from tests.support.visitors import Visitor

PAGES = list(pages())
OPERATIONS = list(operations())
# What the API checks before it asks who is allowed: each is a body that it takes.
TERMS = {"ground": "eea", "country": "DE", "agreement": "DPA"}
BODIES: dict[str, dict[str, Any]] = {
    "POST /calls": {"agent": "none-such", "to": "+12025550100", "from": "+12025550101"},
    "POST /agents": {"slug": "front-desk", "definition": "name: x"},
    "PUT /agents/{agent_id}/draft": {"definition": "name: x"}, "PUT /agents/{agent_id}/periods": {},
    "POST /numbers": {"connection_id": "00000000-0000-0000-0000-000000000007", "number": "+12025550101"},
    "PUT /numbers/{number_id}": {"agent_id": None}, "PUT /recipients/{recipient_id}": TERMS,
    "PUT /account/plan": {"plan": "growth"}, "POST /holds": {"reason": "A claim"},
    "POST /support": {"subject": "other", "text": "It does not ring."},
    "POST /support/{request_id}/messages": {"text": "Still not."},
}  # fmt: skip
QUERIES = {"GET /account/plan/preview": "?plan=starter", "delete-calls": "?id={call_id}"}
GONE = {"GET /calls/{call_id}/receipt"}  # of a call that was deleted
# An address with a condition of its own, beside the role: this installation has neither an outbox nor a form to sign up.
CLOSED = {"outbox", "sign-up"}


def named(route: Route) -> str:
    return f"{route.name} {route.method}" if " " not in route.name else route.name


@pytest.fixture(autouse=True)
def _still_open(ours: Furnished) -> Any:
    yield
    if closed_at(ours.account_id) is not None:
        come_back(ours.account_id, clock=ours.office.clock)


def look(visitor: Visitor, route: Route, cast: Furnished, **headers: str) -> Any:
    if route.method == "GET":
        answer = visitor.get(cast.path(route.path + QUERIES.get(route.name, "")), **headers)
    else:
        answer = visitor.post(cast.path(route.path, own=False))
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def to_sign_in(answer: Any) -> bool:
    return bool(answer.status_code == 302 and answer["Location"].startswith("/sign-in/?"))


def let_in(answer: Any) -> bool:
    """Whatever the address made of the request, it was not refused for who asks."""
    return answer.status_code not in {401, 403} and not to_sign_in(answer) and answer.status_code < 500


@pytest.mark.parametrize("route", PAGES, ids=named)
def test_a_page_is_for_whom_the_table_says(ours: Furnished, route: Route) -> None:
    for role in Role:
        answer = look(ours.visitor(role), route, ours)
        told = (role, answer.status_code)
        if route.name == "sign-out":
            ours.signed_out()
        if not route.lets(role):
            hidden = route.asks in {Who.CARRIER, Who.STAFF}  # nothing is there, for whom it is not
            assert answer.status_code in ({403, 404} if hidden else {403}), told
        elif route.asks is Who.EVERYBODY:
            assert answer.status_code < 500, told
            assert answer.status_code not in {401, 403} or route.name in CLOSED, told
        elif isinstance(route.asks, Action) and route.method == "GET":
            assert answer.status_code == 200, told
        else:
            assert let_in(answer) or route.name in CLOSED, told


@pytest.mark.parametrize("route", [r for r in PAGES if r.asks not in {Who.EVERYBODY, Who.CARRIER}], ids=named)
def test_a_page_is_not_for_visitors_nor_keys_nor_former_members(ours: Furnished, route: Route) -> None:
    assert to_sign_in(look(Visitor(), route, ours))
    assert to_sign_in(look(Visitor(), route, ours, Authorization=f"Bearer {ours.key(Role.OWNER)}"))
    former, _ = ours.sent_away(Role.OWNER)
    assert to_sign_in(look(former, route, ours)) is (route.asks not in {Who.PERSON, Who.STAFF})


def call(route: Route, cast: Furnished, token: str | None, **how: Any) -> Any:
    address = route.path.replace("call_id", "gone_id") if route.name in GONE else route.path
    path = cast.path(address + QUERIES.get(route.name, ""), own=route.method == "GET")
    answer = ask(route.method, path, token, BODIES.get(route.name), **how)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.parametrize("route", OPERATIONS, ids=named)
def test_an_operation_is_for_keys_whose_role_the_table_names(ours: Furnished, route: Route) -> None:
    for role in Role:
        answer = call(route, ours, ours.key(role))
        told = (role, answer.status_code)
        if not route.lets(role):
            assert answer.status_code == 403, told
        elif route.method == "GET":
            assert answer.status_code == 200, told
        else:
            assert let_in(answer), told
            assert answer.status_code != 422, "give it a body that it takes: then the table is asked"
        _still_there(ours)


def _still_there(cast: Furnished) -> None:
    if closed_at(cast.account_id) is not None:
        come_back(cast.account_id, clock=cast.office.clock)


@pytest.mark.parametrize("route", OPERATIONS, ids=named)
def test_an_operation_keeps_to_the_scope_of_a_key(ours: Furnished, route: Route) -> None:
    for scope in Scope:
        answer = call(route, ours, ours.key(Role.OWNER, scope))
        assert (answer.status_code == 403) is (route.asks not in SCOPES[scope]), (scope, answer.status_code)
        _still_there(ours)


@pytest.mark.parametrize("route", OPERATIONS, ids=named)
def test_an_operation_is_not_for_nobody_nor_sessions_nor_keys_of_former_members(
    ours: Furnished, route: Route
) -> None:
    assert call(route, ours, None).status_code == 401
    assert call(route, ours, None, client=ours.visitor(Role.OWNER).client).status_code == 401
    _, theirs = ours.sent_away(Role.OWNER)
    assert call(route, ours, theirs).status_code == 401


def test_a_cancelled_account_opens_how_it_stands_and_nothing_else(offices: tuple[Office, Office]) -> None:
    office = replace(offices[0], account_id=an_account(offices[0].clock, Plan.GROWTH), agents={})
    closed = Furnished(office)
    owner, key = closed.visitor(Role.OWNER), closed.key(Role.OWNER)
    cancel(office.account_id, by="me", clock=office.clock)
    asked = [route for route in (*PAGES, *OPERATIONS) if isinstance(route.asks, Action)]
    for route in asked:
        if route.name.endswith("/cancellation"):
            continue  # leaving, and the way back
        path = closed.path(route.path, own=False)
        if route in OPERATIONS:
            answer = ask(route.method, path + QUERIES.get(route.name, ""), key, BODIES.get(route.name))
        else:
            answer = owner.get(path) if route.method == "GET" else owner.post(path)
        assert (answer.status_code == 403) is (route.asks not in WHEN_CLOSED), (
            route.name,
            answer.status_code,
        )
    assert {route.asks for route in asked} > WHEN_CLOSED


def test_bodies_are_of_operations_that_there_are() -> None:
    assert {*BODIES, *QUERIES, *GONE, *CLOSED} <= {route.name for route in (*OPERATIONS, *PAGES)}
