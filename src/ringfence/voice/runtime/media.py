"""The media server: WebSockets only, each path to its wire."""

import asyncio
import socket
from http import HTTPStatus
from typing import Final

from picows import (
    WSListener,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from ringfence.core.call import Channel
from ringfence.voice.runtime.board import Board
from ringfence.voice.telephony.twilio.wire import PREFIX as TWILIO
from ringfence.voice.telephony.twilio.wire import TwilioWire
from ringfence.voice.telephony.web.wire import PREFIX as WEB
from ringfence.voice.telephony.web.wire import WebWire

LOOPBACK: Final = "/media/loopback/"


def bind() -> socket.socket:
    """A free port of the loopback: the front, or a balancer's side-car, is the only one meant to find it.

    The WebSocket library sets TCP options, so a Unix socket is not to be had here.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind(("127.0.0.1", 0))
    return bound


async def listen(board: Board, bound: socket.socket, public_url: str) -> asyncio.Server:
    """Serve calls on a bound TCP socket."""

    def wire(request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener | None:
        path = request.path.decode("ascii", "replace")
        if path.startswith(TWILIO):
            return TwilioWire(request, board, public_url, channel=Channel.TWILIO)
        if path.startswith(LOOPBACK):
            return TwilioWire(request, board, public_url, channel=Channel.LOOPBACK)
        if path.startswith(WEB):
            return WebWire(request, board, public_url)
        refusal = WSUpgradeResponse.create_error_response(HTTPStatus.NOT_FOUND, b"no such wire")
        return WSUpgradeResponseWithListener(refusal, None)

    server: asyncio.Server = await ws_create_server(
        wire,
        sock=bound,
        websocket_handshake_timeout=5,
        enable_auto_ping=True,
        auto_ping_idle_timeout=20,
        auto_ping_reply_timeout=20,
        max_frame_size=128 * 1024,
    )
    return server
