"""Another account's id answers exactly as one that nothing has: in status, body, headers, and in what is asked of the database, which
is what takes the time. Every address that names something, each way it is asked; and nothing of the other account is changed by it.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ringfence.apps.accounts.models import Role
from ringfence.web.access import Action
from ringfence.web.matrix import Route, operations, pages
from tests.db.access.test_matrix import BODIES, named
from tests.support.database import Database
from tests.support.furnished import Furnished, ask

# One's own sessions and passkeys, what everybody may see, and what a carrier calls name nothing of an account.
NAMING = [
    r
    for r in (*pages(), *operations())
    if "_id>" in r.path + r.path.replace("}", ">") and isinstance(r.asks, Action)
]
# What names something in its query or its body.
QUERIES = (
    "/learn/calls/delete/?id={call_id}", "/learn/calls/delete/?part=recording&id={call_id}", "/receipts/?call={call_id}",
    "/consents/?call={call_id}", "/api/v1/receipts?call={call_id}", "/api/v1/consents?call={call_id}",
    "/audit/?object={call_id}", "/api/v1/audit?object={call_id}", "/audit/?who=member:{user_id}", "/audit/?cursor={event_id}",
)  # fmt: skip
FORMS: dict[str, dict[str, str]] = {
    "/learn/calls/delete/": {"id": "{call_id}", "part": "recording"}, "/account/": {"account": "{account_id}"},
    "/numbers/add/": {"connection": "{connection_id}", "number": "+12025550188", "agent": "{agent_id}"},
    "/numbers/code/": {"connection": "{connection_id}", "number": "+12025550188"},
    "/numbers/call/": {"confirmed": "{confirmed_id}", "number": "{number_id}", "agent": "{agent_id}"},
    "/retention/": {"names": "agent", "agent": "{agent_id}", "reason": "A claim"},
}  # fmt: skip
DOCUMENTS: dict[str, dict[str, Any]] = {
    "/api/v1/holds": {"reason": "A claim", "calls": ["{call_id}"]},
    "/api/v1/numbers": {"connection_id": "{connection_id}", "number": "+12025550188"},
}
_VARYING = (
    (re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"'), b"TOKEN"),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), b"ID"),
    (re.compile(rb"[0-9a-f]{8}%2D|\d\d:\d\d:\d\d"), b""),
)
_LITERAL = re.compile(r"'[^']*'|\b\d+\b")


def seen(send: Callable[[str], Any], path: str) -> tuple[object, ...]:
    """All that an answer tells: status, headers, body without what is drawn anew, and the statements, without values."""
    with CaptureQueriesContext(connection) as asked:
        answer = send(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for pattern, mark in _VARYING:
        body = pattern.sub(mark, body)
    headers = {
        name: re.sub(r"[0-9a-f-]{36}", "ID", value) for name, value in answer.headers.items() if name != "Content-Length"
    }  # fmt: skip
    statements = [_LITERAL.sub("?", each["sql"]) for each in asked.captured_queries]
    return answer.status_code, headers, body, statements


def nobodys(cast: Furnished, text: str) -> str:
    """The address with ids that nothing has, of the very moment of those that something has: ids begin with when they were made."""

    def fill(gap: re.Match[str]) -> str:
        return f"{str(cast.things[gap[1]])[:18]}{str(uuid4())[18:]}"

    return re.sub(r"[{<](?:\w+:)?(\w+_id)[}>]", fill, text)


def both(theirs: Furnished, text: str, send: Callable[[str], Any]) -> tuple[Any, Any]:
    text = re.sub(r"[{<](?:\w+:)?(number|plan)[}>]", lambda gap: str(theirs.things[gap[1]]), text)
    send(nobodys(theirs, text))  # what is noted once a minute is noted
    return seen(send, theirs.path(text)), seen(send, nobodys(theirs, text))


def sender(ours: Furnished, path: str, method: str, body: Any = None) -> Callable[[str], Any]:
    if path.startswith("/api/"):
        return lambda asked: ask(method, asked, ours.key(Role.OWNER), body)
    visitor = ours.visitor(Role.OWNER)
    return visitor.get if method == "GET" else lambda asked: visitor.post(asked, **(body or {}))


def everything(database: Database, account_id: UUID) -> dict[str, object]:
    """The rows of an account, by table."""
    from ringfence.apps.accounts.tenancy import fenced_tables

    with database.superuser() as look:
        return {
            table: look.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE account_id = %s",  # noqa: S608
                [account_id],
            ).fetchone()
            for table in sorted(fenced_tables() - {"accounts_account"})
        }


def test_there_are_addresses_that_name_something() -> None:
    assert len(NAMING) > 50


@pytest.mark.parametrize("route", NAMING, ids=named)
def test_anothers_id_is_as_one_that_nothing_has(
    ours: Furnished, theirs: Furnished, route: Route, database: Database
) -> None:
    before = everything(database, theirs.account_id)
    send = sender(ours, route.path, route.method, BODIES.get(route.name))
    elsewhere, nowhere = both(theirs, route.path, send)
    assert elsewhere[:3] == nowhere[:3]
    assert elsewhere[3] == nowhere[3], "the same statements, or the time would tell"
    assert elsewhere[0] in {404, 302, 204, 200, 400}, elsewhere[0]
    assert everything(database, theirs.account_id) == before


@pytest.mark.parametrize("address", QUERIES)
def test_anothers_id_in_a_query_is_as_one_that_nothing_has(
    ours: Furnished, theirs: Furnished, address: str
) -> None:
    elsewhere, nowhere = both(theirs, address, sender(ours, address, "GET"))
    assert elsewhere == nowhere


@pytest.mark.parametrize("path", [*FORMS, *DOCUMENTS])
def test_anothers_id_in_what_is_sent_is_as_one_that_nothing_has(
    ours: Furnished, theirs: Furnished, path: str, database: Database
) -> None:
    before = everything(database, theirs.account_id)

    def filled(fill: Callable[[str], str], value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(fill, each) for name, each in value.items()}
        return [filled(fill, each) for each in value] if isinstance(value, list) else fill(value)

    sent = DOCUMENTS.get(path) or FORMS[path]
    told = []
    for fill in (partial(nobodys, theirs), theirs.path, partial(nobodys, theirs)):
        send = sender(ours, path, "POST", filled(fill, sent))
        told.append(seen(send, path))
    assert told[1][:3] == told[2][:3]
    assert told[1][3] == told[2][3] or told[1][0] == 302, (
        "what is done is done to what there is more of each time"
    )
    assert everything(database, theirs.account_id) == before
