"""A real gate for tests, in a thread: the real proxy over a register in memory. Whatever is on the loopback is registered.

way(Kind.ENGINE)        a way out to any engine on this machine
with gate(book) as g:   a gate of one's own, over one's own book
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

from ringfence.core.clock import Clock, ManualClock
from ringfence.core.personal import Category
from ringfence.egress.gate import Gate, Way
from ringfence.egress.nearby import Nearby, loopback
from ringfence.egress.proxy import Book, Line, Note, Server
from ringfence.egress.proxy.judge import Judge
from ringfence.egress.recipients import LIMITS, NOTHING_SAID, Going, Kind, Recipient, Role, Terms

_lasting = ExitStack()
NAME = "the gate"  # its thread
WORD = "a word of this installation"
ACCOUNT = UUID("018f0000-0000-7000-8000-000000000001")


@dataclass
class MemoryBook:
    """A register in memory. With `everything`, whatever is on this machine is in it."""

    everything: bool = False
    known: dict[tuple[UUID | None, Kind, str, int], Recipient] = field(default_factory=dict)
    tunnels: list[tuple[Recipient, Going]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(
        self, kind: Kind, host: str, port: int, terms: Terms = NOTHING_SAID, account: UUID | None = ACCOUNT
    ) -> Recipient:
        purposes, categories = LIMITS[kind]
        made = Recipient(
            id=UUID(int=len(self.known) + 1), account_id=account, kind=kind, role=Role.CUSTOMER, host=host, port=port,
            purposes=purposes, categories=categories, terms=terms,
        )  # fmt: skip
        self.known[account, kind, host, port] = made
        return made

    def find(self, going: Going, host: str, port: int) -> Recipient | None:
        place = (going.account_id, going.kind, host, port)
        if self.everything and place not in self.known and loopback(host):
            return self.add(going.kind, host, port, account=going.account_id)
        return self.known.get(place) or self.known.get((None, *place[1:]))

    def begun(self, recipient: Recipient, going: Going) -> None:
        self.tunnels.append((recipient, going))

    def carried(self, lines: list[Line]) -> None:
        self.lines += lines

    def refused(self, note: Note) -> None:
        self.notes.append(note)


@contextmanager
def gate(
    book: Book, nearby: str = "127.0.0.1 ::1 localhost", ours: str = "", clock: Clock | None = None
) -> Iterator[Gate]:
    """A gate over `book`, until the end of the block."""
    judge = Judge(book, clock or ManualClock(), Nearby.of(nearby), Nearby.of(ours))
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    ready = Path(mkdtemp(prefix="rf-gate-")) / "gate.ready"
    opened, loops = threading.Event(), list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]]()

    def announce() -> None:
        ready.write_text(str(listening.getsockname()[1]))
        opened.set()

    async def serve() -> None:
        task = asyncio.get_running_loop().create_task(Server(judge, WORD).run(listening, announce))
        loops.append((asyncio.get_running_loop(), task))
        await asyncio.gather(task, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name=NAME, daemon=True)
    thread.start()
    assert opened.wait(10)
    try:
        yield Gate(ready, WORD)
    finally:
        loop, task = loops[0]
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)


@cache
def open_gate() -> Gate:
    """One for the whole process, to everything on this machine."""
    return _lasting.enter_context(gate(MemoryBook(everything=True)))


def way(kind: Kind = Kind.ENGINE, account: UUID | None = ACCOUNT) -> Way:
    return open_gate().way(going(kind, account))


def going(kind: Kind = Kind.ENGINE, account: UUID | None = ACCOUNT) -> Going:
    """What this kind is usually given."""
    category = Category.ACCOUNT if kind in {Kind.MAIL, Kind.IDENTITY} else Category.CALL
    purpose = "security" if kind is Kind.IDENTITY else "service"
    return Going(kind=kind, purpose=purpose, category=category, account_id=account)
