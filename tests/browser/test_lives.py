"""An owner's hand on the clock, in a real browser: a hold is set and released, a lower plan looked at, confirmed and withdrawn, the account
left and entered again.
"""

import re

from playwright.sync_api import expect

from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from ringfence.policy import Plan
from tests.browser.conftest import Enter, Site


def test_a_hold_asks_for_what_it_names_and_for_that_alone(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call_id = site.logger(account_id).log()
    owner = enter(account_id)
    page = owner.go("/retention/")
    calls, agent, number = (page.get_by_label(name, exact=True) for name in ("Calls", "Agent", "Number"))
    expect(calls).to_be_visible()
    expect(agent).to_be_hidden()
    page.get_by_label("What it names").select_option(label="A number's calls")
    expect(number).to_be_visible()
    expect(calls).to_be_hidden()
    page.get_by_label("What it names").select_option(label="Calls, by their ids")
    calls.fill(str(call_id))
    page.get_by_label("Reason").fill("Case 4 O 17/26")
    owner.photograph("hold-form")
    assert owner.axe() == []
    page.get_by_role("button", name="Set the hold").press("Enter")
    row = page.get_by_role("row", name=re.compile("Case 4 O 17"))
    expect(row).to_contain_text("1")
    page.goto(f"{site.url}/learn/calls/delete/?id={call_id}&part=call")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("main")).to_contain_text("Release the hold first")
    page = owner.go("/retention/")
    page.get_by_role("button", name=re.compile("Release")).click()
    expect(page.get_by_role("row", name=re.compile("Case 4 O 17"))).to_contain_text("Released")


def test_a_lower_plan_says_what_it_destroys_before_anybody_confirms_it(site: Site, enter: Enter) -> None:
    account_id = site.account()
    with tenant(account_id):
        Account.objects.filter(id=account_id).update(plan=Plan.GROWTH.value)
    site.logger(account_id).log()
    owner = enter(account_id)
    page = owner.go("/settings/plan/")
    page.get_by_role("link", name="See what Starter would destroy").click()
    expect(page.get_by_role("heading", name="What it destroys")).to_be_visible()
    owner.photograph("lower-plan")
    assert owner.axe() == []
    page.get_by_role("button", name=re.compile("Change to Starter, and destroy 0 calls then")).click()
    expect(page.get_by_role("status")).to_contain_text("Starter begins")
    page.get_by_role("button", name="Keep Growth").click()
    expect(page.get_by_text("Starter begins")).to_have_count(0)
    page.get_by_role("button", name="Change to Enterprise now").click()
    expect(page.get_by_role("row", name=re.compile("Enterprise"))).to_contain_text("Your plan")


def test_who_leaves_is_told_where_the_receipt_will_be_and_can_come_back(site: Site, enter: Enter) -> None:
    account_id = site.account()
    owner = enter(account_id)
    page = owner.go("/settings/plan/")
    page.get_by_role("button", name="Cancel this account").click()
    told = page.get_by_role("status")
    expect(told).to_contain_text("This account is cancelled")
    expect(told.get_by_role("link")).to_have_attribute("href", re.compile(f"/erased/{account_id}/$"))
    owner.photograph("cancelled")
    assert owner.axe() == []
    page.get_by_role("button", name="Come back").click()
    expect(page.get_by_text("This account is cancelled")).to_have_count(0)


def test_consent_is_on_record_where_an_owner_looks(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call_id = site.logger(account_id).log()
    owner = enter(account_id)
    page = owner.go("/consents/")
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)
    owner.photograph("consents")
    page.get_by_label("Of one call").fill("no id")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("not the id of a call")
    page.get_by_label("Of one call").fill(str(call_id))
    page.get_by_role("button", name="Show").click()
    expect(page.locator("[data-rows] tbody tr")).to_have_count(1)
    page.locator("[data-rows] tbody a").click()
    expect(page).to_have_url(re.compile(f"/learn/calls/{call_id}/"))
