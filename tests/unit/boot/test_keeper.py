"""A server that ends is started again; one that does not come up is not hammered."""

from dataclasses import dataclass, field
from itertools import pairwise

from ringfence.boot.keeper import FIRST_WAIT_S, LONGEST_WAIT_S, Keeper
from ringfence.boot.postgres import PostgresFailed


@dataclass
class Fragile:
    """A server that comes up when it is allowed to."""

    alive: bool = True
    comes_up: bool = True
    starts: list[float] = field(default_factory=list)
    now: float = 0.0

    def start(self) -> None:
        self.starts.append(self.now)
        if not self.comes_up:
            raise PostgresFailed("no room on the disk")
        self.alive = True


def tend(server: Fragile, keeper: Keeper, seconds: float) -> None:
    """Let time pass as the supervisor does, looking every tenth of a second."""
    for _ in range(round(seconds * 10)):
        keeper.tend()
        server.now += 0.1


def test_a_server_that_runs_is_left_alone() -> None:
    server = Fragile()
    tend(server, Keeper(server, now=lambda: server.now), 60)
    assert server.starts == []


def test_a_server_that_ended_is_started_at_once() -> None:
    server = Fragile(alive=False)
    tend(server, Keeper(server, now=lambda: server.now), 1)
    assert server.alive
    assert server.starts == [0.0]


def test_each_start_that_fails_waits_longer_up_to_a_limit() -> None:
    server = Fragile(alive=False, comes_up=False)
    tend(server, Keeper(server, now=lambda: server.now), 120)
    gaps = [later - earlier for earlier, later in pairwise(server.starts)]
    assert gaps[0] < 2 * FIRST_WAIT_S
    assert all(later >= earlier - 0.11 for earlier, later in pairwise(gaps))
    assert LONGEST_WAIT_S <= max(gaps) < LONGEST_WAIT_S + 0.2


def test_once_it_came_up_the_next_end_is_answered_at_once() -> None:
    server = Fragile(alive=False, comes_up=False)
    keeper = Keeper(server, now=lambda: server.now)
    tend(server, keeper, 30)
    server.comes_up = True
    tend(server, keeper, LONGEST_WAIT_S + 0.2)
    assert server.alive
    server.alive = False
    before = server.now
    tend(server, keeper, 0.1)
    assert server.starts[-1] == before
