"""A fresh machine: from nothing to a page with a call on it, quietly; stopped, killed and started again."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ringfence.boot.clock import SystemClock
from tests.support import quiet
from tests.support.house import COMMAND, House, free_port

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Up once for what follows; tests leave it running."""
    made = House(tmp_path_factory.mktemp("house"), free_port())
    made.start()
    yield made
    made.stop()


def gone(house: House, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while left := house.leftovers():
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.mark.skipif(not quiet.possible(), reason="only root can make a network without a way out")
def test_from_nothing_to_a_call_on_a_page_with_no_network_but_loopback(tmp_path: Path) -> None:
    house = House(tmp_path, 8443)

    def day(watch: quiet.Watch) -> None:
        link = house.start()
        try:
            browser = house.browser()
            assert browser.get(link).status == 200
            page = browser.get("/learn/calls/")
            assert page.status == 200
            assert "front-desk" in page.body or "Front desk" in page.body
            call = house.answer("call", "--agent", "front-desk", "--caller", "demo", "--fast")
            assert (call["outcome"], call["consent"]["answer"]) == ("finished", "yes")
            assert call["recording"]["available"]
            assert call["summary"]["available"]
            assert call["variables"]["values"]["reason"]["value"] == "appointment"
        finally:
            status = house.stop()
        assert status == 0
        assert watch.lookups() == []
        assert watch.connections() == 0

    quiet.quietly(day, tmp_path)
    assert house.took < 60
    gone(house)
    assert "Traceback" not in house.logged()
    for line in house.logged().splitlines():
        json.loads(line)


def test_a_link_signs_in_once(house: House) -> None:
    link = house.answer("member", "link", "--account", "demo", "--email", "owner@localhost")["sign_in"]
    assert "Front desk" not in house.browser().get("/learn/calls/").body
    first = house.browser()
    first.get(link)
    assert first.get("/learn/calls/").status == 200
    second = house.browser()
    second.get(link)
    assert "Front desk" not in second.get("/learn/calls/").body


def test_the_api_lists_the_first_call(house: House) -> None:
    key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
    page = house.browser().get("/api/v1/calls", {"Authorization": f"Bearer {key}"})
    assert page.status == 200
    (call, *_rest) = json.loads(page.body)["items"]
    assert call["agent"]["slug"] == "front-desk"


def test_a_second_one_on_the_same_data_says_so(house: House) -> None:
    done = house.run("up")
    assert done.returncode == 1
    assert "already running" in done.stderr


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        other = House(tmp_path, taken.getsockname()[1])
        done = other.run("up")
    assert done.returncode == 1
    assert "RINGFENCE_PORT" in done.stderr
    assert not (other.data / "postgres").exists()


def test_accounts_and_members_from_the_command_line(house: House) -> None:
    made = house.answer("account", "create", "--slug", "harbour", "--owner", "first@example.org")
    assert house.browser().get(made["sign_in"]).status == 200
    house.answer(
        "member", "add", "--account", "harbour", "--email", "second@example.org", "--role", "analyst"
    )
    change = ("--account", "harbour", "--email", "second@example.org", "--role", "admin")
    assert house.run("member", "role", *change).returncode == 0
    roles = {each["email"]: each["role"] for each in house.answer("member", "list", "--account", "harbour")}
    assert roles == {"first@example.org": "owner", "second@example.org": "admin"}
    refused = house.run("member", "remove", "--account", "harbour", "--email", "first@example.org")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


def test_ctrl_c_stops_all_and_a_killed_run_starts_again_without_repair(tmp_path: Path) -> None:
    house = House(tmp_path, free_port())
    house.start()
    assert house.stop(signal.SIGINT) == 0
    gone(house)
    house.start()
    second = house.took
    house.stop(signal.SIGKILL)
    gone(house)
    link = house.start()
    assert house.browser().get(link).status == 200
    assert house.stop(signal.SIGTERM) == 0
    gone(house)
    assert second < 15  # five seconds on a machine that does nothing else


def test_a_call_that_a_kill_cut_short_is_there_after_the_next_start(tmp_path: Path) -> None:
    """At most the last two seconds are lost (kill -9 of everything, in the middle of a recorded call)."""
    house = House(tmp_path, free_port())
    house.start()
    calling = subprocess.Popen(
        [*COMMAND, "call", "--agent", "front-desk", "--caller", "demo"],
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not list((house.data / "live").glob("*.audio")):  # there is none before consent
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(6)
    killed = SystemClock().now()
    house.stop(signal.SIGKILL)
    calling.wait(20)
    house.start()
    try:
        call = interrupted(house)
        answered = datetime.fromisoformat(call["answered_at"])
        assert (killed - answered).total_seconds() - call["recording"]["duration_s"] < 2.5
        assert call["recording"]["available"]
        assert any(turn["text"] == "yes please" for turn in call["transcript"]["turns"])
    finally:
        house.stop()


def interrupted(house: House) -> dict[str, Any]:
    """The newest call, once it shows as interrupted."""
    key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
    asking = {"Authorization": f"Bearer {key}"}
    deadline = time.monotonic() + 90
    while True:
        newest = json.loads(house.browser().get("/api/v1/calls", asking).body)["items"][0]
        if newest["status"] == "interrupted":
            page = house.browser().get(f"/api/v1/calls/{newest['id']}", asking)
            answer: dict[str, Any] = json.loads(page.body)
            return answer
        assert time.monotonic() < deadline, newest
        time.sleep(0.5)
