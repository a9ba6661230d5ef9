"""Twilio Media Streams, bidirectional: JSON messages over a WebSocket, audio as base64 µ-law at 8 kHz.

Inbound: connected, start, media, dtmf, mark, stop. Outbound: media, mark, clear. The ticket of our call comes as
`<Parameter name="ticket">` in `start`; the upgrade request itself is signed by the carrier.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable
from typing import Any, Final, Literal

import orjson
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest

from ringfence.core.call import Channel, Speaker
from ringfence.voice.telephony.ports import BadMessage, BadSignature, Line, NotAdmitted, Switchboard
from ringfence.voice.telephony.twilio.signature import check

PREFIX: Final = "/media/twilio/"
RATE: Final = 8000
LARGEST_MESSAGE: Final = 64 * 1024
MOST_BAD_MESSAGES: Final = 20
START_S: Final = 10.0  # a stream that does not say by then what it is for, is for nothing
Transfer = Callable[[str, str], None]


class TwilioWire(WSListener):
    """One stream. Until its `start` was admitted, everything but `connected` ends it."""

    rate = RATE

    def __init__(
        self, request: WSUpgradeRequest, switchboard: Switchboard, public_url: str, *, channel: Channel
    ) -> None:
        super().__init__()
        self._switchboard = switchboard
        self._channel = channel
        path = request.path.decode("ascii", "replace")
        self._connection_id = path.removeprefix(PREFIX).split("/", 1)[0]
        self._signature = request.headers.get("x-twilio-signature")
        self._url = public_url.replace("https://", "wss://", 1) + path
        self._line: Line | None = None
        self._stream = ""
        self._call = ""
        self._started = False
        self._sequence = 0
        self._bad = 0
        self._waiting: list[dict[str, Any]] = []
        self._ended: Literal["caller", "carrier", "platform"] | None = None

    # What the call asks of the wire

    @property
    def backlog(self) -> int:
        return int(self._transport.underlying_transport.get_write_buffer_size())

    def send_audio(self, ulaw: bytes) -> None:
        self._transport.send(
            WSMsgType.TEXT,
            b'{"event":"media","streamSid":"' + self._stream.encode() + b'","media":{"payload":"'
            + base64.b64encode(ulaw) + b'"}}',
        )  # fmt: skip

    def send_mark(self, name: str) -> None:
        self._send({"event": "mark", "streamSid": self._stream, "mark": {"name": name}})

    def clear(self) -> None:
        self._send({"event": "clear", "streamSid": self._stream})

    def caption(self, speaker: Speaker, text: str) -> None:
        """Nobody reads along on a telephone."""

    async def transfer(self, number: str) -> None:
        await self._switchboard.transfer(self._connection_id, self._call, number)

    def close(self, code: str) -> None:
        self._ended = self._ended or "platform"
        self._transport.send_close(WSCloseCode.OK, code.encode()[:100])
        self._transport.disconnect()

    # What arrives

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._patience = asyncio.get_running_loop().call_later(START_S, self._refuse, "start_missing")

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
            return
        if frame.msg_type != WSMsgType.TEXT or not frame.fin or frame.payload_size > LARGEST_MESSAGE:
            self._reject("frame_not_text")
            return
        try:
            message = orjson.loads(frame.get_payload_as_memoryview())
        except orjson.JSONDecodeError:
            self._reject("message_malformed")
        else:
            self._try(message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._patience.cancel()
        if self._line is not None:
            who = self._ended or "carrier"
            self._line.gone(Speaker.CALLER if who == "caller" else who)

    def _try(self, message: dict[str, Any]) -> None:
        try:
            self._take(message)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError):
            self._reject("message_malformed")
        except BadMessage as error:
            self._reject(str(error))

    def _take(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "media" and self._line is not None:
            self._media(message)
        elif event == "connected":
            return
        elif event == "start" and not self._started:
            self._start(message)
        elif event not in {"media", "dtmf", "mark", "stop"}:
            raise BadMessage("event_unknown")
        elif self._line is None:
            self._hold(message)
        elif event == "dtmf":
            self._line.digit(str(message["dtmf"]["digit"])[:1])
        elif event == "mark":
            self._line.marked(str(message["mark"]["name"]))
        else:
            self._ended = "caller"
            self._transport.disconnect()

    def _media(self, message: dict[str, Any]) -> None:
        media = message["media"]
        number = int(message.get("sequenceNumber", 0))
        if number and number <= self._sequence:
            raise BadMessage("media_out_of_order")
        self._sequence = number or self._sequence
        if media.get("track", "inbound") != "inbound":
            return
        try:
            ulaw = base64.b64decode(media["payload"], validate=True)
        except binascii.Error:
            raise BadMessage("payload_not_base64") from None
        if not ulaw or len(ulaw) > RATE:
            raise BadMessage("payload_size")
        if self._line is not None:
            self._line.audio(ulaw)

    def _start(self, message: dict[str, Any]) -> None:
        start = message["start"]
        layout = start["mediaFormat"]
        if (
            layout["encoding"] != "audio/x-mulaw"
            or int(layout["sampleRate"]) != RATE
            or int(layout["channels"]) != 1
        ):
            self._refuse("codec_not_supported")
            return
        self._started = True
        self._patience.cancel()
        self._stream = str(start.get("streamSid") or message["streamSid"])
        self._call = str(start.get("callSid", ""))
        parameters = start.get("customParameters") or {}
        self._switchboard.spawn(
            self._admit(str(parameters.get("ticket", "")), stepped=parameters.get("pace") == "stepped")
        )

    async def _admit(self, ticket: str, *, stepped: bool) -> None:
        try:
            if self._channel is Channel.TWILIO:
                check(await self._switchboard.carrier_secret(self._connection_id), self._signature, self._url)
            line = await self._switchboard.connect(
                self, self._channel, ticket, carrier_call_id=self._call or None, stepped=stepped
            )
        except (NotAdmitted, BadSignature) as error:
            self._refuse(error.code)
            return
        self._line = line
        if self._transport.is_disconnected:
            line.gone("carrier")
            return
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            self._try(message)

    def _hold(self, message: dict[str, Any]) -> None:
        """What arrives between `start` and admission waits, within bounds."""
        if not self._started or len(self._waiting) > 250:  # noqa: PLR2004 (five seconds of frames)
            self._refuse("message_before_start")
            return
        self._waiting.append(message)

    def _reject(self, code: str) -> None:
        """A bad message costs itself; too many of them cost the call."""
        self._bad += 1
        if self._line is not None:
            self._line.problem(code)
        if self._bad > MOST_BAD_MESSAGES or not self._started:
            self._refuse(code)

    def _refuse(self, code: str) -> None:
        self._transport.send_close(WSCloseCode.POLICY_VIOLATION, code.encode()[:100])
        self._transport.disconnect()

    def _send(self, message: dict[str, Any]) -> None:
        self._transport.send(WSMsgType.TEXT, orjson.dumps(message))
