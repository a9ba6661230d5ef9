"""Passkeys with a real authenticator of the browser's, second factors, invitations, and the pages around them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from ringfence.apps.accounts.models import Role, User
from ringfence.boot.clock import SystemClock
from ringfence.core.config import current, install
from tests.browser.conftest import Enter, Site, Visitor
from tests.support.accounts import an_address
from tests.support.visitors import PASSWORD, a_member, letters


@contextmanager
def authenticator(page: Page) -> Iterator[Any]:
    """A passkey's device, in the browser: it has a fingerprint reader, and somebody puts the right finger on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield (session, made["authenticatorId"])
    session.detach()


def code_of(secret: str) -> str:
    shown: str = format_hotp_value(hotp_value(secret, int(SystemClock().now().timestamp()) // 30 + 1))
    return shown


def sign_in(visitor: Visitor, email: str) -> Page:
    page = visitor.go("/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    return page


def test_a_passkey_is_made_used_and_removed(site: Site, enter: Enter) -> None:
    user = a_member(site.account(), site.clock)
    visitor = enter()
    page = sign_in(visitor, user.email)
    page.wait_for_url("**/learn/calls/")
    with authenticator(page):
        visitor.go("/security/")
        page.get_by_label("Name of the new one").fill("My laptop")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
        assert page.locator("main li").count() == 10
        page.get_by_role("link", name="I have kept them").click()
        expect(page.locator("strong", has_text="My laptop")).to_be_visible()
        visitor.photograph("people-security")
        page.get_by_role("button", name="Sign out", exact=True).first.click()
        visitor.go("/sign-in/?next=/agents/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(f"{site.url}/agents/")
        visitor.go("/security/")
        expect(page.get_by_role("cell", name="Passkey", exact=True)).to_be_visible()
        page.get_by_role("button", name="Remove My laptop").click()
        expect(page.locator("strong", has_text="My laptop")).to_have_count(0)
    assert not Authenticator.objects.filter(user=user).exists()


def test_a_passkey_is_asked_for_after_the_password_and_for_a_fresh_proof(site: Site, enter: Enter) -> None:
    user = a_member(site.account(), site.clock)
    visitor = enter()
    page = sign_in(visitor, user.email)
    page.wait_for_url("**/learn/calls/")
    with authenticator(page):
        visitor.go("/security/")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("button", name="Sign out", exact=True).first.click()
        sign_in(visitor, user.email)
        page.wait_for_url("**/sign-in/second/")
        assert visitor.axe() == []
        visitor.photograph("people-second")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/learn/calls/")
        site.clock.advance(11 * 60)
        visitor.go("/security/app/")
        page.wait_for_url("**/step-up/**")
        assert visitor.axe() == []
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()


def test_a_passkey_written_into_the_table_signs_nobody_in(site: Site, enter: Enter) -> None:
    account_id = site.account()
    thief, owner = a_member(account_id, site.clock), a_member(account_id, site.clock)
    visitor = enter()
    page = sign_in(visitor, thief.email)
    page.wait_for_url("**/learn/calls/")
    with authenticator(page):
        visitor.go("/security/")
        page.get_by_role("button", name="Add a passkey").click()
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("button", name="Sign out", exact=True).first.click()
        [row] = Authenticator.objects.filter(user=thief, type="webauthn")
        Authenticator.objects.create(user=owner, type="webauthn", data=row.data)
        row.delete()
        sign_in(visitor, owner.email)
        page.wait_for_url("**/sign-in/second/")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("not accepted")


def test_an_app_is_set_up_by_its_secret_and_asked_for(site: Site, enter: Enter) -> None:
    user = a_member(site.account(), site.clock)
    visitor = enter()
    page = sign_in(visitor, user.email)
    page.wait_for_url("**/learn/calls/")
    visitor.go("/security/app/")
    assert visitor.axe() == []
    visitor.photograph("people-app")
    secret = (page.locator("main code").text_content() or "").replace(" ", "")
    page.get_by_label("Enter the code it shows").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    assert (page.locator("main code").text_content() or "").replace(" ", "") == secret
    page.get_by_label("Enter the code it shows").fill(code_of(secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert visitor.axe() == []
    code = page.locator("main li").first.text_content() or ""
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    sign_in(visitor, user.email)
    page.wait_for_url("**/sign-in/second/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/learn/calls/")


def test_somebody_is_invited_and_joins(site: Site, enter: Enter) -> None:
    account_id, email = site.account(), an_address()
    owner, guest = enter(account_id), enter(width=360)
    page = owner.go("/settings/members/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Role", exact=True).select_option("manager")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_role("status").locator("code").text_content() or ""
    assert owner.axe() == []
    owner.photograph("people-members")
    page = guest.go(re.sub(r"^https://[^/]+", "", link))
    assert guest.axe() == []
    guest.photograph("people-invitation")
    page.get_by_label("Your name").fill("Grace Abara")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/learn/calls/")
    owner.go("/settings/members/")
    expect(owner.page.get_by_text("Grace Abara")).to_be_visible()


def test_an_account_is_opened_from_the_form_to_the_first_page(site: Site, enter: Enter) -> None:
    before = current()
    install(replace(before, sign_up="open"))
    try:
        visitor, email = enter(width=360), an_address()
        page = visitor.go("/sign-in/")
        page.get_by_role("link", name="Open an account").click()
        assert visitor.axe() == []
        said = {
            "Your name": "Ada Okafor", "E-mail address": email, "Password": PASSWORD, "Company": "Ferries",
            "Telephone": "12", "Country": "DE",
        }  # fmt: skip
        for label, value in said.items():
            page.get_by_label(label).fill(value)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Enter a telephone number")).to_be_visible()
        assert page.get_by_label("Company").input_value() == "Ferries"
        visitor.photograph("people-sign-up")
        page.get_by_label("Telephone").fill("+49 30 901820")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
        visitor.go(re.sub(r"^https://[^/]+", "", letters(email)[0].link))
        page.get_by_role("button", name="Open the account").click()
        page.wait_for_url("**/learn/calls/")
    finally:
        install(before)
    assert User.objects.get(email=email).name == "Ada Okafor"


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/security/", "/profile/", "/settings/company/", "/settings/sign-in/", "/settings/members/"]
)
def test_pages_are_for_everybody(site: Site, enter: Enter, path: str, width: int, *, dark: bool) -> None:
    visitor = enter(site.account(), role=Role.OWNER, width=width, dark=dark)
    visitor.go(path)
    assert visitor.axe() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.photograph(f"people-{path.strip('/').replace('/', '-')}-{width}-{'dark' if dark else 'light'}")


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/forgotten/", "/sign-in/company/"])
def test_ways_in_are_for_everybody(enter: Enter, path: str) -> None:
    visitor = enter(width=360)
    visitor.go(path)
    assert visitor.axe() == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    visitor.photograph(f"people-{path.strip('/').replace('/', '-')}")
