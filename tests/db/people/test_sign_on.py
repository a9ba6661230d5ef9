"""Single sign-on, against a real identity provider: who comes in by it, and how far."""

import html
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import requests
from allauth.socialaccount.models import SocialAccount

from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people import rules, sessions, signon
from ringfence.apps.people.errors import BadSignOn
from ringfence.boot.certificates import ensure
from ringfence.boot.clock import SystemClock
from ringfence.core.clock import ManualClock
from ringfence.core.ids import new_id
from ringfence.web.people import signing_on
from tests.db.people.conftest import Acts
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.idp import Provider, identity_provider
from tests.support.tls import shaking_hands, spoken_by
from tests.support.visitors import PASSWORD, Visitor, a_member

DOMAIN = "example.org"
SECRET = "a client's secret"
LIES = ("unsigned", "public-key", "secret", "other-key", "changed", "silent", "somebody-else")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """People are named by what is claimed of them: `address`, `address|unverified`, `address|other-domain`."""
    claims = {
        f"person-{n}": {"email": f"person-{n}@{DOMAIN}", "email_verified": True, "name": "Ada"}
        for n in range(9)
    }
    claims["unverified"] = {"email": f"person-8@{DOMAIN}", "email_verified": False}
    claims["silent"] = {"email": f"person-8@{DOMAIN}"}
    for lie in ("honest", *LIES):
        claims[f"lie:{lie}"] = {"email": f"person-8@{DOMAIN}", "email_verified": True}
    claims["foreign"] = {"email": "person-8@elsewhere.example", "email_verified": True}
    with identity_provider(tmp_path_factory.mktemp("idp"), claims) as provider:
        yield provider


@pytest.fixture
def idp(running: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setattr(signing_on, "AUTHORITY", str(running.authority))
    return running


@pytest.fixture
def sign_on(account_id: UUID, idp: Provider, clock: ManualClock) -> UUID:
    return signon.set_provider(
        account_id, issuer=idp.issuer, client_id="ringfence", secret=SECRET, domains=DOMAIN, clock=clock
    )


def person(account_id: UUID, number: int, clock: ManualClock, role: Role = Role.OWNER) -> User:
    """A member with the address that the provider vouches for; tests share the database, and each has its own people."""
    email = f"person-{number}@{DOMAIN}"
    User._base_manager.filter(email=email).update(email=f"gone-{account_id}-{number}@{DOMAIN}")
    user = add_member(account_id, email=email, role=role, clock=clock)
    user.set_password(PASSWORD)
    user.save()
    return user


def onward(visitor: Visitor, sign_on: UUID) -> str:
    page = visitor.post(f"/sign-in/company/{sign_on}/", next="/agents/").content.decode()
    found = re.search(r'class="button primary" href="([^"]+)"', page)
    assert found is not None, page
    return html.unescape(found[1])


def come_in(visitor: Visitor, sign_on: UUID, idp: Provider, sub: str) -> Any:
    return visitor.get(idp.sign_in(onward(visitor, sign_on), sub))


def test_a_member_comes_in_through_their_company(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock, acts: Acts, database: Database
) -> None:
    user, visitor = person(account_id, 0, clock), Visitor()
    page = visitor.post("/sign-in/company/", email=user.email).content.decode()
    assert f"/sign-in/company/{sign_on}/" in page
    url = onward(visitor, sign_on)
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"https://localhost/oidc/sso-{sign_on}/login/callback/"]
    acts()
    answer = visitor.get(idp.sign_in(url, "person-0"))
    assert (answer.status_code, answer["Location"]) == (302, "/agents/")
    assert visitor.inside()
    assert "signed_in" in acts()
    assert SocialAccount.objects.get(user=user).extra_data == {}
    with database.superuser() as look:
        assert look.execute("SELECT count(*) FROM socialaccount_socialtoken").fetchone() == (0,)
        [row] = look.execute("SELECT secret_sealed FROM people_signon WHERE id = %s", [sign_on]).fetchall()
    assert SECRET.encode() not in bytes(row[0])
    again = Visitor()
    assert come_in(again, sign_on, idp, "person-0").status_code == 302
    assert again.inside()


@pytest.mark.parametrize("sub", ["unverified", "silent", "foreign"])
def test_an_address_that_was_not_vouched_for_lets_nobody_in(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock, sub: str
) -> None:
    person(account_id, 8, clock)
    visitor = Visitor()
    answer = come_in(visitor, sign_on, idp, sub)
    assert answer.status_code == 403
    assert not visitor.inside()


