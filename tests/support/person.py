"""Somebody who uses an installation: its pages by their forms, and its API by a key."""

import html
import json
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.support.house import Browser, House, Page
from tests.support.twilio_standin import OWN, SID, TOKEN, Carrier, Stream, new_sid, ring, stream_of
from tests.support.twilio_standin import carrier as stand_in


class Person:
    """An owner of the account `demo`."""

    def __init__(self, house: House, link: str) -> None:
        self.browser: Browser = house.browser()
        self.browser.get(link)
        key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, page: str, path: str, **fields: str) -> Page:
        """Fill in a form of a page; what follows, whatever it is."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.browser.get(page).body)
        assert token is not None
        return self.browser.ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}))

    def send(self, page: str, path: str, **fields: str) -> str:
        """The same, where it is to work; the page that follows."""
        answer = self.post(page, path, **fields)
        assert answer.status == 200, re.findall(r'role="alert"[^>]*>([^<]+)', answer.body)
        return html.unescape(answer.body)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        headers = {**self._headers, **({"Content-Type": "application/json"} if body else {})}
        answer = self.browser.ask(method, f"/api/v1/{path}", json.dumps(body) if body else "", headers)
        assert answer.status in {200, 201}, answer.body
        return json.loads(answer.body)

    def agent(self, slug: str, definition: str) -> str:
        """An agent with a published version; its id."""
        made: str = self.api("POST", "agents", {"slug": slug, "definition": definition})["id"]
        self.api("POST", f"agents/{made}/versions")
        return made

    def first(self, path: str, within_s: float = 30) -> str:
        """The id of the first of a list, once it has one: a number finds its call when the call was taken in."""
        deadline = time.monotonic() + within_s
        while not (items := self.api("GET", path)["items"]):
            assert time.monotonic() < deadline, path
            time.sleep(0.2)
        return str(items[0]["id"])

    def ended(self, call_id: str, within_s: float = 30) -> dict[str, Any]:
        """A call's document, once the call was taken in and worked on."""
        deadline = time.monotonic() + within_s
        while (call := self.api("GET", f"calls/{call_id}"))["ended_at"] is None or call["summary"].get(
            "reason"
        ) == "pending":
            assert time.monotonic() < deadline, call
            time.sleep(0.2)
        return dict(call)


@dataclass
class Switch:
    """An installation whose account has a carrier, and a number that an agent answers; all of it done on the page."""

    house: House
    person: Person
    carrier: Carrier
    trust: ssl.SSLContext
    webhook: str
    connection: str
    agent_id: str

    def ring(self, **changed: str) -> Stream:
        """Somebody calls; where the carrier is told to bring the media."""
        sid, base = new_sid(), f"https://localhost:{self.house.port}"
        return stream_of(ring(base, self.webhook, self.trust, call_sid=sid, **changed), sid)

    def newest(self, which: str = "") -> dict[str, Any]:
        """The newest call, once it has ended."""
        return self.person.ended(self.person.first(f"calls{which}"))


@contextmanager
def switched_on(house: House, link: str, definition: str) -> Iterator[Switch]:
    """Connect the stand-in carrier on the Numbers page and give its number to a new agent."""
    person = Person(house, link)
    agent = person.agent("yard", definition)
    with stand_in() as standing:
        page = person.send(
            "/numbers/", "/numbers/connect/", account_sid=SID, auth_token=TOKEN, base_url=standing.address,
            label="Twilio",
        )  # fmt: skip
        assert TOKEN not in page
        webhook = re.search(r"https://[^<\"]+/voice", page)
        connection = re.search(r"/numbers/connections/([^/]+)/disconnect/", page)
        assert webhook is not None
        assert connection is not None
        page = person.send("/numbers/", "/numbers/add/", number=OWN, connection=connection[1], agent=agent)
        assert "+1 202-555-0100" in page
        trust = ssl.create_default_context(cafile=str(house.data / "tls" / "authority.pem"))
        yield Switch(house, person, standing, trust, webhook[0], connection[1], agent)
