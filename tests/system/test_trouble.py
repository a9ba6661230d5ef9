"""What a call needs is taken away while it lasts: it goes on, or ends with a cause, and nothing is lost that could be kept."""

import asyncio
import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence.boot.wavefile import ulaw_of
from tests.support.house import House, free_port
from tests.support.person import Switch, switched_on
from tests.support.twilio_standin import Heard, Says, talk

pytestmark = pytest.mark.timeout(300)
AGENT = """
name: Yard
kind: guided
recording: {enabled: true, consent: notice}
turns: {no_input_s: 4, reprompts: 3}
steps:
  - id: coming
    ask: Are you coming on Friday?
    answer: {kind: yes_no}
    save: coming
    read_back: never
  - id: bye
    end: Thank you. Goodbye.
"""
YES = Path(__file__).parents[1] / "data" / "speech" / "yes-please.wav"
GONE_S = 10.0


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    house = House(tmp_path_factory.mktemp("trouble"), free_port())
    link = house.start()
    with switched_on(house, link, AGENT) as made:
        yield made
    house.stop()


def server_processes(house: House) -> list[int]:
    """The database server and its backends, the server first."""
    folder = house.data / "postgres"
    first = int((folder / "postmaster.pid").read_text().splitlines()[0])
    found = [int(p.name) for p in Path("/proc").glob("[0-9]*") if _works_in(p, folder)]
    return sorted(found, key=lambda pid: pid != first)


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink() == folder
    except OSError:
        return False


def role(house: House, name: str) -> int:
    """The process of a role."""
    assert house.process is not None
    for each in Path(f"/proc/{house.process.pid}/task/{house.process.pid}/children").read_text().split():
        if name.encode() in Path(f"/proc/{each}/cmdline").read_bytes().split(b"\0"):
            return int(each)
    raise AssertionError(name)


def answers_again(switch: Switch, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while switch.person.browser.get("/learn/calls/").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.5)


async def stopped(house: House, for_s: float) -> None:
    """The database does nothing for a while, and then goes on."""
    processes = server_processes(house)
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(for_s)
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


async def recording_begun(house: House) -> Path:
    """The journal of the one call there is: it is made once the caller was told."""
    async with asyncio.timeout(20):
        while not (found := list((house.data / "live").glob("*.audio"))):  # noqa: ASYNC110 (another process's file)
            await asyncio.sleep(0.1)
    return found[0]


def test_a_database_that_dies_in_mid_call_comes_back_and_the_call_is_kept(switch: Switch) -> None:
    async def story() -> Heard:
        async with asyncio.TaskGroup() as both:
            call = both.create_task(talk(switch.ring(), [Says(ulaw=ulaw_of(YES))], switch.trust))
            await asyncio.sleep(2)
            os.kill(server_processes(switch.house)[0], signal.SIGKILL)
        return call.result()

    heard = asyncio.run(story())
    assert heard.refused == ""
    answers_again(switch)
    call = switch.newest()
    assert (call["status"], call["outcome"]) == ("completed", "finished")
    assert abs(call["recording"]["duration_s"] - heard.seconds) < 2
    assert call["variables"]["values"]["coming"]["value"] is True


def test_a_database_that_is_away_for_ten_seconds_delays_what_is_kept_and_loses_none_of_it(
    switch: Switch,
) -> None:
    """The call goes on and ends meanwhile, with a wish that must not be forgotten."""
    caller = "+12025550177"

    async def story() -> Heard:
        stream = switch.ring(From=caller)
        async with asyncio.TaskGroup() as both:
            call = both.create_task(talk(stream, [Says(keys="9")], switch.trust, hang_up_s=12))
            await asyncio.sleep(2)
            await stopped(switch.house, GONE_S + 2)
        return call.result()

    heard = asyncio.run(story())
    assert heard.refused == ""
    assert len(heard.played) > 8000 * 5
    answers_again(switch)
    call = switch.newest("?number=%2B12025550177")
    assert (call["status"], call["outcome"]) == ("completed", "caller_hung_up")
    assert any("not call this number again" in turn["text"] for turn in call["transcript"]["turns"])
    assert (
        switch.person.post("/numbers/", "/numbers/code/", number=caller, connection=switch.connection).status
        == 400
    )


def test_a_call_that_comes_while_the_database_is_away_waits_for_it(switch: Switch) -> None:
    async def story() -> Heard:
        stream = switch.ring()
        async with asyncio.TaskGroup() as both:
            both.create_task(stopped(switch.house, 3))
            await asyncio.sleep(0.1)
            return await talk(stream, [Says(ulaw=ulaw_of(YES))], switch.trust)

    heard = asyncio.run(story())
    assert heard.refused == ""
    assert switch.newest()["outcome"] == "finished"


def test_a_disk_that_is_full_for_a_while_costs_those_seconds_and_says_so(switch: Switch) -> None:
    """The file size that the media process may write stands for the disk: what goes beyond it is refused."""
    media = role(switch.house, "media")

    async def story() -> Heard:
        async with asyncio.TaskGroup() as both:
            call = both.create_task(talk(switch.ring(), [], switch.trust, hang_up_s=20))
            journal = await recording_begun(switch.house)
            await asyncio.sleep(2)
            limits = resource.prlimit(
                media, resource.RLIMIT_FSIZE, (journal.stat().st_size, resource.RLIM_INFINITY)
            )
            await asyncio.sleep(5)
            resource.prlimit(media, resource.RLIMIT_FSIZE, limits)
        return call.result()

    heard = asyncio.run(story())
    assert heard.refused == ""
    call = switch.newest()
    assert call["outcome"] == "caller_hung_up"
    assert [each["code"] for each in call["problems"]] == ["recording_incomplete"]
    assert abs(call["recording"]["duration_s"] - heard.seconds) < 2
    assert call["transcript"]["available"]


def test_a_disk_that_stays_full_keeps_what_there_is_until_there_is_room(switch: Switch) -> None:
    media = role(switch.house, "media")

    async def story() -> tuple[Heard, tuple[int, int]]:
        async with asyncio.TaskGroup() as both:
            call = both.create_task(talk(switch.ring(), [Says(ulaw=ulaw_of(YES))], switch.trust))
            journal = await recording_begun(switch.house)
            await asyncio.sleep(2)
            full = journal.stat().st_size
            before = resource.prlimit(media, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        return call.result(), before

    heard, before = asyncio.run(story())
    assert heard.refused == ""
    waiting = switch.person.api("GET", "calls")["items"][0]
    assert waiting["ended_at"] is None
    time.sleep(2)
    resource.prlimit(media, resource.RLIMIT_FSIZE, before)
    call = switch.person.ended(waiting["id"])
    assert call["outcome"] == "finished"
    assert call["recording"]["available"]
    assert call["variables"]["values"]["coming"]["value"] is True
