"""Forms that other sites send, sessions that somebody else chose, and places that are not ours."""

import re
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import change_role
from ringfence.apps.accounts.models import Role, User
from ringfence.core.clock import ManualClock
from tests.db.pages.test_headers import addresses
from tests.hostile.conftest import Acts
from tests.support.visitors import PASSWORD, Visitor, a_member, letters, path_of

PATHS: Final = sorted(set(addresses(get_resolver())))
PAGES: Final = [path for path in PATHS if not path.startswith(("/api/", "/webhooks/"))]
SESSION: Final = settings.SESSION_COOKIE_NAME
AWAY: Final = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "http://localhost/", "https://localhost@evil.example/", "https://localhost.evil.example/", "javascript:alert(1)",
    "data:text/html,x", "\t//evil.example", " //evil.example", "/%0d%0aX: y\r\nSet-Cookie: a=b", "https://evil.example\\@localhost/",
    "//localhost:1@evil.example", "/\t/evil.example", "https:///evil.example", "\u2025//evil.example", "/\u2028/evil.example",
]  # fmt: skip
READING: Final = {  # what looking may leave: events of reading, and of coming in
    "calls_listed", "calls_watched", "call_opened", "trail_exported", "signed_in", "session_elsewhere",
}  # fmt: skip


@pytest.fixture
def strict() -> Client:
    """A browser whose forms are checked."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def ask(client: Client, method: str, path: str, **more: Any) -> Any:
    return client.generic(method, path, secure=True, SERVER_NAME="localhost", **more)


def inside(client: Client, user: User) -> None:
    token = sign_in_token(User.objects.get(id=user.id))
    assert ask(client, "GET", f"/sign-in/link/?token={token}").status_code == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_form_of_another_site_is_taken_at_any_address(
    owner: User, strict: Client, acts: Acts, method: str
) -> None:
    """Signed in, with the cookies that a browser sends along, and without the token that only our pages know."""
    inside(strict, owner)
    token = token_of(ask(strict, "GET", "/security/").content.decode())
    acts()
    assert len(PAGES) > 80
    for path in PAGES:
        for more in (
            {},
            {"headers": {"Origin": "https://evil.example", "X-CSRFToken": token}},
            {"headers": {"Origin": "null", "X-CSRFToken": token}},
            {"headers": {"Referer": "https://localhost.evil.example/", "X-CSRFToken": token}},
        ):
            answer = ask(strict, method, path, content_type="application/x-www-form-urlencoded", **more)
            assert answer.status_code in {403, 404}, (path, more, answer.status_code)
    assert acts() == []
    assert ask(strict, "GET", "/security/").status_code == 200, "and nobody was signed out"


def test_the_api_knows_no_cookie_and_a_webhook_no_unsigned_form(owner: User, strict: Client) -> None:
    inside(strict, owner)
    rest = [path for path in PATHS if path not in PAGES and "openapi.json" not in path]
    assert len(rest) > 30
    for path in rest:
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert ask(strict, method, path).status_code in {401, 403, 404, 405}, path


def test_a_token_of_one_browser_is_none_in_another(owner: User) -> None:
    mine, theirs = (Client(raise_request_exception=False, enforce_csrf_checks=True) for _ in range(2))
    for each in (mine, theirs):
        inside(each, owner)
    token = token_of(ask(theirs, "GET", "/security/").content.decode())
    body = f"csrfmiddlewaretoken={token}"
    kind = "application/x-www-form-urlencoded"
    page = {"headers": {"Referer": "https://localhost/security/"}}
    assert (
        ask(theirs, "POST", "/security/sessions/end/", data=body, content_type=kind, **page).status_code
        == 302
    )
    inside(mine, owner)
    assert (
        ask(mine, "POST", "/security/sessions/end/", data=body, content_type=kind, **page).status_code == 403
    )


def test_looking_changes_nothing(owner: User, acts: Acts) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    acts()
    for path in PAGES:
        visitor.get(path)
    assert set(acts()) <= READING


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def key_of(visitor: Visitor) -> str:
    return str(visitor.client.cookies[SESSION].value)


def test_a_session_that_somebody_else_chose_is_not_the_one_that_is_signed_in(owner: User) -> None:
    attacker = Visitor()
    attacker.get("/sign-in/")
    attacker.client.session.save()
    planted = attacker.client.session.session_key or "x" * 32
    for way in ("password", "link"):
        victim = Visitor()
        victim.client.cookies = SimpleCookie({SESSION: planted})
        assert (
            victim.password(owner.email) if way == "password" else victim.link(User.objects.get(id=owner.id))
        ).status_code == 302
        assert key_of(victim) != planted
        assert victim.inside()
        thief = Visitor(at=victim.at)
        thief.client.cookies = SimpleCookie({SESSION: planted})
        assert not thief.inside()


def test_the_cookie_changes_with_every_proof_and_the_one_before_is_over(
    owner: User, clock: ManualClock
) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    keys = [key_of(visitor)]
    for step in ("again", "step-up", "password"):
        earlier = visitor.carried_off(visitor.at)
        if step == "again":
            visitor.password(owner.email)
        elif step == "step-up":
            clock.advance(11 * 60)
            assert visitor.post("/step-up/", password=PASSWORD).status_code == 302
        else:
            said = {"current": PASSWORD, "password": "another one entirely"}
            assert visitor.post("/security/password/", **said).status_code == 302
        keys.append(key_of(visitor))
        assert visitor.inside()
        assert not earlier.inside(), step
    assert len(set(keys)) == len(keys)
    assert all(len(each) >= 32 and each.isalnum() for each in keys)


def test_a_role_that_is_taken_or_given_counts_at_the_next_request(
    owner: User, account_id: UUID, clock: ManualClock
) -> None:
    other, visitor = a_member(account_id, clock, Role.ADMIN), Visitor()
    visitor.password(other.email)
    assert visitor.get("/settings/keys/").status_code == 200
    change_role(account_id, other.id, Role.ANALYST)
    assert visitor.get("/settings/keys/").status_code == 403


def test_somebody_who_was_removed_or_closed_is_out_everywhere(
    owner: User, account_id: UUID, clock: ManualClock
) -> None:
    other, here, there = a_member(account_id, clock, Role.ADMIN), Visitor(), Visitor()
    for each in (here, there):
        each.password(other.email)
        assert each.inside()
    User.objects.filter(id=other.id).update(is_active=False)
    assert not here.inside()
    assert not there.inside()


def test_the_cookies_of_a_session_are_for_this_host_alone(owner: User) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    cookie = visitor.client.cookies[SESSION]
    assert SESSION.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["domain"], cookie["path"]) == ("", "/")


def test_signing_out_is_no_link_and_leaves_nothing_in_the_browser(owner: User) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    assert visitor.get("/sign-out/").status_code == 405
    assert visitor.inside()
    assert visitor.post("/sign-out/")["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def ours(answer: Any) -> None:
    """Wherever an answer leads, it is here."""
    where = answer.headers.get("Location", "/")
    parts = urlsplit(where)
    assert (parts.scheme, parts.netloc) in {("", ""), ("https", "localhost")}, where
    assert where.startswith(("/", "https://localhost/")), where
    assert not where.startswith(("//", "/\\")), where
    assert not re.search(r"[\x00-\x1f\\]", where), where
    assert "Set-Cookie: a=b" not in str(answer.headers)


@pytest.mark.parametrize("target", AWAY)
def test_nothing_leads_away(owner: User, clock: ManualClock, target: str) -> None:
    visitor = Visitor()
    ours(visitor.post("/sign-in/", email=owner.email, password=PASSWORD, next=target))
    for answer in (
        visitor.get(f"/sign-in/link/?token={sign_in_token(owner)}&next={quote(target)}"),
        visitor.post("/step-up/", password=PASSWORD, next=target),
        visitor.post("/sign-in/passkey/", credential="{}", then=target),
        visitor.get(f"/sign-in/company/?next={quote(target)}"),
        visitor.post("/sign-in/company/", email=owner.email, next=target),
        visitor.post("/account/", account=target, next=target),
        visitor.post("/invitation/", token=target, next=target),
    ):
        ours(answer)
    for page in ("/sign-in/", "/step-up/"):
        shown = visitor.get(f"{page}?next={quote(target)}").content.decode()
        for kept in re.findall(r'name="(?:next|then)" value="([^"]*)"', shown):
            assert re.match(r"/[^/\\\t]", kept), kept
    clock.advance(11 * 60)
    stale = visitor.client.post(
        "/security/password/", {"password": "x"}, secure=True, SERVER_NAME="localhost", REMOTE_ADDR=visitor.at,
        HTTP_USER_AGENT=visitor.agent, HTTP_REFERER=f"https://localhost{target}" if target.startswith("/") else target,
    )  # fmt: skip
    ours(stale)
    ours(visitor.post("/step-up/", password=PASSWORD, next=stale.headers.get("Location", "")))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "/\\evil.example/",
        "/%0d%0aLocation:%20https://evil.example/",
        "//evil.example/%2e%2e",
        "/privacy//",
        "/trust/",
    ],
)
def test_no_address_of_ours_is_turned_into_one_elsewhere(account_id: UUID, path: str) -> None:
    client = Client(raise_request_exception=False)
    ours(client.generic("GET", path, secure=True, SERVER_NAME="localhost"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:443",
        "localhost@evil.example",
        "localhost\r\nX: y",
    ],
)
def test_a_mailed_link_is_ours_whatever_host_was_asked_for(owner: User, host: str) -> None:
    Client(raise_request_exception=False).post(
        "/sign-in/forgotten/",
        {"email": owner.email},
        secure=True,
        SERVER_NAME="localhost",
        HTTP_HOST=host,
        HTTP_X_FORWARDED_HOST=host,
    )
    Visitor().client.post(
        "/sign-in/forgotten/",
        {"email": owner.email},
        secure=True,
        SERVER_NAME="localhost",
        HTTP_X_FORWARDED_HOST=host,
    )
    mailed = letters(owner.email)
    assert len(mailed) == 1
    assert mailed[0].link.startswith("https://localhost:8443/")
    assert path_of(mailed[0]).startswith("/sign-in/new-password/")
