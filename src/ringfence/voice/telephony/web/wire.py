"""Our own wire to the browser: µ-law at 16 kHz in binary messages, everything else as JSON.

Inbound binary: 20 ms of microphone (320 bytes; other lengths up to a second are taken). Inbound JSON:
{"type": "text", "text"}, {"type": "digit", "digit"}, {"type": "played", "name"}, {"type": "hangup"}.
Outbound binary: agent audio to be played in order. Outbound JSON: {"type": "ready"}, {"type": "caption", "speaker",
"text"}, {"type": "mark", "name"}, {"type": "clear"}, {"type": "ended", "code"}.
"""

from typing import Any, Final, Literal
from urllib.parse import urlsplit

import orjson
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest

from ringfence.core.call import Channel, Speaker
from ringfence.voice.telephony.ports import BadMessage, CarrierFailed, Line, NotAdmitted, Switchboard

PREFIX: Final = "/media/web/"
RATE: Final = 16_000
LARGEST_MESSAGE: Final = 16_000
LONGEST_TEXT: Final = 2_000
MOST_BAD_MESSAGES: Final = 20


class WebWire(WSListener):
    """One browser. The ticket is the last part of the path and works once; the page's origin must be ours."""

    rate = RATE

    def __init__(self, request: WSUpgradeRequest, switchboard: Switchboard, public_url: str) -> None:
        super().__init__()
        self._switchboard = switchboard
        self._ticket = request.path.decode("ascii", "replace").removeprefix(PREFIX)
        self._own_origin = _same_place(request.headers.get("origin"), request.headers.get("host"), public_url)
        self._line: Line | None = None
        self._bad = 0
        self._ended: Literal["caller", "platform"] | None = None

    @property
    def backlog(self) -> int:
        return int(self._transport.underlying_transport.get_write_buffer_size())

    def send_audio(self, ulaw: bytes) -> None:
        self._transport.send(WSMsgType.BINARY, ulaw)

    def send_mark(self, name: str) -> None:
        self._send({"type": "mark", "name": name})

    def clear(self) -> None:
        self._send({"type": "clear"})

    def caption(self, speaker: Speaker, text: str) -> None:
        self._send({"type": "caption", "speaker": speaker.value, "text": text})

    async def transfer(self, number: str) -> None:
        raise CarrierFailed("A call in the browser cannot be handed to a telephone.")

    def close(self, code: str) -> None:
        self._ended = self._ended or "platform"
        self._send({"type": "ended", "code": code})
        self._transport.send_close(WSCloseCode.OK, code.encode()[:100])
        self._transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        if not self._own_origin:
            self._refuse("foreign_origin")
            return
        self._switchboard.spawn(self._admit())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif not frame.fin or frame.payload_size > LARGEST_MESSAGE:
            self._reject("message_size")
        elif frame.msg_type == WSMsgType.BINARY:
            if self._line is not None and frame.payload_size:
                self._line.audio(frame.get_payload_as_bytes())
        else:
            try:
                self._take(orjson.loads(frame.get_payload_as_memoryview()))
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, BadMessage):
                self._reject("message_malformed")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if self._line is not None:
            self._line.gone("platform" if self._ended == "platform" else Speaker.CALLER)

    async def _admit(self) -> None:
        try:
            self._line = await self._switchboard.connect(self, Channel.WEB, self._ticket)
        except NotAdmitted as error:
            self._refuse(error.code)
            return
        if self._transport.is_disconnected:
            self._line.gone(Speaker.CALLER)
            return
        self._send({"type": "ready", "rate": RATE})

    def _take(self, message: dict[str, Any]) -> None:
        if self._line is None:
            return
        kind = message["type"]
        if kind == "text":
            self._line.typed(str(message["text"])[:LONGEST_TEXT])
        elif kind == "digit":
            self._line.digit(str(message["digit"])[:1])
        elif kind == "played":
            self._line.marked(str(message["name"]))
        elif kind == "hangup":
            self._ended = "caller"
            self._transport.disconnect()
        else:
            raise BadMessage("event_unknown")

    def _reject(self, code: str) -> None:
        self._bad += 1
        if self._line is not None:
            self._line.problem(code)
        if self._bad > MOST_BAD_MESSAGES or self._line is None:
            self._refuse(code)

    def _refuse(self, code: str) -> None:
        self._transport.send_close(WSCloseCode.POLICY_VIOLATION, code.encode()[:100])
        self._transport.disconnect()

    def _send(self, message: dict[str, Any]) -> None:
        self._transport.send(WSMsgType.TEXT, orjson.dumps(message))


def _same_place(origin: str | None, host: str | None, public_url: str) -> bool:
    """A browser names the page's origin (RFC 6455, section 10.2); only pages of this installation may talk here. A host of somebody
    else's that leads to us is none of its own.
    """
    if origin is None:
        return False
    ours = {urlsplit(public_url).hostname, "localhost", "127.0.0.1"}
    return origin == public_url or (origin == f"https://{host}" and urlsplit(origin).hostname in ours)
