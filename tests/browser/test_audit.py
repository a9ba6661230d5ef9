"""Privacy → Who looked, as people use it: what was done stands there, by keyboard too, and verifies when taken away."""

from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from ringfence.core.config import current
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.policy import Plan
from ringfence.vault.audit.verify import verify_audit_export, verify_audit_proof
from tests.browser.conftest import Enter, Site


@pytest.fixture
def growing(site: Site) -> UUID:
    """An account on Growth with a call."""
    account_id = site.account()
    with tenant(account_id):
        Account.objects.filter(id=account_id).update(plan=Plan.GROWTH.value)
    site.logger(account_id).log()
    return account_id


def seal(site: Site) -> None:
    Sealer(site.worker, site.vault, open_ledger(current().ledger_url)).run()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (360, False), (360, True)])
def test_it_is_for_everybody(site: Site, enter: Enter, growing: UUID, width: int, dark: bool) -> None:
    visitor = enter(growing, width=width, dark=dark)
    visitor.go("/learn/calls/")
    visitor.page.get_by_role("link", name="Nov 2026").first.click()
    seal(site)
    for name, path in {"audit": "/audit/", "filtered": "/audit/?act=call_opened", "none": "/audit/?object=nothing",
                       "wrong": "/audit/?act=flying"}.items():  # fmt: skip
        page = visitor.go(path)
        visitor.photograph(f"{name}-{width}{'-dark' if dark else ''}")
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page = visitor.go("/audit/?act=call_opened")
    page.locator("[data-rows] tbody a").first.click()
    page.get_by_role("heading", name="What proves it").wait_for()
    visitor.photograph(f"event-{width}{'-dark' if dark else ''}")
    assert visitor.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_listening_is_written_down_when_somebody_listens(site: Site, enter: Enter, growing: UUID) -> None:
    visitor = enter(growing)
    visitor.go("/learn/calls/")
    visitor.page.locator("[data-rows] tbody a").first.click()
    visitor.page.get_by_role("button", name="Play").wait_for()
    page = visitor.go("/audit/")
    assert page.get_by_text("Ada Okafor opened a call").count() == 1
    assert page.get_by_text("Ada Okafor listened to a recording").count() == 0
    visitor.page.go_back()
    with visitor.page.expect_response("**/recording"):
        visitor.page.get_by_role("button", name="Play").click()
    page = visitor.go("/audit/")
    page.get_by_text("Ada Okafor listened to a recording").first.wait_for()
    assert page.get_by_text("Ada Okafor listened to a recording").count() == 1


def test_by_keyboard_and_away_with_it(site: Site, enter: Enter, growing: UUID, tmp_path: Path) -> None:
    visitor = enter(growing)
    visitor.go("/learn/calls/")
    seal(site)
    page = visitor.go("/audit/")
    page.get_by_label("What", exact=True).select_option("signed_in")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**act=signed_in**")
    assert page.get_by_text("Ada Okafor signed in").count() == 1
    page.get_by_role("link", name="Clear all filters").click()
    with page.expect_download() as taking:
        page.get_by_role("button", name="Export with proofs").click()
    taking.value.save_as(tmp_path / "log.jsonl")
    keys = site.vault.signers.by_id()
    assert verify_audit_export((tmp_path / "log.jsonl").read_bytes(), keys).problems == []
    page.locator("[data-rows] tbody a").first.click()
    with page.expect_download() as taking:
        page.get_by_role("link", name="Download the proof").click()
    taking.value.save_as(tmp_path / "proof.json")
    assert verify_audit_proof((tmp_path / "proof.json").read_bytes(), keys).ok


def test_without_the_feature_the_operator_is_shown(site: Site, enter: Enter) -> None:
    visitor = enter(site.account())
    page = visitor.go("/audit/")
    page.get_by_text("belongs to the Growth and Enterprise plans").wait_for()
    assert page.get_by_role("button", name="Export with proofs").count() == 0
    assert page.locator("[data-rows]").count() == 0
    visitor.photograph("audit-starter")
    assert visitor.axe() == []
