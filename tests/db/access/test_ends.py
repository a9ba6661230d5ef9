"""A role that is taken away, another way in that is asked for, end what is open: downloads that are read slowly, rows that follow by themselves, a call in a browser.

Real sockets and real time: each test waits for the end itself, with a few seconds as the most.
"""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.members import change_role, remove_member
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.calls.objects import objects
from ringfence.apps.keys import wiring
from ringfence.apps.people import rules, sessions, signon
from ringfence.apps.people.errors import NoSuchSignOn
from ringfence.boot.clock import SystemClock
from ringfence.boot.web import THREADS
from ringfence.core.call import Channel
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.core.room import Room
from ringfence.policy import Plan
from ringfence.voice.runtime.ports import Admitted, Engines, Held
from ringfence.voice.speech.fake import ScriptedStt, ToneTts
from ringfence.web import streams
from ringfence.work.database import Database as Pool
from ringfence.work.desk import Desk
from tests.browser.server import served
from tests.support.accounts import an_account
from tests.support.exchange import PUBLIC, Doors, exchange
from tests.support.keys import a_vault
from tests.support.office import Office
from tests.support.visitors import FIREFOX, Visitor, a_member

WITHIN_S = 4.0
SILENT_S = 1.5  # nothing for so long: it is over, whether or not the connection was closed yet
MINUTES = 20.0
SIZE = MINUTES * 60 * 8_000 * 4  # bytes of its file
PACE = 8e6  # bytes a second: a slow reader; the whole file would take it longer than the test lasts


class Ticking(ManualClock):
    """Its moment stands; its seconds go by."""

    def monotonic(self) -> float:
        return SystemClock().monotonic()


@dataclass
class Somebody:
    """A member with a session and a key of their own."""

    office: Office
    person: User
    visitor: Visitor = field(default_factory=Visitor)

    def __post_init__(self) -> None:
        made = apikeys.issue(
            self.office.account_id, name="k", role=Role.MANAGER, clock=self.office.clock, created_by=self.person.id
        )  # fmt: skip
        self.key_id, self.token = made.id, made.token

    def sign_in(self) -> Visitor:
        assert self.visitor.link(self.person).status_code == 302
        return self.visitor


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return Ticking()


