"""A fresh machine: from nothing to a page with a call on it, quietly; stopped, killed and started again."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import quiet
from tests.support.house import House, free_port

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
            document = house.answer("call", "--agent", "front-desk", "--caller", "demo", "--fast")
            assert document["agent"]["slug"] == "front-desk"
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
