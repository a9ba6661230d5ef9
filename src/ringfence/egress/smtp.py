"""Handing mails to a mail server, over TLS alone.

    smtps://user:password@mail.example.org:465?from=ringfence@example.org       TLS from the first byte (RFC 8314)
    smtp://user:password@mail.example.org:587?from=ringfence@example.org        STARTTLS, and nothing before it

`ca=/path.pem` names the authority of a server whose certificate is not publicly trusted.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from ringfence.core.errors import BadInput, Unavailable
from ringfence.egress.clients import trust
from ringfence.egress.errors import Refused
from ringfence.egress.gate import Way

PATIENCE_S: Final = 15.0
_PORTS: Final = {"smtps": 465, "smtp": 587}


class BadSmtpUrl(BadInput):
    """The address of the mail server cannot be used."""

    code = "bad_smtp_url"


class MailRefused(Unavailable):
    """The mail server is away, is not who it should be, or does not take the mail; it is tried again."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A mail server."""

    host: str
    port: int
    at_once: bool  # TLS from the first byte
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = ""
    authority: str | None = None

    @classmethod
    def of(cls, url: str) -> "Relay":
        """Raises BadSmtpUrl, saying how it is written."""
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if parts.scheme not in _PORTS or not parts.hostname or "@" not in asked.get("from", ""):
            raise BadSmtpUrl(
                "RINGFENCE_SMTP_URL is written like smtps://user:password@mail.example.org:465?from=ringfence@example.org."
            )
        return cls(
            host=parts.hostname, port=parts.port or _PORTS[parts.scheme], at_once=parts.scheme == "smtps",
            user=unquote(parts.username or ""), password=unquote(parts.password or ""), sender=asked["from"],
            authority=asked.get("ca"),
        )  # fmt: skip

    def send(self, mail: EmailMessage, way: Way) -> None:
        """Hand one mail over, through the gate. Raises MailRefused."""
        try:
            with self._connected(way) as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise MailRefused(f"The mail server did not take it: {type(error).__name__}.") from error
        except Refused as error:
            raise MailRefused(f"The mail server was given nothing. {error}") from error

    @contextmanager
    def _connected(self, way: Way) -> Iterator[smtplib.SMTP]:
        if self.at_once:
            with _Smtps(
                way, self.host, self.port, timeout=PATIENCE_S, context=trust(self.authority)
            ) as server:
                yield server
            return
        with _Smtp(way, self.host, self.port, timeout=PATIENCE_S) as server:
            server.starttls(context=trust(self.authority))
            yield server


class _Smtp(smtplib.SMTP):
    """The library's client over a tunnel."""

    def __init__(self, way: Way, host: str, port: int, timeout: float) -> None:
        self._way = way
        super().__init__(host, port, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._way.socket(host, port, timeout)


class _Smtps(smtplib.SMTP_SSL):
    def __init__(self, way: Way, host: str, port: int, timeout: float, context: ssl.SSLContext) -> None:
        self._way = way
        super().__init__(host, port, timeout=timeout, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(self._way.socket(host, port, timeout), server_hostname=host)
