"""Words that people choose, written to break out of a page: every page that shows them shows them, and runs nothing."""

from typing import Final
from urllib.parse import quote
from uuid import UUID

import pytest

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role
from ringfence.apps.agents.agents import create_agent
from ringfence.apps.agents.engines import add_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.people.details import Details, set_details
from ringfence.core.call import Given, Variable
from ringfence.egress.recipients import Ground, Terms
from tests.browser.calls import Script
from tests.browser.conftest import Enter, Site, Visitor
from tests.browser.test_every_page import CONSOLE, PUBLIC
from tests.support.accounts import an_address

HIT: Final = "window.hit=1"
PAYLOADS: Final = [
    f"<script>{HIT}</script>", f'"><img src=x onerror="{HIT}">', f"'><svg onload={HIT}>", f"</textarea></title><script>{HIT}</script>",
    f"javascript:{HIT}", f"{{{{constructor.constructor('{HIT}')()}}}}", f"`${{{HIT}}}`", f'" autofocus onfocus="{HIT}" x="',
    "<iframe srcdoc='<script>parent.hit=1</script>'>", f"<a href=javascript:{HIT}>x</a>", f"]]><script>{HIT}</script><!--",
    f"<div hx-get=/static/ hx-trigger=load hx-on:htmx:load={HIT}>", f"&lt;script&gt;{HIT}&lt;/script&gt;",
]  # fmt: skip
EVERYTHING: Final = " ".join(PAYLOADS)


def said_everywhere(site: Site, account_id: UUID) -> list[str]:
    """Put the words wherever somebody can; the addresses of pages with an id that show them."""
    clock, paths = site.clock, []
    for number, payload in enumerate(PAYLOADS):
        agent = create_agent(
            account_id, slug=f"a{number}", name=payload, draft=f"name: {payload}\n{payload}", clock=clock
        )
        issue(account_id, name=payload[:60], role=Role.ANALYST, clock=clock)
        add_member(account_id, email=an_address(), role=Role.ANALYST, clock=clock, name=payload)
        paths.append(f"/agents/{agent}/")
    for payload in PAYLOADS[:2]:
        terms = Terms(ground=Ground.EEA, country="DE", agreement=payload)
        add_engine(
            account_id, name=f"e{len(payload)}", kind=EngineKind.LLM, base_url="https://engine.example/v1", model=payload[:60],
            clock=clock, secret="s", terms=terms,
        )  # fmt: skip
    set_details(
        account_id,
        Details(company=EVERYTHING[:200], phone="+4930901820", country="DE", address=EVERYTHING[:290]),
        clock,
    )
    call = site.logger(account_id).log(
        Script(
            said=tuple(("caller" if n % 2 else "agent", each, n + 0.5, n + 1.0) for n, each in enumerate(PAYLOADS)),
            variables=tuple(
                Variable(name=f"v{n}", type="text", given=Given.GIVEN, value=each) for n, each in enumerate(PAYLOADS)
            ),
        )
    )  # fmt: skip
    return [*paths, f"/learn/calls/{call}/"]


def runs_nothing(visitor: Visitor, path: str) -> str:
    page = visitor.go(path)
    page.wait_for_timeout(60)
    assert page.evaluate("window.hit") is None, path
    assert page.locator("iframe, [onerror], [onload], [onfocus], a[href^='javascript:']").count() == 0, path
    assert page.locator("script:not([src])").count() == 0, path
    return page.content() + str(
        page.evaluate("[...document.querySelectorAll('input,textarea')].map(e => e.value).join()")
    )


@pytest.mark.timeout(300)
def test_what_people_wrote_runs_nothing(site: Site, enter: Enter) -> None:
    account_id = site.account()
    paths = said_everywhere(site, account_id)
    visitor, shown = enter(account_id), {}
    visitor.page.on("dialog", lambda dialog: visitor.complaints.append(dialog.message))
    asked = [
        f"/learn/calls/?{name}={quote(payload)}"
        for name in ("q", "agent", "since", "number")
        for payload in PAYLOADS[:3]
    ]
    asked += [
        f"/audit/?who={quote(PAYLOADS[1])}",
        f"/nowhere/{quote(PAYLOADS[0])}",
        f"/sign-in/?next={quote(PAYLOADS[1])}",
    ]
    for path in [*CONSOLE.values(), *paths, *asked]:
        shown[path] = runs_nothing(visitor, path)
    for path in (
        "/agents/",
        "/settings/keys/",
        "/settings/members/",
        paths[0],
        paths[-1],
        "/settings/company/",
    ):
        assert "window.hit=1" in shown[path], f"{path} shows none of it: this proves nothing"


@pytest.mark.parametrize("payload", PAYLOADS[:3])
def test_what_a_stranger_sends_runs_nothing(site: Site, enter: Enter, payload: str) -> None:
    visitor = enter()
    for path in PUBLIC.values():
        runs_nothing(visitor, f"{path}?next={quote(payload)}&email={quote(payload)}&token={quote(payload)}")
