"""Late writers against a deletion: every order of their steps, and a writer that dies in between (BEHAVIOURS 15).

A deletion has five steps; a writer looks, works and writes. Its remaining steps are placed before, between and after those of
the deletion in every way, or never happen, and in the end no byte is anywhere.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from ringfence.apps.calls.content import seal_bytes, seal_json
from ringfence.boot.erasing import settle_erasures
from ringfence.lifecycle import deletion
from ringfence.lifecycle.deletion import Part
from ringfence.lifecycle.ledger.entering import enter
from ringfence.work.aftercall import run as aftercall
from tests.db.lifecycle.test_deletion import left
from tests.support.database import Database, as_login
from tests.support.office import Office

NEVER = 99
DELETION = 5
ORDERS = [(first, second) for first in range(DELETION + 1) for second in (*range(first, DELETION + 1), NEVER)]
SPREAD = [
    pytest.param(order, marks=() if number % 5 == 0 else (pytest.mark.long,))
    for number, order in enumerate(ORDERS)
]
AFTER_THE_RECORDING = {"calls_call", "calls_transcript", "calls_searchtokens"}
AFTER_THE_TRANSCRIPT = {"calls_call", "calls_recording", "object"}


class Died(BaseException):
    """The writer's process ends here."""


@dataclass
class Writer:
    """A thread that stops before each of its steps until it is told to go on, or to die."""

    work: Callable[[], object]
    _waits: Event = field(default_factory=Event)
    _go: Event = field(default_factory=Event)
    _dies: bool = False
    _ended: bool = False
    _thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run)
        self._thread.start()
        self._waits.wait(20)

    def step(self) -> None:
        """Let it do one step, up to the next stop or its end. One that has ended does nothing."""
        if self._ended:
            return
        self._waits.clear()
        self._go.set()
        assert self._waits.wait(20)

    def die(self) -> None:
        self._dies = True
        self.step()

    def stop(self) -> None:
        """Called by the writer before a step."""
        self._go.clear()
        self._waits.set()
        assert self._go.wait(20)
        if self._dies:
            raise Died

    def _run(self) -> None:
        try:
            self.work()
        except Died:
            pass
        finally:
            connection.close()
            self._ended = True
            self._waits.set()


def interleave(office: Office, call_id: UUID, part: Part, writer: Writer, order: tuple[int, int]) -> None:
    """The deletion's steps in order, the writer's two before those that `order` names."""
    steps: list[Callable[[], object]] = [
        lambda: deletion.mark(office.account_id, [call_id], part, "me", office.clock),
        lambda: enter(office.account_id, [call_id], part.value, office.clock),
        lambda: deletion.destroy(office.account_id, [call_id], part),
        lambda: deletion.remove(office.account_id, [call_id]) if part is not Part.TRANSCRIPT else None,
        lambda: deletion.finish(office.account_id, [call_id], part, set(), office.clock),
    ]
    for at in range(DELETION + 1):
        for moment in order:
            if moment == at:
                writer.step()
        if at < DELETION:
            steps[at]()
    if NEVER in order:
        writer.die()


def afterwards(office: Office, call_id: UUID, part: Part) -> None:
    """What the worker does in the minutes and hours that follow."""
    with as_login("worker"):
        for each in deletion.open_erasures(office.account_id):
            assert each == (call_id, part)
            assert deletion.erase(office.account_id, call_id, part, office.clock)
        office.recovery.run()
        office.clock.advance(2 * 3600)
        settle_erasures(office.worker, office.vault)


@pytest.fixture
def second_delivery(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[UUID, Writer]]:
    """A call that two deliver: one looked while it was live, and was overtaken by the other. Left: to store, to write."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    assert journals.audio is not None
    slow = type(office.intake)(office.media, office.vault, office.objects)
    writer = Writer(lambda: slow.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys))
    for name in ("_store", "_write"):
        monkeypatch.setattr(slow, name, stopping(writer, getattr(slow, name)))
    copy = journals.audio.with_suffix(".copy")
    shutil.copy(journals.audio, copy)
    writer.start()
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    shutil.copy(copy, journals.audio)  # the slow one has the file open, as it were
    yield talk.id, writer
    copy.unlink(missing_ok=True)


def stopping(writer: Writer, real: Callable[..., Any]) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        writer.stop()
        return real(*args, **kwargs)

    return step


@pytest.mark.parametrize("order", SPREAD)
@pytest.mark.parametrize("part", [Part.CALL, Part.RECORDING])
def test_a_second_delivery(
    office: Office,
    database: Database,
    second_delivery: tuple[UUID, Writer],
    part: Part,
    order: tuple[int, int],
) -> None:
    call_id, writer = second_delivery
    interleave(office, call_id, part, writer, order)
    afterwards(office, call_id, part)
    rest = set(left(database, office, call_id))
    assert rest == (set() if part is Part.CALL else AFTER_THE_RECORDING)
    assert not list(office.folder.glob(f"{call_id}.audio"))


@pytest.mark.parametrize("order", SPREAD)
@pytest.mark.parametrize("part", list(Part))
def test_after_call_work(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch, part: Part, order: tuple[int, int]
) -> None:
    """Its steps: it has read, and writes the waveform; it has read, and writes the summary."""
    call_id = office.call(run_after=False)
    writer = Writer(lambda: office.after.run(office.account_id, call_id))
    monkeypatch.setattr(aftercall, "seal_bytes", stopping(writer, seal_bytes))
    monkeypatch.setattr(aftercall, "seal_json", stopping(writer, seal_json))
    writer.start()
    interleave(office, call_id, part, writer, order)
    afterwards(office, call_id, part)
    rest = set(left(database, office, call_id))
    assert rest == {
        Part.CALL: set(), Part.RECORDING: AFTER_THE_RECORDING, Part.TRANSCRIPT: AFTER_THE_TRANSCRIPT,
    }[part]  # fmt: skip
