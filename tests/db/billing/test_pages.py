"""Billing: the running month, invoices on pages, in the API and as PDF; only for those who may, and of no other account."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role
from ringfence.apps.billing.invoices import invoices
from ringfence.apps.people.details import Details, set_details
from ringfence.core.clock import ManualClock
from ringfence.core.config import current, install
from ringfence.lifecycle.plans.billing import bill
from ringfence.work.database import Database as Pool
from tests.support.accounts import an_account
from tests.support.office import CALLER, Office
from tests.support.visitors import Visitor, a_member

PRICES = """
seller = ["Example Telephony GmbH"]
currency = "EUR"
[plan.starter]
month = "10.00"
minute = "0.60"
"""


@pytest.fixture
def priced(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "billing.toml").write_text(PRICES)
    before = current()
    install(replace(before, billing_file=tmp_path / "billing.toml"))
    yield
    install(before)


@pytest.fixture
def member(account_id: UUID, clock: ManualClock) -> Visitor:
    visitor = Visitor()
    visitor.link(a_member(account_id, clock, Role.BILLING))
    return visitor


def a_month(office: Office, biller: Pool) -> UUID:
    """A month with one call of ten seconds, and its invoice."""
    office.call()
    office.clock.advance((datetime(2026, 2, 1, 3, tzinfo=UTC) - office.clock.now()).total_seconds())
    assert bill(biller, office.clock, office.account_id) == 1
    return invoices(office.account_id)[0].id


def test_the_running_month_is_shown_without_a_price(office: Office, member: Visitor) -> None:
    office.call()
    page = member.get("/settings/billing/").content.decode()
    assert "As agreed" in page
    assert "0:10" in page
    assert "By invoice" in page
    assert "None yet" in page


def test_an_invoice_has_the_prices_and_the_buyer_of_its_day(
    office: Office, biller: Pool, priced: None, account_id: UUID, clock: ManualClock
) -> None:
    said = Details(company="Łódź Spółka", address="Rynek 1\n90-001 Łódź", country="PL", vat_id="PL1234567890")
    set_details(account_id, said, clock)
    bill_id = a_month(office, biller)
    set_details(account_id, replace(said, company="Another name"), clock)
    (one,) = invoices(account_id)
    assert (str(one.month), str(one.minutes), str(one.total), one.currency) == (
        "10.00",
        "0.10",
        "10.10",
        "EUR",
    )
    member = Visitor()
    member.link(a_member(account_id, clock, Role.BILLING))
    page = member.get(f"/settings/billing/{bill_id}/").content.decode()
    assert "Łódź Spółka" in page
    assert "VAT id PL1234567890" in page
    assert "Another name" not in page
    assert "10.10 EUR" in page
    assert CALLER not in page


def test_the_file_is_for_those_who_see_the_plan_and_for_no_other_account(
    office: Office, biller: Pool, account_id: UUID, clock: ManualClock
) -> None:
    bill_id = a_month(office, biller)
    path, api = f"/settings/billing/{bill_id}/file", f"/api/v1/account/invoices/{bill_id}.pdf"
    for role, status in ((Role.OWNER, 200), (Role.BILLING, 200), (Role.MANAGER, 403), (Role.ANALYST, 403)):
        visitor = Visitor()
        visitor.link(a_member(account_id, clock, role))
        assert visitor.get(path).status_code == status
        key = issue(account_id, name="b", role=role, clock=clock).token
        answer = Visitor().get(api, Authorization=f"Bearer {key}")
        assert answer.status_code == status
        assert answer.content.startswith(b"%PDF") is (status == 200)
    stranger, other = Visitor(), an_account(clock)
    stranger.link(a_member(other, clock))
    unknown = f"/settings/billing/{UUID(int=7)}/file"
    assert stranger.get(path).status_code == stranger.get(unknown).status_code == 404
    key = issue(other, name="b", role=Role.OWNER, clock=clock).token
    answers = [
        Visitor().get(each, Authorization=f"Bearer {key}")
        for each in (api, f"/api/v1/account/invoices/{UUID(int=7)}.pdf")
    ]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert Visitor().get(path).status_code == 302


def test_a_month_in_which_the_account_was_left_is_not_charged_as_one(
    office: Office, biller: Pool, priced: None, account_id: UUID
) -> None:
    from ringfence.lifecycle.plans.cancellation import cancel

    office.call()
    cancel(account_id, by="test", clock=office.clock)
    office.clock.advance((datetime(2026, 2, 1, 3, tzinfo=UTC) - office.clock.now()).total_seconds())
    bill(biller, office.clock, account_id)
    (one,) = invoices(account_id)
    assert (one.month, str(one.minutes)) == (None, "0.10")
