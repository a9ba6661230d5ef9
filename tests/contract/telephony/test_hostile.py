"""What a wire may carry that no carrier sends: each bad message costs itself, also before the call was let in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from ringfence.core.call import Outcome
from tests.contract.telephony.test_calls import engines, media, send, start
from tests.support.exchange import Exchange, exchange

ODD = [
    '{"event":"media","sequenceNumber":1e999,"media":{"payload":"/w=="}}',
    '{"event":"media","sequenceNumber":"nan","media":{"payload":"/w=="}}',
    '{"event":"media","sequenceNumber":null,"media":{"payload":"/w=="}}',
    '{"event":"media","media":{"payload":17}}',
    '{"event":"media","media":[]}',
    '{"event":"media"}',
    '{"event":"dtmf","dtmf":null}',
    '{"event":"mark","mark":"x"}',
    '{"event":["media"]}',
    '{"event":{"a":1}}',
    "[]",
    "7",
    "null",
    '""',
    "[" * 5000,
]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Exchange]:
    async with exchange(tmp_path, engines("yes", "blue")) as running:
        yield running


@pytest.mark.parametrize("odd", ODD)
async def test_an_odd_message_costs_itself(house: Exchange, odd: str) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()))
        await line.recv()  # the agent speaks: the call was let in
        await line.send(odd)
        await send(line, media(5), {"event": "stop"})
    result, _ = await house.doors.result()
    assert result.outcome is Outcome.CALLER_HUNG_UP
    assert "message_malformed" in {each.code for each in result.problems}


@pytest.mark.parametrize("odd", ODD)
async def test_before_it_was_let_in_too(house: Exchange, odd: str) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()))
        await line.send(odd)
        await send(line, {"event": "stop"})
    result, _ = await house.doors.result()
    assert result.outcome is Outcome.CALLER_HUNG_UP
