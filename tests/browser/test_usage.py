"""Usage and billing, seen: plots with their tables, an invoice as a page and as a file."""

from uuid import UUID

import pytest

from ringfence.apps.billing.invoices import invoices
from ringfence.lifecycle.plans.billing import bill
from tests.browser.conftest import Enter, Site


@pytest.fixture
def month(site: Site) -> UUID:
    """An account whose first month is over, with calls in it and after it."""
    account_id = site.account()
    logger = site.logger(account_id)
    for _ in range(2):
        logger.log()
    site.clock.advance(32 * 86_400)
    logger.log()
    assert bill(site.worker, site.clock, account_id) == 1
    return account_id


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_usage_and_billing_are_for_everybody(
    site: Site, enter: Enter, month: UUID, width: int, dark: bool
) -> None:
    visitor = enter(month, width=width, dark=dark)
    (one,) = invoices(month)
    visitor.go("/agents/")
    for name, path in (
        ("usage", "/settings/usage/?days=90"), ("billing", "/settings/billing/"), ("invoice", f"/settings/billing/{one.id}/"),
    ):  # fmt: skip
        page = visitor.go(path)
        visitor.photograph(f"{name}-{width}{'-dark' if dark else ''}")
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_plot_has_a_bar_and_a_line_of_its_table_for_each_day(site: Site, enter: Enter, month: UUID) -> None:
    page = enter(month).go("/settings/usage/?days=90")
    plot = page.locator("section.plot", has=page.get_by_role("heading", name="Calls", exact=True))
    assert plot.locator("rect.bar").count() == 2
    plot.get_by_text("The same as a table").click()
    assert plot.locator("tbody tr").count() == 2


def test_an_invoice_is_taken_along(site: Site, enter: Enter, month: UUID) -> None:
    page = enter(month).go("/settings/billing/")
    with page.expect_download() as started:
        page.get_by_role("link", name="PDF of invoice").click()
    file = started.value.path().read_bytes()
    assert file.startswith(b"%PDF-1.")
    assert started.value.suggested_filename.endswith(".pdf")
