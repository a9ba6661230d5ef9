"""A real mail server on the loopback: TLS from the first byte, or STARTTLS, with a name and a password."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from ringfence.boot.certificates import ensure
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import server_context

USER, PASSWORD = "ringfence", "a mail server's password"


@dataclass
class Post:
    """What arrived; `refuse` answers the next mails with "try again"."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: int = 0
    at_once: bool = True
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.refuse:
            self.refuse -= 1
            return "451 Try again later"
        self.encrypted.append(self.at_once or session.ssl is not None)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server(folder: Path, *, at_once: bool = True) -> Iterator[Post]:
    """A server that runs while the block does; `url` is what RINGFENCE_SMTP_URL would be."""
    certificate = ensure(folder, "localhost", SystemClock())
    context: ssl.SSLContext = server_context(certificate)
    post = Post(at_once=at_once)
    made: list[SMTP] = []

    def factory() -> SMTP:
        made.append(
            SMTP(
                post, authenticator=_check, hostname="localhost", auth_required=not at_once, auth_require_tls=not at_once,
                tls_context=None if at_once else context, require_starttls=not at_once,
            )
        )  # fmt: skip
        return made[-1]

    controller = Controller(
        post, hostname="127.0.0.1", port=_free(), ssl_context=context if at_once else None, ready_timeout=20
    )
    controller.factory = factory  # type: ignore[method-assign]
    controller.start()
    scheme = "smtps" if at_once else "smtp"
    secret = PASSWORD.replace(" ", "%20")
    post.url = f"{scheme}://{USER}:{secret}@localhost:{controller.port}?from=Ringfence@example.org&ca={folder / 'authority.pem'}"
    try:
        yield post
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(made), controller.loop).result(20)
        controller.stop()


async def _hang_up(made: list[SMTP]) -> None:
    """The library stops its loop under open connections, which are then never closed."""
    for each in made:
        if isinstance(each.transport, asyncio.Transport):
            each.transport.abort()
    for _ in range(5):
        await asyncio.sleep(0)  # a connection is lost a few turns after it was given up


def _free() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _check(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
    fits = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=fits, handled=False)
