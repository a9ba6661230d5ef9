"""The synthetic caller: speaks recorded utterances over the Twilio wire, each when the agent has fallen silent.

In real time, or stepped: then each frame is sent once the platform has finished with the one before, so that a call
goes as fast as the machine can and still takes its own 20 ms a frame.
"""

import asyncio
import base64
import ssl
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from ringfence.core.g711 import SILENCE
from ringfence.voice.telephony.ports import CarrierFailed

RATE: Final = 8000
FRAME: Final = 160
FRAME_S: Final = 0.02
PATIENCE_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing the caller does once the agent has been silent for `pause_s`: says µ-law, or presses keys."""

    ulaw: bytes = b""
    digits: str = ""
    pause_s: float = 0.9


@dataclass(slots=True)
class _Voice:
    """What the caller sends, frame by frame. Times are the call's own."""

    lines: deque[Line]
    now: float = 0.0
    agent_until: float = 0.0
    agent_spoke: bool = False
    buffer: bytes = b""
    idle_since: float = 0.0
    digits: deque[str] = field(default_factory=deque)

    def heard(self, samples: int) -> None:
        """The agent's audio arrived."""
        self.agent_until = max(self.agent_until, self.now) + samples / RATE
        self.agent_spoke = True
        self.idle_since = self.now

    def cleared(self) -> None:
        self.agent_until = self.now

    def frame(self) -> bytes:
        """The next 20 ms."""
        self.now += FRAME_S
        if self._my_turn:
            line = self.lines.popleft()
            self.buffer, self.agent_spoke = line.ulaw, False
            self.digits.extend(line.digits)
        if self.buffer:
            self.idle_since = self.now
        part, self.buffer = self.buffer[:FRAME], self.buffer[FRAME:]
        return part.ljust(FRAME, SILENCE)

    @property
    def _my_turn(self) -> bool:
        """There is something to say, and the agent, who spoke, has been silent for long enough."""
        if self.buffer or not self.lines or not self.agent_spoke:
            return False
        return self.now > self.agent_until + self.lines[0].pause_s

    @property
    def bored(self) -> bool:
        """Nothing more to say, and nothing to hear for a long time."""
        return self.now - max(self.idle_since, self.agent_until) > PATIENCE_S


class _Client(WSListener):
    def __init__(self, voice: _Voice) -> None:
        super().__init__()
        self._voice = voice
        self.over = asyncio.Event()
        self.stepped = asyncio.Event()
        self.refused = ""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            if frame.get_close_code() != WSCloseCode.OK:
                self.refused = (frame.get_close_message() or b"").decode("ascii", "replace")
            transport.disconnect()
            return
        message = orjson.loads(frame.get_payload_as_memoryview())
        if message["event"] == "media":
            self._voice.heard(len(message["media"]["payload"]) * 3 // 4)
        elif message["event"] == "clear":
            self._voice.cleared()
        elif message["event"] == "mark":
            if message["mark"]["name"] == "step":
                self.stepped.set()
            else:
                transport.send(WSMsgType.TEXT, orjson.dumps(message))

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.over.set()
        self.stepped.set()


async def place_call(
    url: str, ticket: str, lines: Sequence[Line], *, trust: ssl.SSLContext | None = None, host: str | None = None,
    stepped: bool = False, hang_up_after_s: float | None = None,
) -> float:  # fmt: skip
    """Carry one call to its end; how long it was, in seconds of the call. `host` is the name that the certificate has to carry.
    Raises CarrierFailed if it is refused.
    """
    voice = _Voice(deque(lines))
    client = _Client(voice)
    named: dict[str, Any] = {"server_hostname": host} if host else {}
    try:
        transport, _ = await ws_connect(lambda: client, url, ssl_context=trust, **named)
    except OSError as error:
        raise CarrierFailed("The installation does not answer. Is `ringfence up` running?") from error
    _begin(transport, ticket, stepped=stepped)
    loop = asyncio.get_running_loop()
    began, number = loop.time(), 1
    while not client.over.is_set() and not voice.bored:
        if hang_up_after_s is not None and voice.now >= hang_up_after_s:
            break
        client.stepped.clear()
        number += 1
        _send(transport, _media(number, voice.frame()))
        while voice.digits:
            _send(
                transport, {"event": "dtmf", "streamSid": "MZloop", "dtmf": {"digit": voice.digits.popleft()}}
            )
        if stepped:
            await client.stepped.wait()
        else:
            await asyncio.sleep(max(0.0, began + voice.now - loop.time()))
    if not client.over.is_set():
        _send(transport, {"event": "stop", "streamSid": "MZloop", "stop": {}})
        await asyncio.wait_for(client.over.wait(), 10)
    if client.refused:
        raise CarrierFailed(f"The call was refused: {client.refused}.")
    return voice.now


def _begin(transport: WSTransport, ticket: str, *, stepped: bool) -> None:
    _send(transport, {"event": "connected", "protocol": "Call", "version": "1.0.0"})
    parameters = {"ticket": ticket} | ({"pace": "stepped"} if stepped else {})
    start = {
        "streamSid": "MZloop",
        "callSid": "CAloop",
        "tracks": ["inbound"],
        "customParameters": parameters,
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
    }
    _send(transport, {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZloop"})


def _media(number: int, ulaw: bytes) -> dict[str, Any]:
    payload = base64.b64encode(ulaw).decode()
    return {
        "event": "media",
        "sequenceNumber": str(number),
        "streamSid": "MZloop",
        "media": {"track": "inbound", "payload": payload},
    }


def _send(transport: WSTransport, message: dict[str, Any]) -> None:
    if not transport.is_disconnected:
        transport.send(WSMsgType.TEXT, orjson.dumps(message))