@pytest.fixture(scope="module")
def office(pools: tuple[Pool, Pool], clock: ManualClock, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder: Path = tmp_path_factory.mktemp("ends")
    vault = a_vault(folder, clock)
    wiring.install(vault)
    (folder / "live").mkdir()
    store = objects(current().object_store_url)
    made = Office(
        an_account(clock, Plan.GROWTH), clock, vault, *pools, store, folder / "live", plan=Plan.GROWTH
    )
    a_member(made.account_id, clock)  # the owner that an account keeps
    return made


@pytest.fixture(scope="module")
def long_call(office: Office) -> UUID:
    return office.call(seconds=MINUTES * 60, run_after=False)


@pytest.fixture(scope="module")
def site(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from ringfence.web.wsgi import application

    with served(tmp_path_factory.mktemp("tls"), application) as url:
        yield url


@pytest.fixture
def somebody(office: Office, clock: ManualClock) -> Somebody:
    return Somebody(office, a_member(office.account_id, clock, Role.MANAGER, password=None))


@pytest.fixture(autouse=True)
def open_again(office: Office, clock: ManualClock) -> Iterator[None]:
    """What one test asked of everybody is not asked in the next."""
    yield
    with suppress(NoSuchSignOn):
        signon.forget_provider(office.account_id)
    rules.ask_second_factor(office.account_id, wanted=False, clock=clock)


class Download:
    """A connection that is read slowly; `rest` reads on until it ends."""

    last_at = 0.0

    def __init__(self, site: str, path: str, headers: dict[str, str]) -> None:
        where = urlsplit(site)
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
        raw.settimeout(WITHIN_S)
        raw.connect(("127.0.0.1", where.port))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._socket = context.wrap_socket(raw, server_hostname="localhost")
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost:{where.port}\r\n{lines}\r\n".encode())
        head, self.got = b"", 0
        while b"\r\n\r\n" not in head:
            head += self._socket.recv(4096)
        self.status = int(head.split(b" ")[1])
        self.announced = next(
            (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def read(self, seconds: float) -> bool:
        """Read slowly for so long; whether anything still came."""
        until = time.monotonic() + seconds
        self._socket.settimeout(SILENT_S)
        while time.monotonic() < until:
            try:
                part = self._socket.recv(65_536)
            except (TimeoutError, ConnectionError, ssl.SSLError):
                return False
            if not part:
                return False
            self.got += len(part)
            self.last_at = time.monotonic()
            time.sleep(len(part) / PACE)
        return True

    def ends(self) -> float:
        """Seconds until the last byte came; fails where it goes on."""
        began = time.monotonic()
        assert not self.read(WITHIN_S), "it goes on"
        return self.last_at - began


def lowered(who: Somebody) -> None:
    change_role(who.office.account_id, who.person.id, Role.ANALYST)


def sent_away(who: Somebody) -> None:
    remove_member(who.office.account_id, who.person.id, who.office.clock)


def signed_out(who: Somebody) -> None:
    sessions.end_all(who.person.id, who.office.clock)


def enforced(who: Somebody) -> None:
    """From now on the account's own identity provider alone opens it."""
    signon.set_provider(
        who.office.account_id, issuer="https://login.example.org", client_id="x", secret="y", domains="example.org",
        clock=who.office.clock,
    )  # fmt: skip
    signon.enforce(who.office.account_id, enforced=True)


def factor_asked(who: Somebody) -> None:
    rules.ask_second_factor(who.office.account_id, wanted=True, clock=who.office.clock)


def revoked(who: Somebody) -> None:
    apikeys.revoke(who.office.account_id, who.key_id, who.office.clock)


def _by_session(site: str, who: Somebody) -> dict[str, str]:
    """Cookies of somebody who signed in at this very server: places are vouched for where one came from."""
    who.visitor = Visitor(at="127.0.0.1")
    who.sign_in()
    cookies = "; ".join(f"{name}={each.value}" for name, each in who.visitor.client.cookies.items())
    return {"Cookie": cookies, "User-Agent": FIREFOX}


@pytest.mark.parametrize("end", [lowered, sent_away, signed_out, enforced, factor_asked])
@pytest.mark.parametrize("what", ["recording", "vcon"])
def test_a_page_sends_no_more(
    site: str, somebody: Somebody, long_call: UUID, what: str, end: Callable[[Somebody], None]
) -> None:
    headers = _by_session(site, somebody)
    if what == "recording":
        headers["Range"] = "bytes=1000-"
    with Download(site, f"/learn/calls/{long_call}/{what}", headers) as download:
        assert download.status in {200, 206}
        assert download.read(1.0), "it goes on while nothing is taken away"
        end(somebody)
        took = download.ends()
    assert took < WITHIN_S
    assert download.got < SIZE * (1 if what == "recording" else 4 / 3) / 1.5, (
        "what was not sent yet is not sent"
    )


@pytest.mark.parametrize("end", [lowered, sent_away, revoked])
@pytest.mark.parametrize("what", ["recording", "vcon"])
def test_the_api_sends_no_more(
    site: str, somebody: Somebody, long_call: UUID, what: str, end: Callable[[Somebody], None]
) -> None:
    path = f"/api/v1/calls/{long_call}/{what}"
    with Download(site, path, {"Authorization": f"Bearer {somebody.token}"}) as download:
        assert download.status == 200
        assert download.read(1.0)
        end(somebody)
        assert download.ends() < WITHIN_S
    assert download.got < SIZE * (1 if what == "recording" else 4 / 3) / 1.5


def test_what_was_taken_from_another_ends_nothing(
    site: str, somebody: Somebody, long_call: UUID, office: Office, clock: ManualClock
) -> None:
    other = Somebody(office, a_member(office.account_id, clock, Role.MANAGER, password=None))
    path = f"/api/v1/calls/{long_call}/recording"
    with Download(site, path, {"Authorization": f"Bearer {somebody.token}"}) as download:
        for end in (enforced, factor_asked, lowered, revoked, signed_out, sent_away):
            end(other)
        assert download.read(1.5)


def test_rows_that_follow_lead_away(somebody: Somebody) -> None:
    visitor = somebody.sign_in()
    page = {"HX-Request": "true", "HX-Current-URL": "https://localhost/learn/calls/?agent=x"}
    assert visitor.get("/learn/calls/live/?from=2026-01-01T00:00:00%2B00:00", **page).status_code == 200
    change_role(somebody.office.account_id, somebody.person.id, Role.BILLING)
    refused = visitor.get("/learn/calls/live/", **page)
    assert (refused.status_code, refused["HX-Refresh"]) == (403, "true")
    sent_away(somebody)
    gone = visitor.get("/learn/calls/live/", **page)
    assert (gone.status_code, gone.content) == (204, b"")
    assert gone["HX-Redirect"] == "/sign-in/?next=%2Flearn%2Fcalls%2F"
    assert "HX-Redirect" not in visitor.get("/learn/calls/live/").headers


@pytest.fixture
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four for all, three for an account, two for one."""
    monkeypatch.setattr(streams, "_accounts", Room(4, 3))
    monkeypatch.setattr(streams, "_holders", Room(4, 2))


def test_there_are_fewer_places_than_threads() -> None:
    assert streams.MOST_OF_ONE < streams.MOST_OF_AN_ACCOUNT < streams.MOST < THREADS - 10


@pytest.mark.usefixtures("few_places")
def test_slow_readers_leave_pages_their_threads(
    site: str, somebody: Somebody, long_call: UUID, office: Office, clock: ManualClock
) -> None:
    """Whatever they take at once, the rest is refused at once; an ordinary page answers; what ends is another's."""
    other = Somebody(office, a_member(office.account_id, clock, Role.MANAGER, password=None))
    recording, vcon = f"/api/v1/calls/{long_call}/recording", f"/api/v1/calls/{long_call}/vcon"

    def reading(who: Somebody, path: str) -> Download:
        return Download(site, path, {"Authorization": f"Bearer {who.token}"})

    with reading(somebody, recording), reading(somebody, vcon) as second:
        for path in (recording, vcon):
            with reading(somebody, path) as refused:
                assert refused.status == 503, "two are as many as one may have"
        with reading(other, recording):
            with reading(other, recording) as refused:
                assert refused.status == 503, "three are as many as an account may have"
            with reading(other, f"/api/v1/calls/{long_call}") as page:
                assert page.status == 200
            second._socket.close()
            _await(lambda: streams._accounts.enter(office.account_id), "what was broken off is given back")
            streams._accounts.leave(office.account_id)
            with reading(other, vcon) as again:
                assert again.status == 200
    _await(lambda: not streams._accounts._of and not streams._holders._of, "nothing stays behind")


@pytest.mark.usefixtures("few_places")
def test_what_sends_nothing_in_pieces_keeps_no_place(site: str, somebody: Somebody, long_call: UUID) -> None:
    for path in (f"/api/v1/calls/{somebody.key_id}/recording", f"/api/v1/calls/{long_call}/recording"):
        headers = {"Authorization": f"Bearer {somebody.token}", "Range": f"bytes={int(SIZE) * 2}-"}
        for _ in range(3):
            with Download(site, path, headers) as download:
                assert download.status in {404, 416}
    _await(lambda: not streams._accounts._of, "nothing is taken")


def _await(met: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@dataclass
class AtTheDesk(Doors):
    """Who may come in and stay is asked of the real desk."""

    desk: Desk | None = None

    async def redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        assert self.desk is not None
        return await self.desk.redeem(ticket, channel, carrier_call_id)

    async def withdrawn(self, calls: Sequence[Held]) -> frozenset[UUID]:
        assert self.desk is not None
        return await self.desk.withdrawn(calls)


@dataclass
class Talking:
    """A browser in a call, in a thread of its own. `over` is how long after `mark` the call ended."""

    ticket: str
    desk: Desk
    folder: Path
    ready: threading.Event = field(default_factory=threading.Event)
    ended_at: float = 0.0
    outcome: str = ""
    problems: tuple[str, ...] = ()

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        engines = Engines(stt=ScriptedStt(()), tts=ToneTts(seconds_per_char=0.05))
        doors = AtTheDesk(desk=self.desk)
        async with exchange(self.folder, engines, doors) as house:
            async with connect(house.url(f"/media/web/{self.ticket}"), origin=PUBLIC) as line:  # type: ignore[arg-type]
                try:
                    while True:
                        if b'"ready"' in _bytes(await asyncio.wait_for(line.recv(), WITHIN_S * 2)):
                            self.ready.set()
                except (ConnectionClosed, TimeoutError):
                    self.ended_at = time.monotonic()
            result, _ = await doors.result()
            self.outcome = result.outcome.value
            self.problems = tuple(each.code for each in result.problems)


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


def a_ticket(somebody: Somebody) -> str:
    agent = somebody.office.agent()
    answer = somebody.sign_in().post(f"/agents/{agent}/ticket/")
    assert answer.status_code == 200
    return str(answer.json()["path"]).rpartition("/")[2]


@pytest.mark.parametrize("end", [lowered, sent_away, signed_out, enforced, factor_asked])
def test_a_call_in_the_browser_ends(
    somebody: Somebody, office: Office, tmp_path: Path, end: Callable[[Somebody], None]
) -> None:
    talking = Talking(a_ticket(somebody), office.desk, tmp_path)
    thread = threading.Thread(target=talking.run)
    thread.start()
    try:
        assert talking.ready.wait(WITHIN_S)
        time.sleep(1.2)
        assert not talking.ended_at, "it goes on while nothing is taken away"
        taken = time.monotonic()
        end(somebody)
    finally:
        thread.join(WITHIN_S * 3)
    assert talking.outcome == "interrupted"
    assert "role_withdrawn" in talking.problems
    assert talking.ended_at - taken < WITHIN_S


@pytest.mark.parametrize("role", list(Role))
def test_a_ticket_is_good_for_a_role_that_may_place_calls(
    somebody: Somebody, office: Office, role: Role
) -> None:
    from ringfence.apps.accounts.access import Action, may

    ticket = a_ticket(somebody)
    change_role(office.account_id, somebody.person.id, role)
    admitted = asyncio.run(office.desk.redeem(ticket, Channel.WEB, None))
    assert (admitted is not None) is may(role, Action.PLACE_CALLS)
    if admitted is not None:
        assert admitted.holder is not None
        assert admitted.holder.member_id == somebody.person.id
    assert asyncio.run(office.desk.redeem(ticket, Channel.WEB, None)) is None, "once"


def test_a_call_of_a_telephone_is_nobodys(office: Office) -> None:
    admitted = asyncio.run(office.desk.redeem(office.ring().ticket, Channel.LOOPBACK, None))
    assert admitted is not None
    assert admitted.holder is None