@pytest.mark.parametrize("lie", LIES)
def test_a_word_that_the_providers_key_did_not_sign_lets_nobody_in(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock, lie: str
) -> None:
    """Not signed at all; with a MAC over the public key, or the client's secret; by another key; changed afterwards; without a
    token; or with a token that means somebody else (RFC 8725, section 2.1).
    """
    person(account_id, 8, clock)
    visitor = Visitor()
    assert come_in(visitor, sign_on, idp, f"lie:{lie}").status_code == 403
    assert not visitor.inside()
    honest = Visitor()
    assert come_in(honest, sign_on, idp, "lie:honest").status_code == 302
    assert honest.inside()


def test_nobody_is_made_by_a_providers_word(sign_on: UUID, idp: Provider) -> None:
    visitor = Visitor()
    User._base_manager.filter(email=f"person-1@{DOMAIN}").update(email=f"gone-{sign_on}@{DOMAIN}")
    assert come_in(visitor, sign_on, idp, "person-1").status_code == 403
    assert not User.objects.filter(email=f"person-1@{DOMAIN}").exists()


def test_a_provider_vouches_for_its_own_account_alone(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock
) -> None:
    """Its owner can say to be anybody there: they reach no other account of that person's, nor the person."""
    other = an_account(clock)
    user = person(other, 2, clock)
    visitor = Visitor()
    assert come_in(visitor, sign_on, idp, "person-2").status_code == 403, "no member of it"
    add_member(account_id, email=user.email, role=Role.ANALYST, clock=clock)
    assert come_in(visitor, sign_on, idp, "person-2").status_code == 302
    page = visitor.get("/learn/calls/").content.decode()
    assert str(other) not in page
    visitor.post("/account/", account=str(other))
    assert str(other) not in visitor.get("/agents/").content.decode()
    for path in ("/security/", "/profile/"):
        assert visitor.get(path).status_code == 403
    for path in ("/security/password/", "/security/passkeys/", "/profile/address/"):
        assert visitor.post(path, password="another one entirely", email="eve@example.org").status_code == 403
    assert Visitor().password(user.email).status_code == 302


def test_enforced_nothing_else_opens_the_account(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock
) -> None:
    user, other = person(account_id, 3, clock), an_account(clock)
    add_member(other, email=user.email, role=Role.OWNER, clock=clock)
    by_password, through = Visitor(), Visitor()
    by_password.password(user.email)
    assert by_password.post("/settings/sign-in/enforce/", enforced="yes").status_code == 403, "not tried yet"
    come_in(through, sign_on, idp, "person-3")
    assert through.post("/settings/sign-in/enforce/", enforced="yes").status_code == 302
    assert through.inside()
    by_password.post("/account/", account=str(account_id))
    assert by_password.inside(), "the other account is open"
    page = by_password.get("/learn/calls/").content.decode()
    assert str(account_id) not in page
    assert f"/sign-in/company/{sign_on}/" in page, "the way to the closed one is shown"
    alone = a_member(account_id, clock)
    outside = Visitor()
    outside.password(alone.email)
    assert not outside.inside()
    page = outside.get("/sign-in/").content.decode()
    assert f"/sign-in/company/{sign_on}/" in page
    assert through.post("/settings/sign-in/enforce/", enforced="no").status_code == 302
    assert outside.inside()


def test_enforced_it_ends_what_is_open_to_those_who_came_in_otherwise(
    account_id: UUID, sign_on: UUID, clock: ManualClock
) -> None:
    """What streams and calls in a browser ask, again and again; a second factor is the provider's matter."""
    user = a_member(account_id, clock)
    here = sessions.Seen(browser="Firefox", address="198.51.100.7", network="198.51.100.0/24")
    ways = {"passkey": None, "sign_on": sign_on, "totp": sign_on, "link": new_id(clock)}
    opened = {way: sessions.begin(user.id, way, here, clock, through) for way, through in ways.items()}

    def going_on() -> set[str]:
        return {way for way, each in opened.items() if sessions.role_now(account_id, user.id, each)}

    assert going_on() == {"passkey", "sign_on", "totp"}, "another provider's word opens nothing"
    signon.enforce(account_id, enforced=True)
    rules.ask_second_factor(account_id, wanted=True, clock=clock)
    assert going_on() == {"sign_on", "totp"}
    signon.forget_provider(account_id)
    assert going_on() == set()


