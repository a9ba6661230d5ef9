"""One second before its end a call is there, and from its end on it is nowhere: page, API, an open stream, export, search,
list; with no sweeper anywhere.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.calls.errors import NoSuchCall, PartGone
from ringfence.policy import AgentPeriods
from tests.db.api.conftest import Developer
from tests.support.office import CALLER, Office

SECOND = timedelta(seconds=1)
WAYS = ("", "/recording", "/transcript", "/vcon")
SEARCHES = (
    "",
    "?q=ferry",
    f"?number={CALLER.replace('+', '%2B')}",
    "?variable=people%3D4",
    "?agent=front-desk",
)


@pytest.fixture
def call_id(office: Office) -> UUID:
    return office.call(seconds=60.0)


def at(office: Office, moment_from_end: timedelta, days: int = 30) -> None:
    office.clock.moment += timedelta(days=days) + moment_from_end


def listed(dev: Developer, search: str) -> list[str]:
    return [call["id"] for call in dev.get(f"calls{search}").json()["items"]]


@pytest.mark.parametrize("way", WAYS)
def test_the_api(office: Office, dev: Developer, call_id: UUID, way: str) -> None:
    at(office, -SECOND)
    assert dev.get(f"calls/{call_id}{way}").status_code == 200
    office.clock.moment += SECOND
    assert dev.get(f"calls/{call_id}{way}").status_code == 404


@pytest.mark.parametrize("search", SEARCHES)
def test_lists_and_searches(office: Office, dev: Developer, call_id: UUID, search: str) -> None:
    at(office, -SECOND)
    assert listed(dev, search) == [str(call_id)]
    office.clock.moment += SECOND
    assert listed(dev, search) == []


@pytest.mark.parametrize("part", ["recording", "transcript"])
def test_a_part_before_its_log(office: Office, dev: Developer, part: str) -> None:
    office.agent(periods=AgentPeriods(**{part: 2}))
    call_id = office.call()
    at(office, -SECOND, days=2)
    assert dev.get(f"calls/{call_id}/{part}").status_code == 200
    [line] = dev.get("calls").json()["items"]
    assert line[part] == {"available": True}
    office.clock.moment += SECOND
    assert dev.get(f"calls/{call_id}/{part}").status_code == 410
    call = dev.get(f"calls/{call_id}").json()
    assert call[part] == {"available": False, "reason": "expired"}
    [line] = dev.get("calls").json()["items"]
    assert line[part] == {"available": False}
    if part == "transcript":
        assert listed(dev, "?q=ferry") == listed(dev, "?variable=people%3D4") == []
        assert b"harbour" not in b"".join(dev.get(f"calls/{call_id}/vcon").streaming_content)


@pytest.mark.parametrize("header", [{}, {"Range": "bytes=100-"}], ids=["whole", "a range"])
def test_a_download_that_is_open_ends(
    office: Office, dev: Developer, call_id: UUID, header: dict[str, str]
) -> None:
    at(office, -SECOND)
    answer = dev.get(f"calls/{call_id}/recording", **header)
    pieces: Iterator[bytes] = iter(answer.streaming_content)
    first = next(pieces)
    assert first
    office.clock.moment += SECOND
    assert list(pieces) == []
    assert len(first) < int(answer["Content-Length"])


def test_an_export_that_is_open_ends(office: Office, dev: Developer, call_id: UUID) -> None:
    at(office, -SECOND)
    pieces: Iterator[Any] = iter(dev.get(f"calls/{call_id}/vcon").streaming_content)
    got = [next(pieces), next(pieces)]
    office.clock.moment += SECOND
    with suppress(PartGone, NoSuchCall):
        got += list(pieces)
    assert len(got) == 2
