"""A carrier for tests that speaks Twilio's protocols over sockets: its REST API, signed webhooks, and signed media streams.

It shares no code with the platform's side: signatures, TwiML and messages are read and written here from the carrier's own
documentation, so that a misunderstanding on one side does not hide on the other.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
import ssl
import threading
import time
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

SID, TOKEN = "AC" + "5" * 32, "a test token that nobody else has"
OWN, PHONE = "+12025550100", "+12025550173"
FRAME, FRAME_S, RATE = 160, 0.02, 8000
QUIET = b"\xff"


@dataclass
class Placed:
    """A call that the platform asked for over the REST API."""

    sid: str
    fields: dict[str, str]

    @property
    def spoken(self) -> str:
        return " ".join(each.text or "" for each in _parsed(self.fields["Twiml"]).iter("Say"))


@dataclass
class Carrier:
    """Its API at `address`; `placed` and `updates` are what it was asked for. `refuse` makes it answer with that status."""

    address: str
    placed: list[Placed] = field(default_factory=list)
    updates: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    refuse: int | None = None
    stall_s: float = 0.0
    nonsense: bool = False


def signature(url: str, fields: dict[str, str] | None = None, token: str = TOKEN) -> str:
    """X-Twilio-Signature, from the carrier's documentation: the URL, then each field's name and value in order of names."""
    text = url + "".join(f"{name}{value}" for name, value in sorted((fields or {}).items()))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


class _Api(BaseHTTPRequestHandler):
    """The REST API of the carrier that the server holds."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self._answer({name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()})

    @property
    def carrier(self) -> Carrier:
        return self.server.carrier  # type: ignore[attr-defined,no-any-return]

    def _answer(self, fields: dict[str, str]) -> None:
        time.sleep(self.carrier.stall_s)
        wanted = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            self._send(401, {"code": 20003, "message": "Authenticate", "status": 401})
        elif self.carrier.refuse:
            self._send(
                self.carrier.refuse, {"code": 20429, "message": "Refused", "status": self.carrier.refuse}
            )
        else:
            self._do(urlsplit(self.path).path.removeprefix(f"/2010-04-01/Accounts/{SID}"), fields)

    def _do(self, path: str, fields: dict[str, str]) -> None:
        if self.command == "GET" and path == "/IncomingPhoneNumbers.json":
            self._send(200, {"incoming_phone_numbers": [{"phone_number": OWN, "sid": "PN" + "1" * 32}]})
        elif self.command == "POST" and path == "/Calls.json":
            self.carrier.placed.append(Placed(f"CA{len(self.carrier.placed):032d}", fields))
            self._send(201, {"sid": self.carrier.placed[-1].sid, "status": "queued"})
        elif self.command == "POST" and (found := re.fullmatch(r"/Calls/(CA\w+)\.json", path)):
            self.carrier.updates.append((found[1], fields))
            self._send(200, {"sid": found[1], "status": "in-progress"})
        else:
            self._send(404, {"code": 20404, "message": "Not found", "status": 404})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = b"<html>" if self.carrier.nonsense else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def carrier() -> Iterator[Carrier]:
    """A carrier on the loopback, until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Api)
    made = Carrier(f"http://127.0.0.1:{server.server_port}")
    server.carrier = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Stream:
    """What TwiML asked for: where the media goes, with which parameters. `call_sid` is the call that it is for."""

    url: str
    parameters: dict[str, str]
    call_sid: str = ""


def _parsed(twiml: str) -> ET.Element:
    return ET.fromstring(twiml)  # noqa: S314 - written by our own platform, read in a test


def new_sid() -> str:
    """The name of a call: no carrier gives one twice."""
    return f"CA{secrets.token_hex(16)}"


def stream_of(twiml: str, call_sid: str = "") -> Stream:
    """Follow `<Connect><Stream>`."""
    found = _parsed(twiml).find("./Connect/Stream")
    assert found is not None, twiml
    return Stream(
        found.attrib["url"], {p.attrib["name"]: p.attrib["value"] for p in found.iter("Parameter")}, call_sid
    )


def ring(base_url: str, webhook: str, trust: ssl.SSLContext, *, call_sid: str, **changed: str) -> str:
    """Somebody calls `OWN`: the carrier asks the webhook what to do. Its TwiML."""
    fields = {
        "AccountSid": SID, "ApiVersion": "2010-04-01", "CallSid": call_sid, "CallStatus": "ringing",
        "Called": OWN, "Caller": PHONE, "Direction": "inbound", "From": PHONE, "To": OWN, **changed,
    }  # fmt: skip
    with httpx.Client(verify=trust, trust_env=False) as client:
        answer = client.post(webhook, data=fields, headers={"X-Twilio-Signature": signature(webhook, fields)})
    assert webhook.startswith(base_url)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/xml")
    return answer.text


@dataclass(frozen=True)
class Says:
    """What the person on the phone does once the agent has been silent for a while: says µ-law, or presses keys."""

    ulaw: bytes = b""
    keys: str = ""


class _Phone(WSListener):
    """The carrier's end of a media stream: plays what it is sent in its own time, and returns marks as they are reached."""

    def __init__(self) -> None:
        super().__init__()
        self.transport: WSTransport | None = None
        self.queue: deque[bytes | str] = deque()
        self.played = bytearray()
        self.cleared = 0
        self.refused = ""
        self.over = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            if frame.get_close_code() != WSCloseCode.OK:
                self.refused = (frame.get_close_message() or b"").decode()
            transport.disconnect()
            return
        message = json.loads(frame.get_payload_as_bytes())
        assert message["streamSid"] == "MZ" + "9" * 32
        match message["event"]:
            case "media":
                audio = base64.b64decode(message["media"]["payload"], validate=True)
                self.queue.extend(audio[at : at + FRAME] for at in range(0, len(audio), FRAME))
            case "mark":
                self.queue.append(str(message["mark"]["name"]))
            case "clear":
                self.cleared += 1
                marks = [each for each in self.queue if isinstance(each, str)]
                self.queue.clear()
                for name in marks:
                    self.mark(name)
            case other:
                raise AssertionError(other)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.over.set()

    def play(self) -> bool:
        """Twenty milliseconds; whether there was something to hear."""
        while self.queue and isinstance(self.queue[0], str):
            self.mark(str(self.queue.popleft()))
        if not self.queue:
            return False
        self.played += bytes(self.queue.popleft())  # type: ignore[arg-type]
        return True

    def mark(self, name: str) -> None:
        self.send({"event": "mark", "streamSid": "MZ" + "9" * 32, "mark": {"name": name}})

    def send(self, message: dict[str, Any]) -> None:
        if self.transport is not None and not self.transport.is_disconnected:
            self.transport.send(WSMsgType.TEXT, json.dumps(message).encode())


