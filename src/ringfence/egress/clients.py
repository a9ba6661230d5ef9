"""HTTP clients whose every connection is a tunnel through the gate.

They follow no redirect, ask no proxy of the environment, and speak TLS 1.2 or newer with strong suites to whatever is off this
machine. What the gate refuses is raised as `Refused`, whatever the library would have called it.
"""

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import httpcore
import httpx

from ringfence.egress.gate import HERE, Answer, Way, refused
from ringfence.egress.tls import client_context

AT_ONCE: Final = 20
IDLE_S: Final = 30.0
PIECE: Final = 4096
Options = Iterable[Any] | None


@cache
def trust(authority: str | None = None) -> ssl.SSLContext:
    """How TLS is spoken with the outside, made once a process. `authority` names one whose certificates are not publicly trusted."""
    return client_context(authority)


def client(way: Way, *, authority: str | None = None, **settings: Any) -> httpx.AsyncClient:
    """An asynchronous client for one use. `settings` are httpx's own: `base_url`, `timeout`, `auth`, …"""
    return httpx.AsyncClient(
        transport=_AsyncTransport(way, trust(authority)), follow_redirects=False, trust_env=False, **settings
    )


def blocking_client(way: Way, *, authority: str | None = None, **settings: Any) -> httpx.Client:
    """The same for threads."""
    return httpx.Client(
        transport=_Transport(way, trust(authority)), follow_redirects=False, trust_env=False, **settings
    )


class _AsyncTransport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool whose connections are tunnels."""

    def __init__(self, way: Way, context: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            network_backend=_AsyncTunnels(way),
            max_connections=AT_ONCE,
            keepalive_expiry=IDLE_S,
        )


class _Transport(httpx.HTTPTransport):
    def __init__(self, way: Way, context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            network_backend=_Tunnels(way),
            max_connections=AT_ONCE,
            keepalive_expiry=IDLE_S,
        )


class _AsyncTunnels(httpcore.AsyncNetworkBackend):
    """Connections as tunnels. TLS is spoken inside of them, end to end: the gate sees none of it."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's own signature
        local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._network.connect_tcp(
                HERE, self._way.gate.port(), timeout, None, socket_options
            )
        except httpcore.ConnectError:
            raise refused("gate_away") from None
        try:
            await stream.write(self._way.request(host, port), timeout)
            answer = Answer()
            while not answer.take(await stream.read(PIECE, timeout)):
                pass
        except BaseException:  # edge: whatever ends it, the socket does not stay
            await stream.aclose()
            raise
        return stream

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Tunnels(httpcore.NetworkBackend):
    def __init__(self, way: Way) -> None:
        self._way = way
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Options = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        try:
            stream = self._network.connect_tcp(HERE, self._way.gate.port(), timeout, None, socket_options)
        except httpcore.ConnectError:
            raise refused("gate_away") from None
        try:
            stream.write(self._way.request(host, port), timeout)
            answer = Answer()
            while not answer.take(stream.read(PIECE, timeout)):
                pass
        except BaseException:  # edge: whatever ends it, the socket does not stay
            stream.close()
            raise
        return stream
