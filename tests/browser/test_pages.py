"""Every page at every width, light and dark: nothing to complain of, by axe or by the browser."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from ringfence.core.call import Channel, ConsentAnswer, Direction, Outcome, Problem, Status
from ringfence.core.config import current, install
from tests.browser.calls import BOOKING, Script
from tests.browser.conftest import Enter, Site


@pytest.fixture(scope="package")
def busy(site: Site) -> tuple[UUID, dict[str, UUID]]:
    """An account with calls of many kinds."""
    account_id = site.account()
    log = site.logger(account_id)
    log.agent("reception-by-model", "llm-reception")
    now = site.clock.now()
    made = {
        "booked": log.log(BOOKING, at=now - timedelta(minutes=12)),
        "refused": log.log(Script(said=BOOKING.said[:3], consent=ConsentAnswer.NO, variables=BOOKING.variables), at=now - timedelta(hours=2)),
        "interrupted": log.log(
            Script(
                said=BOOKING.said[:5], status=Status.INTERRUPTED, outcome=Outcome.INTERRUPTED, interrupted=2,
                problems=(Problem(code="stt_timeout", at_s=11.2),),
            ),
            at=now - timedelta(hours=5),
        ),
        "outbound": log.log(
            Script(outcome=Outcome.NO_ANSWER, direction=Direction.OUTBOUND, channel=Channel.TWILIO, consent=ConsentAnswer.NOT_ASKED),
            at=now - timedelta(days=1),
        ),
        "web": log.log(Script(said=BOOKING.said[:7], channel=Channel.WEB, from_number=None, to_number=None, outcome=Outcome.CALLER_HUNG_UP), at=now - timedelta(days=2)),
    }  # fmt: skip
    made["live"] = log.live()
    return account_id, made


def paths(site: Site, busy: tuple[UUID, dict[str, UUID]]) -> dict[str, str]:
    account_id, calls = busy
    from ringfence.apps.agents.agents import agent_by_slug

    front = agent_by_slug(account_id, "front-desk").id
    return {
        "calls": "/learn/calls/", "filtered": "/learn/calls/?q=ferry&direction=inbound", "none": "/learn/calls/?q=giraffe",
        **{f"call-{name}": f"/learn/calls/{call}/" for name, call in calls.items()},
        "delete": f"/learn/calls/delete/?id={calls['booked']}&part=call", "agents": "/agents/", "new-agent": "/agents/new/",
        "agent": f"/agents/{front}/", "version": f"/agents/{front}/versions/1/", "talk": f"/agents/{front}/talk/",
        "numbers": "/numbers/", "members": "/settings/members/", "keys": "/settings/keys/", "engines": "/settings/engines/",
        "plan": "/settings/plan/", "retention": "/retention/", "missing": "/nowhere/",
    }  # fmt: skip


@pytest.mark.timeout(600)  # twenty pages, each looked at by axe
@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (1280, True), (768, False), (360, False), (360, True)]
)
def test_pages_are_for_everybody(
    site: Site, enter: Enter, busy: tuple[UUID, dict[str, UUID]], width: int, dark: bool
) -> None:
    visitor = enter(busy[0], width=width, dark=dark)
    broken = {}
    for name, path in paths(site, busy).items():
        page = visitor.go(path)
        visitor.photograph(f"{name}-{width}{'-dark' if dark else ''}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = visitor.axe() + ([f"{wide} px wider than the window"] if wide > 0 else [])
        if found:
            broken[name] = found
    assert not broken


@pytest.mark.parametrize("path", ["/", "/sign-in/"])
def test_the_way_in_is_for_everybody(enter: Enter, path: str) -> None:
    for width, dark in ((1280, False), (360, True)):
        visitor = enter(width=width, dark=dark)
        visitor.go(path)
        visitor.photograph(f"door{path.replace('/', '-')}{width}{'-dark' if dark else ''}")
        assert visitor.axe() == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
def test_the_gallery_has_every_component_and_only_in_development(
    enter: Enter, width: int, dark: bool
) -> None:
    visitor = enter(width=width, dark=dark)
    assert visitor.context.request.get(f"{visitor.site.url}/gallery/").status == 404
    served = current()
    install(replace(served, debug=True))
    try:
        page = visitor.go("/gallery/")
        visitor.photograph(f"gallery-{width}{'-dark' if dark else ''}")
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        install(served)
