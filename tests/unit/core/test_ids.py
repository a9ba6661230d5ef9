"""UUIDv7: version and variant bits, order, and the moment inside (RFC 9562, section 5.7)."""

from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.clock import ManualClock
from ringfence.core.ids import id_after, id_at, moment_of, new_id

MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.integers(0, 2**74 - 1))
def test_an_id_is_a_version_7_uuid_that_tells_its_moment(moment: datetime, chance: int) -> None:
    made = id_at(moment, chance)
    assert made.version == 7
    assert made.variant == RFC_4122
    assert abs((moment_of(made) - moment).total_seconds()) <= 0.001


def test_later_ids_sort_after_earlier_ones() -> None:
    clock = ManualClock()
    ids = []
    for _ in range(50):
        ids.append(new_id(clock))
        clock.advance(0.001)
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ() -> None:
    clock = ManualClock()
    assert len({new_id(clock) for _ in range(1000)}) == 1000


def test_an_id_that_nobody_here_made_has_a_moment_and_a_next_one() -> None:
    last = UUID(int=2**128 - 1)
    assert moment_of(last) == moment_of(UUID("e7867447-9e34-52dd-8d50-f0a61f899dc3"))
    assert moment_of(last).year == 9999
    assert id_after(last) == last
    assert id_after(UUID(int=6)) == UUID(int=7)
