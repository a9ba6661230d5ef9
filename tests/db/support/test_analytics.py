"""The operator's people see pages and days, and nobody."""

from uuid import UUID

from ringfence.core.clock import ManualClock
from tests.support.desk import an_employee
from tests.support.visitors import Visitor


def test_pages_and_days_are_plotted_and_told(account_id: UUID, clock: ManualClock) -> None:
    assert Visitor().get("/privacy").status_code == 200
    page = an_employee(clock).get("/operator/analytics/?days=7").content.decode()
    assert "Pages shown to visitors" in page
    assert '<rect class="bar"' in page
    assert f"{clock.now():%d %b %Y}" in page
    assert '<th scope="row">privacy</th>' in page
    assert 'aria-current="page">7 days' in page


def test_strangers_do_not_see_it(account_id: UUID) -> None:
    assert Visitor().get("/operator/analytics/").status_code in {302, 403}
