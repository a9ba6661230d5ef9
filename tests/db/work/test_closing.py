"""kill -9 between any two steps of the close of a call: its journals' last bytes, its object, its rows, the journals' end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.core.clock import ManualClock
from ringfence.work.database import Database as Pool
from ringfence.work.intake import Intake
from ringfence.work.recovery import WATCHED_S
from tests.db.work.test_recovery import nobody_else_is_silent
from tests.support.database import Database
from tests.support.dying import DyingPool, Fate, Killed
from tests.support.office import SAID, Office, Talk
from tests.support.sweeping import rows

__all__ = ["nobody_else_is_silent"]
WRITES = ("fdatasync", "fsync", "ftruncate", "replace", "rename", "link", "unlink")


@contextmanager
def dying_files(fate: Fate) -> Iterator[None]:
    """A step before each call that changes a file; a write is half done when it strikes."""
    write = os.pwritev

    def torn(descriptor: int, parts: Any, offset: int) -> int:
        whole = b"".join(bytes(each) for each in parts)
        fate.step(lambda: write(descriptor, [whole[: len(whole) // 2]], offset))
        return write(descriptor, parts, offset)

    def before(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*asked: Any, **named: Any) -> Any:
            fate.step()
            return real(*asked, **named)

        return act

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwritev", torn)
        for name in WRITES:
            patch.setattr(os, name, before(getattr(os, name)))
        yield


def close(office: Office, left: int) -> tuple[Talk, Fate]:
    """A call of six and a half seconds ends, and its process dies at a step of that."""
    talk, fate = office.answer(office.ring()), Fate(left)
    talk.talk(seconds=6.5)
    pool = cast("Pool", DyingPool(office.media, fate))
    try:
        with dying_files(fate):
            journals = talk.close()
            intake = Intake(pool, office.vault, office.objects)
            intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    except Killed:
        talk.die()
    return talk, fate


def strike_everywhere(office: Office, database: Database, clock: ManualClock, every: int) -> None:
    _talk, fate = close(office, -1)
    assert fate.steps > 25
    for left in range(0, fate.steps, every):
        talk, _fate = close(office, left)
        for _ in range(
            2
        ):  # whole journals that nobody writes to may be about to be delivered: they are watched first
            clock.advance(WATCHED_S + 60)
            office.recovery.run()
        told = call_document(office.account_id, talk.id, purpose=PROVIDING, clock=clock)
        assert told["status"] in {"completed", "interrupted"}
        assert told["duration_s"] >= 6.0, "at most two seconds are lost"
        assert [turn["text"] for turn in told["transcript"]["turns"]] == [text for _, text, *_ in SAID]
        audio = open_recording(office.account_id, talk.id, purpose=PROVIDING, clock=clock)
        assert audio.seconds >= 6.0
        assert len(audio.read(0, audio.size)) == audio.size
        assert office.objects.exists(object_name(office.account_id, talk.id))
        assert rows(database, talk.id) >= {
            "calls_call",
            "calls_recording",
            "calls_transcript",
            "calls_searchtokens",
        }
        assert left_of(office.folder) == []
        assert office.recovery.run() == 0


def left_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_killed_between_any_two_steps_of_a_spread(
    office: Office, database: Database, clock: ManualClock
) -> None:
    strike_everywhere(office, database, clock, 6)


@pytest.mark.long
def test_killed_between_any_two_steps(office: Office, database: Database, clock: ManualClock) -> None:
    strike_everywhere(office, database, clock, 1)