@dataclass
class Heard:
    """How a stream went: seconds, µ-law the person heard, how often it was cut off, why it was refused."""

    seconds: float
    played: bytes
    cleared: int
    refused: str


async def talk(
    stream: Stream, lines: Sequence[Says], trust: ssl.SSLContext | None, *, token: str = TOKEN,
    pause_s: float = 1.0, most_s: float = 60.0, hang_up_s: float | None = None,
) -> Heard:  # fmt: skip
    """Carry one call over a media stream in real time, to its end."""
    phone = _Phone()
    await ws_connect(
        lambda: phone,
        stream.url,
        ssl_context=trust,
        extra_headers={"X-Twilio-Signature": signature(stream.url, token=token)},
    )
    phone.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
    start = {
        "accountSid": SID, "streamSid": "MZ" + "9" * 32, "callSid": stream.call_sid, "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
        "customParameters": stream.parameters,
    }  # fmt: skip
    phone.send({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ" + "9" * 32})
    loop = asyncio.get_running_loop()
    began, number, silent, spoke, waiting, saying = loop.time(), 0, 0.0, False, deque(lines), b""
    while not phone.over.is_set() and number * FRAME_S < most_s:
        if hang_up_s is not None and number * FRAME_S >= hang_up_s:
            break
        if phone.play():
            silent, spoke = 0.0, True
        else:
            silent += FRAME_S
        if waiting and spoke and not saying and silent > pause_s:
            line, spoke = waiting.popleft(), False
            saying = line.ulaw
            for key in line.keys:
                phone.send(
                    {
                        "event": "dtmf",
                        "streamSid": "MZ" + "9" * 32,
                        "dtmf": {"track": "inbound_track", "digit": key},
                    }
                )
        part, saying = saying[:FRAME], saying[FRAME:]
        number += 1
        media = {
            "track": "inbound", "chunk": str(number), "timestamp": str(round(number * FRAME_S * 1000)),
            "payload": base64.b64encode(part.ljust(FRAME, QUIET)).decode(),
        }  # fmt: skip
        phone.send(
            {
                "event": "media",
                "sequenceNumber": str(number + 1),
                "streamSid": "MZ" + "9" * 32,
                "media": media,
            }
        )
        await asyncio.sleep(max(0.0, began + number * FRAME_S - loop.time()))
    if not phone.over.is_set():
        phone.send(
            {"event": "stop", "sequenceNumber": str(number + 2), "streamSid": "MZ" + "9" * 32, "stop": {}}
        )
        await asyncio.wait_for(phone.over.wait(), 10)
    return Heard(number * FRAME_S, bytes(phone.played), phone.cleared, phone.refused)
