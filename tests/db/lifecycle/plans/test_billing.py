"""Usage and invoices: made when a month is over, kept for years, blind to whom the calls were with."""

from datetime import UTC, date, datetime

import pytest

from ringfence.apps.billing.invoices import invoices
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.lifecycle.plans.billing import bill, forget
from ringfence.lifecycle.plans.ending import NOTICE, paid_until
from ringfence.work.database import Database as Pool
from tests.db.lifecycle.plans.test_plans import Firm, firm
from tests.support.office import AGENT, CALLER, SAID

__all__ = ["firm"]


@pytest.mark.parametrize(
    ("opened", "now", "ends"),
    [
        ("2026-01-31", "2026-01-31", "2026-02-28"), ("2026-01-31", "2026-02-28", "2026-03-31"),
        ("2027-12-31", "2028-01-31", "2028-02-29"), ("2026-11-23", "2026-12-22", "2026-12-23"),
        ("2026-11-23", "2026-12-23", "2027-01-23"), ("2026-05-01", "2029-05-02", "2029-06-01"),
    ],
)  # fmt: skip
def test_a_month_ends_on_the_day_it_began(opened: str, now: str, ends: str) -> None:
    at = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (opened, now, ends)]
    assert paid_until(at[0], at[1]) == at[2]


def test_what_destroys_begins_a_day_later_at_the_earliest() -> None:
    opened = datetime(2026, 1, 10, tzinfo=UTC)
    assert paid_until(opened, datetime(2026, 2, 9, 1, tzinfo=UTC), NOTICE) == datetime(
        2026, 3, 10, tzinfo=UTC
    )


def test_a_month_becomes_one_invoice_of_counts(firm: Firm, biller: Pool) -> None:
    firm.office.call()
    firm.broom.later(days=3)
    firm.office.call()
    assert bill(biller, firm.office.clock, firm.account_id) == 0
    firm.broom.until(datetime(2026, 2, 1, 2, tzinfo=UTC))
    firm.office.call()
    assert bill(biller, firm.office.clock, firm.account_id) == 1
    assert bill(biller, firm.office.clock, firm.account_id) == 0
    (one,) = invoices(firm.account_id)
    assert (one.first_day, one.last_day, one.calls, one.seconds) == (
        date(2026, 1, 1),
        date(2026, 1, 31),
        2,
        20,
    )
    assert one.until == one.issued_at.replace(year=2033)


def test_it_outlives_its_account_for_seven_years_and_says_nothing_of_a_call(firm: Firm, biller: Pool) -> None:
    call_id = firm.office.call()
    assert Eraser.here(firm.office.worker, firm.office.vault).erase(firm.account_id)
    (one,) = invoices(firm.account_id)
    assert one.calls == 1
    with firm.database.superuser() as look:
        rows = look.execute(
            "SELECT i::text FROM billing_invoice i WHERE account_id = %(a)s UNION ALL"
            " SELECT u::text FROM billing_usage u WHERE account_id = %(a)s",
            {"a": firm.account_id},
        ).fetchall()
    text = " ".join(row[0] for row in rows)
    words = {word for line in SAID for word in line[1].split() if len(word) > 4}
    assert not [each for each in (CALLER, AGENT, str(call_id), *words) if each in text]
    firm.broom.until(one.until)
    forget(biller, firm.office.clock, firm.account_id)
    assert invoices(firm.account_id) == []
    with firm.database.superuser() as look:
        left = look.execute("SELECT 1 FROM billing_usage WHERE account_id = %s", [firm.account_id])
        assert left.fetchone() is None
