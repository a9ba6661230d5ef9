"""Ids, moments and places in a list from the ends of what their kinds can hold: pages and API say no, and nothing breaks."""

import base64
import re
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.urls import get_resolver

from ringfence.apps.accounts.models import User
from ringfence.web.api.v1 import api
from tests.db.pages.test_headers import addresses
from tests.hostile.conftest import Hire
from tests.support.office import Office
from tests.support.visitors import Visitor

IDS: Final = [str(UUID(int=each)) for each in (0xE78674474 << 92, (1 << 128) - 1)]
RAW: Final = [
    bytes(24), b"\xff" * 24, bytes(25), bytes(16), b"\xff" * 16,
    (253_402_300_799_999_999).to_bytes(8, "big") + b"\xff" * 16,  # the last microsecond that there is
]  # fmt: skip
TEXTS: Final = [
    "0001-01-01", "9999-12-31", "2026-02-30", "-1", "10000-01-01", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-12:00", "9999-12-31T23:59:59Z", "1e400", "253402300800", "2026-01-01", "NaN", "inf", "1e308",
    "9" * 400, "²", *IDS, "=", "x=y", "\0", "A" * 5000, "%", "'; --", "\ud83d", "+" + "9" * 30,
    *(base64.urlsafe_b64encode(raw).decode().rstrip("=") for raw in RAW),
]  # fmt: skip
ASKED: Final = {
    "/learn/calls/": "q agent number variable,value since until since,zone shortest cursor cursor,q",
    "/learn/calls/live/": "from", "/audit/": "who object since until cursor", "/receipts/": "call cursor",
    "/consents/": "call cursor", "/settings/usage/": "days", "/profile/address/confirm/": "token",
    "/sign-in/link/": "token", "/sign-in/new-password/": "token", "/invitation/": "token", "/sign-in/": "next",
}  # fmt: skip


def questions() -> dict[str, str]:
    """Each parameter of a question of the API, with the address that takes it."""
    return {
        f"{path.removeprefix('/api/v1/')}?{each['name']}": each["name"]
        for path, methods in api.get_openapi_schema()["paths"].items()
        for each in methods.get("get", {}).get("parameters", [])
        if each["in"] == "query"
    }


def said(names: list[str], text: str) -> str:
    return urlencode(dict.fromkeys(names, text), errors="surrogatepass")


@pytest.mark.parametrize("question", questions())
def test_a_question_with_an_impossible_value(office: Office, hire: Hire, question: str) -> None:
    developer, (path, name) = hire(), question.split("?")
    found = {text: developer.get(f"{path}?{said([name], text)}").status_code for text in TEXTS}
    assert {text: status for text, status in found.items() if status not in {200, 400, 404, 422}} == {}


@pytest.mark.parametrize("page", ASKED)
def test_a_page_with_impossible_filters(office: Office, owner: User, page: str) -> None:
    office.call()
    visitor = Visitor()
    assert visitor.password(owner.email).status_code == 302
    broken = [
        (names, text)
        for names in ASKED[page].split()
        for text in TEXTS
        if visitor.get(f"{page}?{said(names.split(','), text)}").status_code >= 500
    ]
    assert not broken


@pytest.mark.parametrize("value", IDS)
def test_an_impossible_id_is_one_that_does_not_exist(
    office: Office, hire: Hire, owner: User, value: str
) -> None:
    visitor, developer, broken = Visitor(), hire(), []
    assert visitor.password(owner.email).status_code == 302
    places = {path for path in addresses(get_resolver()) if str(UUID(int=7)) in path}
    assert len(places) > 40
    for path in sorted(places):
        where = re.sub(r"/7\b", f"/{2**31}", path.replace(str(UUID(int=7)), value))
        for method in ("GET", "POST", "PUT", "DELETE"):
            if where.startswith("/api/v1/"):
                answer = developer.ask(method, where.removeprefix("/api/v1/"), {})
            else:
                answer = visitor.client.generic(method, where, **visitor._here())
            if answer.status_code >= 500:
                broken.append((method, where))
    assert not broken


@pytest.mark.parametrize(
    "ends_at", ["2027-01-01", "2027-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
)
def test_a_hold_that_ends_at_a_strange_moment(office: Office, hire: Hire, ends_at: str) -> None:
    answer = hire().post("holds", {"reason": "A case.", "everything": True, "ends_at": ends_at})
    assert answer.status_code in {201, 400, 422}
    if answer.status_code == 201:
        assert answer.json()["ends_at"] == "2027-01-01T00:00:00Z"
