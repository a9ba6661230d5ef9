"""A media process for tests: the real server on a real socket, with doors that are kept in memory and engines of choice."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from ringfence.boot.clock import SystemClock
from ringfence.core.call import CallResult, CallSetup, Channel, Direction, Holder, RightAsked
from ringfence.core.errors import Unavailable
from ringfence.vault.live import LiveKeys
from ringfence.vault.seal import new_key
from ringfence.voice.runtime.board import Board
from ringfence.voice.runtime.media import bind, listen
from ringfence.voice.runtime.ports import Admitted, EngineChoice, Engines, Held, Journals
from ringfence.voice.runtime.services import Services
from ringfence.voice.runtime.tools import Tools
from ringfence.voice.speech.fake import LevelVad
from ringfence.voice.telephony.ports import CarrierFailed
from tests.support.gate import open_gate

PUBLIC = "https://calls.example.org"
TOKEN = "the-carrier's-auth-token"

TALK = """
name: Test
kind: guided
recording: {enabled: true, consent: ask}
turns: {end_silence_s: 0.3, no_input_s: 3}
steps:
  - id: colour
    choose: Red or blue?
    save: colour
    options: [{value: red}, {value: blue}]
  - id: bye
    end: Goodbye.
"""


class Away(Unavailable):
    code = "away"


@dataclass
class Doors:
    """Admission and sink in memory. `away` is how many deliveries fail first."""

    definition: str = TALK
    tickets: dict[str, CallSetup] = field(default_factory=dict)
    keys: dict[UUID, LiveKeys] = field(default_factory=dict)
    delivered: list[tuple[CallResult, Journals]] = field(default_factory=list)
    suppressed: list[tuple[str | None, str]] = field(default_factory=list)
    entered: list[RightAsked] = field(default_factory=list)
    transfers: list[tuple[str, str, str]] = field(default_factory=list)
    transfer_works: bool = True
    away: int = 0
    holder: Holder | None = None
    sent_away: set[Holder] = field(default_factory=set)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def ticket(self, channel: Channel = Channel.LOOPBACK, direction: Direction = Direction.INBOUND) -> str:
        """A call that may begin."""
        token = secrets.token_hex(8)
        self.tickets[token] = CallSetup(
            call_id=uuid4(),
            account_id=uuid4(),
            agent_id=uuid4(),
            agent_slug="test",
            agent_version=1,
            definition=self.definition,
            direction=direction,
            channel=channel,
            plan="starter",
            policy_version="test",
            from_number="+12025550173",
            to_number="+12025550100",
        )
        return token

    async def redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        setup = self.tickets.pop(ticket, None)
        if setup is None or setup.channel is not channel:
            return None
        keys = self.keys[setup.call_id] = LiveKeys(new_key(), new_key(), b"")
        return Admitted(setup=setup, keys=keys, today=datetime(2026, 11, 23, tzinfo=UTC), holder=self.holder)

    async def carrier_secret(self, connection_id: str) -> str | None:
        return TOKEN if connection_id == "known" else None

    async def transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        if not self.transfer_works:
            raise CarrierFailed("no")
        self.transfers.append((connection_id, carrier_call_id, number))

    async def suppress(self, setup: CallSetup, cause: str) -> None:
        self.suppressed.append((setup.from_number, cause))

    async def enter(self, setup: CallSetup, answered_at: datetime, asked: RightAsked) -> None:
        self.entered.append(asked)

    async def beat(self, calls: Sequence[tuple[UUID, UUID]]) -> None:
        """Nobody listens."""

    async def withdrawn(self, calls: Sequence[Held]) -> frozenset[UUID]:
        return frozenset(each.call_id for each in calls if each.holder in self.sent_away)

    async def deliver(self, setup: CallSetup, result: CallResult, journals: Journals, keys: LiveKeys) -> None:
        if self.away:
            self.away -= 1
            raise Away("not now")
        self.delivered.append((result, journals))
        self.arrived.set()

    async def result(self, within_s: float = 20) -> tuple[CallResult, Journals]:
        """The first call that was handed over."""
        async with asyncio.timeout(within_s):
            await self.arrived.wait()
        return self.delivered[0]


@dataclass
class Room:
    """One set of engines for every call."""

    made: Engines

    def engines(self, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Engines:
        return self.made

    async def release(self, engines: Engines) -> None:
        """They are the test's own."""


@dataclass
class Exchange:
    """A running media process."""

    doors: Doors
    board: Board
    services: Services
    port: int

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"


@asynccontextmanager
async def exchange(
    folder: Path, engines: Engines, doors: Doors | None = None, *, most: int = 50
) -> AsyncIterator[Exchange]:
    """Serve calls on a free port until the block ends."""
    kept = doors or Doors()
    services = Services(
        clock=SystemClock(),
        folder=folder,
        admission=kept,
        sink=kept,
        engines=Room(engines),
        vads={rate: LevelVad(rate) for rate in (8000, 16000)},
        tools=Tools(open_gate()),
    )
    board = Board(services, most=most)
    ticking = services.tasks.spawn(board.run())
    bound = bind()
    server = await listen(board, bound, PUBLIC)
    try:
        yield Exchange(kept, board, services, bound.getsockname()[1])
    finally:
        server.close()
        await board.drain(0)
        ticking.cancel()
        await services.tasks.cancel()
        await services.tools.aclose()
        services.disk.shutdown()