def test_a_providers_word_is_as_fresh_as_it_says(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits down at a desk where the provider's own session is open gives no fresh proof by one more click."""
    person(account_id, 6, clock)
    fresh, stale, silent = Visitor(), Visitor(), Visitor()
    come_in(fresh, sign_on, idp, "person-6")
    assert fresh.post("/settings/sign-in/", do="idle", idle="20")["Location"] == "/settings/sign-in/"
    for visitor, claims in ((stale, {"iat": 4000, "auth_time": 400}), (silent, {"iat": 4000})):
        real = signing_on._claims
        with monkeypatch.context() as changed:
            changed.setattr(
                signing_on,
                "_claims",
                lambda said, real=real, claims=claims: {**real(said), "auth_time": None, **claims},
            )
            come_in(visitor, sign_on, idp, "person-6")
        assert visitor.inside()
        held = visitor.post("/settings/sign-in/", do="idle", idle="20")["Location"]
        assert held.startswith("/step-up/")
    anew = visitor.post(f"/sign-in/company/{sign_on}/", anew="yes").content.decode()
    assert "prompt=login" in anew
    assert "max_age=0" in anew


def test_a_provider_that_was_removed_opens_nothing(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock
) -> None:
    person(account_id, 4, clock)
    visitor, late = Visitor(), Visitor()
    come_in(visitor, sign_on, idp, "person-4")
    assert visitor.inside()
    callback = idp.sign_in(onward(late, sign_on), "person-4")
    signon.forget_provider(account_id)
    assert not visitor.inside()
    assert late.get(callback).status_code in {403, 404}
    assert not SocialAccount.objects.filter(provider=f"sso-{sign_on}").exists()


def test_an_answer_that_nobody_asked_for_is_none(
    account_id: UUID, sign_on: UUID, idp: Provider, clock: ManualClock
) -> None:
    """Somebody's finished sign-in, brought to another browser, signs that one in as nobody."""
    person(account_id, 5, clock)
    theirs, mine = Visitor(), Visitor()
    callback = idp.sign_in(onward(theirs, sign_on), "person-5")
    assert mine.get(callback).status_code in {400, 403}
    assert not mine.inside()


def test_a_provider_that_is_away_is_said(account_id: UUID, idp: Provider, clock: ManualClock) -> None:
    away = signon.set_provider(
        account_id, issuer="https://localhost:9", client_id="x", secret="y", domains=DOMAIN, clock=clock
    )
    assert Visitor().post(f"/sign-in/company/{away}/").status_code == 502


def test_a_provider_is_asked_over_tls_that_fits(sign_on: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_on, "AUTHORITY", True)
    assert Visitor().post(f"/sign-in/company/{sign_on}/").status_code == 502


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_provider_that_speaks_old_versions_only_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ensure(tmp_path, "localhost", SystemClock())
    old = spoken_by(files)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    monkeypatch.setattr(signing_on, "AUTHORITY", str(files.authority))
    with requests.Session() as asking, shaking_hands(old) as port:
        asking.mount("https://", signing_on._Strict())
        with pytest.raises(requests.exceptions.SSLError):
            asking.get(f"https://localhost:{port}/", timeout=5)


@pytest.mark.parametrize(
    ("issuer", "domains"),
    [
        ("http://login.example.org", DOMAIN), ("login.example.org", DOMAIN), ("https://u:p@login.example.org", DOMAIN),
        ("https://login.example.org?x", DOMAIN), ("https://login.example.org", ""), ("https://login.example.org", "org"),
        ("https://login.example.org", "*.example.org"),
    ],
)  # fmt: skip
def test_what_is_no_provider(account_id: UUID, clock: ManualClock, issuer: str, domains: str) -> None:
    with pytest.raises(BadSignOn):
        signon.set_provider(
            account_id, issuer=issuer, client_id="x", secret="y", domains=domains, clock=clock
        )


def test_of_another_account_no_provider_is_changed(
    account_id: UUID, sign_on: UUID, clock: ManualClock
) -> None:
    other = an_account(clock)
    assert signon.provider_of(other) is None
    owner, visitor = a_member(other, clock), Visitor()
    visitor.password(owner.email)
    assert visitor.post("/settings/sign-in/forget/").status_code == 404
    assert signon.provider(sign_on).account_id == account_id
