"""Support in a browser, on both sides: asking for help, asking for access, approving, looking, taking it back."""

from uuid import UUID

import pytest
from playwright.sync_api import expect

from ringfence.apps.accounts.accounts import account
from tests.browser.conftest import Enter, Site, Visitor
from tests.browser.staff import employed


def looked_at(visitor: Visitor, name: str) -> None:
    """Nothing wider than the window, nothing that somebody cannot use."""
    visitor.photograph(name)
    wide = visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, name
    assert visitor.axe() == [], name


def asked_for_help(customer: Visitor, call_id: UUID) -> None:
    page = customer.go("/support/")
    page.get_by_label("Calls", exact=True).fill(str(call_id))
    page.get_by_label("What happened").fill("The agent heard Friday for Thursday.")
    page.get_by_role("button", name="Ask for help").click()
    expect(page.get_by_role("heading", name="A call went wrong")).to_be_visible()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_whole_road(site: Site, enter: Enter, width: int, dark: bool) -> None:
    account_id = site.account()
    call_id = site.logger(account_id).log()
    customer, staff = enter(account_id, width=width, dark=dark), enter(None, width=width, dark=dark)
    shade = f"{width}{'-dark' if dark else ''}"
    asked_for_help(customer, call_id)
    looked_at(customer, f"support-request-{shade}")

    employed(site, staff)
    page = staff.page
    page.get_by_role("link", name=account(account_id).name).click()
    page.get_by_label("Your answer").fill("Thank you. May we look at that call?")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.get_by_text("May we look at that call?").last).to_be_visible()
    page.get_by_label("Why").fill("To hear what was said about the day")
    page.get_by_role("button", name="Ask for access").click()
    expect(page.get_by_text("Waits until")).to_be_visible()
    looked_at(staff, f"operator-request-{shade}")

    page = customer.go("/support/")
    looked_at(customer, f"support-asked-{shade}")
    page.get_by_role("link", name="Decide").click()
    expect(page.get_by_text("To hear what was said about the day")).to_be_visible()
    looked_at(customer, f"support-approval-{shade}")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Open until")).to_be_visible()
    looked_at(customer, f"support-approved-{shade}")

    page = staff.page
    page.reload()
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.get_by_role("heading", name="Released calls")).to_be_visible()
    looked_at(staff, f"operator-access-{shade}")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="Transcript")).to_be_visible()
    assert page.evaluate("document.querySelector('audio').src").endswith("/recording")
    looked_at(staff, f"operator-call-{shade}")
    seen = page.url

    page = customer.go("/audit/")
    expect(page.get_by_text("Noor Haddad, of the operator").first).to_be_visible()
    looked_at(customer, f"support-audit-{shade}")
    page = customer.go("/support/")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back")).to_be_visible()

    staff.go(seen)
    expect(staff.page.get_by_text("The customer did not release this")).to_be_visible()
    looked_at(staff, f"operator-refused-{shade}")
    staff.go(f"/operator/accounts/{account_id}/")
    looked_at(staff, f"operator-account-{shade}")


def test_a_second_factor_comes_first(site: Site, enter: Enter) -> None:
    from ringfence.apps.accounts.links import sign_in_token
    from ringfence.apps.staff.people import add
    from tests.support.accounts import an_address

    visitor = enter(None, width=360)
    _person, user = add(an_address(), "Kim Lund", site.clock)
    page = visitor.go(f"/sign-in/link/?token={sign_in_token(user)}&next=/operator/")
    expect(page.get_by_role("heading", name="A second factor first")).to_be_visible()
    looked_at(visitor, "operator-first-360")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    looked_at(visitor, "operator-app-360")
