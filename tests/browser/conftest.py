"""An installation with a browser in front of it. Package-wide: Playwright's loop must be gone before other tests."""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_core_python import sync_playwright as axe_package
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role
from ringfence.apps.calls.objects import Objects
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.work.database import Database as Pool
from tests.browser.calls import Logger
from tests.browser.server import served
from tests.support.accounts import an_account, an_address
from tests.support.database import Database
from tests.support.keys import a_vault

AXE = (Path(axe_package.__file__).parent / "axe.min.js").read_text()
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--ignore-certificate-errors", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.db)


@dataclass
class Site:
    """One installation: its address, its clock, and a way to make accounts and calls."""

    url: str
    clock: ManualClock
    vault: Any
    pool: Pool
    worker: Pool
    folder: Path

    def account(self) -> UUID:
        return an_account(self.clock)

    def logger(self, account_id: UUID) -> Logger:
        objects = Objects(current().object_store_url)
        return Logger(account_id, self.clock, self.vault, self.pool, self.worker, self.folder, objects)

    def link(self, account_id: UUID, role: Role = Role.OWNER) -> str:
        """A one-time sign-in link of a new member."""
        user = add_member(account_id, email=an_address(), role=role, clock=self.clock, name="Ada Okafor")
        return f"{self.url}/sign-in/link/?token={sign_in_token(user)}"


Launch = Callable[..., Browser]


@pytest.fixture(scope="package")
def launch() -> Iterator[Launch]:
    """Start a browser; `launch(*flags)` adds to the flags they all have."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"  # noqa: TID251 - make test names it
    with pytest.MonkeyPatch.context() as setting, sync_playwright() as playwright:
        setting.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop waits in this very thread
        found = path if Path(path).exists() else None
        yield lambda *flags: playwright.chromium.launch(
            executable_path=found, args=[*FLAGS, *flags], headless=True
        )


@pytest.fixture(scope="package")
def site(launch: Launch, database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    from ringfence.web.wsgi import application

    folder = tmp_path_factory.mktemp("site")
    clock = ManualClock(NOW)
    vault = a_vault(folder, clock)
    wiring.install(vault)
    pool, worker = Pool(database.url("media")), Pool(database.url("worker"))
    pool.open()
    worker.open()
    with served(folder / "tls", application) as url:
        yield Site(url, clock, vault, pool, worker, folder)
    pool.close()
    worker.close()
    connections.close_all()


@pytest.fixture(scope="package")
def browser(launch: Launch) -> Browser:
    return launch()


@dataclass
class Visitor:
    """A person at a browser. What the page complains of is collected: there must be nothing."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("https:") else self.site.url + path)
        return self.page

    def photograph(self, name: str) -> None:
        """A picture for people to look at, if a folder for pictures is named."""
        if folder := os.environ.get("PHOTOGRAPHS"):  # noqa: TID251 - for people, by hand
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def axe(self) -> list[str]:
        """What the page breaks of WCAG 2.2 AA, and of AAA contrast for text."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            """() => axe.run(document, {
                runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
                rules: {'color-contrast-enhanced': {enabled: true}},
            })"""
        )
        return [
            f"{each['id']}: {json.dumps([node['html'][:160] for node in each['nodes'][:3]])}"
            for each in found["violations"]
        ]


Enter = Callable[..., Visitor]


@pytest.fixture
def enter(site: Site, browser: Browser) -> Iterator[Enter]:
    """Open a browser window: `enter(account_id, role=…, width=…, dark=…)`; without an account, as a visitor."""
    opened: list[Visitor] = []

    def open_window(
        account_id: UUID | None = None, *, role: Role = Role.OWNER, width: int = 1280, dark: bool = False,
        zone: str = "Europe/Lisbon", **options: Any,
    ) -> Visitor:  # fmt: skip
        context = browser.new_context(
            ignore_https_errors=True, viewport={"width": width, "height": 860}, timezone_id=zone,
            color_scheme="dark" if dark else "light", locale="en-GB", reduced_motion="reduce", **options,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        visitor = Visitor(site, context, context.new_page(), [])
        watch(visitor)
        if account_id is not None:
            visitor.go(site.link(account_id, role))
        opened.append(visitor)
        return visitor

    yield open_window
    complaints = [each for visitor in opened for each in visitor.complaints]
    for visitor in opened:
        visitor.context.close()
    assert not complaints


def until(page: Any, condition: str, within_s: float = 15.0) -> None:
    """Wait for a condition in the page. Playwright's own waiting evaluates text there, which our policy refuses."""
    deadline = time.monotonic() + within_s
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)


def watch(visitor: Visitor) -> None:
    """Errors of scripts, refusals by the content security policy, and requests to anywhere else."""

    def said(message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            visitor.complaints.append(message.text)

    def asked(request: Any) -> None:
        if not request.url.startswith((visitor.site.url, "data:", "blob:")):
            visitor.complaints.append(f"a foreign origin: {request.url}")

    visitor.page.on("console", said)
    visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    visitor.page.on("request", asked)
