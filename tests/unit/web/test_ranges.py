"""Which bytes a Range header asks for (RFC 9110, section 14), and that a stream ends when its recording does."""

from typing import Any

import pytest
from django.test import RequestFactory

from ringfence.apps.calls.errors import PartGone
from ringfence.core.clock import ManualClock
from ringfence.web import ranges


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, (0, 100)),
        ("bytes=0-0", (0, 1)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=0-99999", (0, 100)),
        ("bytes=99-", (99, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=20-10", (0, 100)),  # not valid: as if it were not there
        ("bytes=0-1,5-6", (0, 100)),  # several: the whole may be sent
        ("pages=1-2", (0, 100)),
        ("bytes=-", (0, 100)),
        ("bytes=x-y", (0, 100)),
    ],
)
def test_what_is_asked_for(header: str | None, expected: tuple[int, int] | None) -> None:
    assert ranges.wanted(header, 100) == expected


class _Recording:
    """A recording of zeros that is taken away when told."""

    size = 10 * ranges.STEP
    gone = False

    def read(self, start: int, stop: int) -> bytes:
        return bytes(stop - start)

    def still_open(self) -> None:
        if self.gone:
            raise PartGone("deleted")


def test_a_stream_ends_within_half_a_second_of_its_recording() -> None:
    clock, recording = ManualClock(), _Recording()
    response: Any = ranges.serve(RequestFactory().get("/"), recording, clock)
    pieces = iter(response.streaming_content)
    next(pieces)
    recording.gone = True
    clock.advance(0.5)
    assert list(pieces) == []


def test_a_stream_of_a_recording_that_stays_is_whole() -> None:
    clock, recording = ManualClock(), _Recording()
    response: Any = ranges.serve(RequestFactory().get("/"), recording, clock)
    assert sum(map(len, response.streaming_content)) == recording.size == int(response["Content-Length"])
