"""Coming in and going out."""

from playwright.sync_api import expect

from ringfence.apps.accounts.accounts import make_account
from ringfence.apps.accounts.members import add_member, make_user
from ringfence.apps.accounts.models import Role
from tests.browser.conftest import Enter, Site
from tests.support.accounts import an_address


def test_a_link_works_once(site: Site, enter: Enter) -> None:
    account_id = site.account()
    link = site.link(account_id)
    first, second = enter(), enter()
    first.go(link)
    first.page.wait_for_url("**/learn/calls/")
    second.go(link)
    expect(second.page.get_by_role("alert")).to_contain_text("used already")
    expect(second.page.get_by_text("ringfence member link")).to_be_visible()
    first.go(link)
    first.page.wait_for_url("**/learn/calls/")  # whom it let in, it does not turn away


def test_cookies_are_bound_to_the_host_and_hidden_from_scripts(site: Site, enter: Enter) -> None:
    visitor = enter(site.account())
    cookies = {each["name"]: each for each in visitor.context.cookies()}
    session = cookies["__Host-rf_session"]
    assert (session["secure"], session["httpOnly"], session["sameSite"], session["path"]) == (
        True,
        True,
        "Lax",
        "/",
    )
    assert set(cookies) <= {"__Host-rf_session", "__Host-rf_csrf"}
    assert visitor.page.evaluate("document.cookie") == ""


def test_a_password_signs_in_and_a_wrong_one_says_no_more_than_that(site: Site, enter: Enter) -> None:
    account_id, email = site.account(), an_address()
    make_user(email=email, clock=site.clock, password="correct horse battery staple")
    add_member(account_id, email=email, role=Role.MANAGER, clock=site.clock)
    visitor = enter()
    page = visitor.go("/agents/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    assert page.get_by_label("E-mail address").input_value() == email
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/agents/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.url}/")
    visitor.go("/learn/calls/")
    assert "/sign-in/" in page.url


def test_too_many_tries_are_slowed(site: Site, enter: Enter) -> None:
    visitor = enter()
    page = visitor.go("/sign-in/")
    email = an_address()
    for _ in range(9):
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill("guess")
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Too many attempts")


def test_somebody_of_two_accounts_changes_between_them(site: Site, enter: Enter) -> None:
    email, first = an_address(), site.account()
    second = make_account(slug=f"z-{first}", name="The second", clock=site.clock)
    call = site.logger(second).log()
    for account_id in (first, second):
        user = add_member(account_id, email=email, role=Role.OWNER, clock=site.clock)
    from ringfence.apps.accounts.links import sign_in_token

    visitor = enter()
    page = visitor.go(f"/sign-in/link/?token={sign_in_token(user)}")
    assert visitor.context.request.get(f"{site.url}/learn/calls/{call}/").status == 404
    page.get_by_role("button", name="Change").click()
    expect(page.locator(".side").get_by_text("The second")).to_be_visible()
    assert visitor.context.request.get(f"{site.url}/learn/calls/{call}/").status == 200


def test_a_role_that_is_lost_is_felt_at_the_next_click(site: Site, enter: Enter) -> None:
    account_id = site.account()
    visitor = enter(account_id, role=Role.ANALYST)
    from ringfence.apps.accounts.members import members, remove_member

    remove_member(account_id, members(account_id)[0].user_id, site.clock)
    visitor.go("/learn/calls/")
    assert "/sign-in/" in visitor.page.url


def test_no_page_goes_elsewhere_after_signing_in(site: Site, enter: Enter) -> None:
    page = enter().go("/sign-in/?next=https://example.com/")
    assert page.locator("[name=next]").input_value() == "/learn/calls/"


def test_the_first_minute_is_shown_to_who_is_new_and_then_no_more(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    call = log.log()
    page = enter().go("/")
    expect(page.get_by_role("heading", name="Your first minute here")).to_be_visible()
    visitor = enter(account_id)
    page = visitor.go("/")
    page.get_by_role("link", name="Hear a call").click()
    page.wait_for_url(f"**/learn/calls/{call}/")
    for _ in range(3):
        log.log()
    page = visitor.go("/learn/calls/")
    expect(page.get_by_text("Your first minute")).to_be_hidden()
