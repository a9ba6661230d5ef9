"""/trust: every promise, how it stands, on every screen, for everybody."""

import json

import pytest

from ringfence.apps.assurance.measurements import LOOK, write
from ringfence.core.config import current
from ringfence.lifecycle.assurance.looks import measure
from ringfence.lifecycle.assurance.values import Looking
from ringfence.policy import load
from tests.browser.conftest import Enter, Site
from tests.support.database import as_login


@pytest.fixture
def measured(site: Site) -> Site:
    from ringfence.apps.keys.wiring import vault

    with as_login("worker"):
        measure(Looking(site.clock, current(), vault()))
    return site


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_trust_is_for_everybody(measured: Site, enter: Enter, width: int, dark: bool) -> None:
    visitor = enter(width=width, dark=dark)
    page = visitor.go("/trust")
    for each in page.locator("details").all():
        each.evaluate("each => { each.open = true }")
    visitor.photograph(f"public-trust-{width}{'-dark' if dark else ''}")
    assert visitor.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.context.cookies() == []


def test_every_promise_stands_there_and_leads_to_its_sentence_and_back(measured: Site, enter: Enter) -> None:
    page = enter().go("/trust")
    for promise, text in load().promises.items():
        line = page.locator(f"[id='{promise}']")
        assert text in line.inner_text()
        assert line.locator(f"a[href='/privacy#{promise}']").count() == 1


def test_a_broken_promise_is_said_first_thing_and_for_machines(measured: Site, enter: Enter) -> None:
    with as_login("worker"):
        write(
            [("keep.delete", "not_kept", "A byte of a deletion is left.", {"Open": "1"})],
            LOOK,
            measured.clock,
        )
    visitor = enter()
    page = visitor.go("/trust")
    assert "Not kept" in page.locator(".tally").inner_text()
    assert "A byte of a deletion is left." in page.locator("[id='keep.delete']").inner_text()
    told = json.loads(visitor.context.request.get(f"{measured.url}/trust.json").text())
    assert {each["id"]: each["state"] for each in told["promises"]}["keep.delete"] == "not_kept"
