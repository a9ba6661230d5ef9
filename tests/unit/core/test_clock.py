"""A clock that never takes back what it said, and knows when the wall clock is not to be believed."""

from datetime import UTC, datetime, timedelta

import pytest

from ringfence.core.clock import STRAYS_AT_MOST, ManualClock, Mark, SteadyClock

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


class Machine:
    """A wall clock and ticks that can be moved apart."""

    def __init__(self) -> None:
        self.source = ManualClock(NOON)
        self.boot = "first"

    def start(self, mark: Mark | None = None) -> SteadyClock:
        return SteadyClock(lambda: self.source.moment, lambda: self.source.elapsed, self.boot, mark)

    def off(self, seconds: float) -> None:
        """Switched off for a while: the wall clock goes on, the ticks begin anew."""
        self.source.moment += timedelta(seconds=seconds)
        self.source.elapsed, self.boot = 3.0, self.boot + "+"

    def set(self, **by: float) -> None:
        self.source.moment += timedelta(**by)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_it_follows_a_clock_that_goes_as_it_should(machine: Machine) -> None:
    clock = machine.start()
    for _ in range(1000):
        machine.source.advance(60)
        machine.set(milliseconds=2)  # a little fast, as clocks are
        assert clock.now() == machine.source.moment
        assert abs(clock.ahead()) < STRAYS_AT_MOST


@pytest.mark.parametrize("by", [timedelta(seconds=6), timedelta(hours=1), timedelta(days=3)])
def test_set_back_it_goes_on_from_where_it_was(machine: Machine, by: timedelta) -> None:
    clock = machine.start()
    machine.source.advance(10)
    before = clock.now()
    machine.source.moment -= by
    machine.source.advance(5)
    assert clock.now() == before + timedelta(seconds=5)
    assert clock.ahead() == -by
    machine.source.moment += by  # mended
    assert clock.ahead() == timedelta()
    assert clock.now() == machine.source.moment


def test_a_small_correction_backwards_makes_it_wait(machine: Machine) -> None:
    clock = machine.start()
    said = clock.now()
    machine.set(seconds=-2)
    assert clock.now() == said
    machine.source.advance(3)
    assert clock.now() == machine.source.moment > said


@pytest.mark.parametrize("by", [timedelta(seconds=6), timedelta(hours=1), timedelta(days=300)])
def test_set_ahead_it_is_followed_but_not_believed(machine: Machine, by: timedelta) -> None:
    clock = machine.start()
    machine.source.moment += by
    assert clock.now() == machine.source.moment
    assert clock.ahead() == by
    assert clock.mark().moment == NOON
    machine.source.moment -= by  # mended: what was refused for a while is readable again, as it should be
    assert clock.now() == NOON
    assert clock.ahead() == timedelta()


def test_a_restart_of_the_process_forgets_nothing(machine: Machine) -> None:
    mark = machine.start().mark()
    machine.source.advance(600)
    machine.set(days=2)
    again = machine.start(mark)
    assert again.ahead() == timedelta(days=2)
    machine.set(days=-4)
    back = machine.start(mark)
    assert back.ahead() == timedelta(days=-2)
    assert back.now() == NOON + timedelta(seconds=600)


def test_after_a_restart_of_the_machine_the_moment_alone_still_holds(machine: Machine) -> None:
    mark = machine.start().mark()
    machine.off(3600)
    assert machine.start(mark).now() == NOON + timedelta(hours=1)
    machine.set(hours=-2)
    back = machine.start(mark)
    assert back.now() == NOON
    assert back.ahead() == timedelta(hours=-1)
    machine.source.advance(60)
    assert back.now() == NOON + timedelta(seconds=60)


def test_a_machine_without_a_name_for_its_boot_trusts_no_ticks(machine: Machine) -> None:
    machine.boot = ""
    mark = machine.start().mark()
    machine.source.advance(600)
    machine.set(days=2)
    assert machine.start(mark).ahead() == timedelta()


def test_somebody_who_knows_can_say_that_it_is_right(machine: Machine) -> None:
    clock = machine.start()
    for by in (timedelta(days=9), timedelta(days=-20)):
        machine.source.moment += by
        clock.now()
        clock.believe()
        assert clock.ahead() == timedelta()
        assert clock.now() == machine.source.moment


def test_the_machines_own_clock_counts_on_and_is_one_for_all() -> None:
    from ringfence.boot.clock import SystemClock, machine

    clocks = SystemClock(), SystemClock()
    assert clocks[0].now() <= clocks[1].now() <= machine().now()
    assert clocks[0].monotonic() <= clocks[1].monotonic()
    assert abs(machine().ahead()) < STRAYS_AT_MOST
