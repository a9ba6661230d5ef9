"""Addresses that people enter, read once and the same way everywhere."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ringfence.egress.errors import BadTarget
from ringfence.egress.nearby import loopback

_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9])?|[0-9a-f:.]+")
_PORTS: Final = {"https": 443, "http": 80, "smtps": 465, "smtp": 587}


@dataclass(frozen=True, slots=True)
class Target:
    """Where something goes. The host is in small letters, an international name in its ASCII form."""

    host: str
    port: int


def target_of(url: str) -> Target:
    """Where a URL leads. Raises BadTarget for one that is not https://, unless it stays on this machine; for one with credentials,
    or without a host.
    """
    if any(each <= " " or each == "\x7f" for each in url):
        raise BadTarget("An address has no spaces and no line breaks.")
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise BadTarget("An address begins with https:// and names a host.")
        host, port = _ascii(parts.hostname), parts.port
    except (ValueError, UnicodeError):
        raise BadTarget("This is no address: it begins with https:// and names a host.") from None
    if parts.username is not None or parts.password is not None:
        raise BadTarget("An address carries no user name and no password.")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback(host)):
        raise BadTarget("What is off this machine is reached over https:// only.")
    return Target(host, port or _PORTS[parts.scheme])


def named(host: str, port: int) -> Target:
    """The same for a host and a port. Raises BadTarget."""
    try:
        return Target(_ascii(host), _port(port))
    except UnicodeError:
        raise BadTarget("This is no name of a host.") from None


def _ascii(host: str) -> str:
    text = host.strip("[]").rstrip(".").casefold()
    text = text if text.isascii() else text.encode("idna").decode()
    if not _HOST.fullmatch(text):
        raise BadTarget("An address names a host: letters, digits, dots and hyphens.")
    return text


def _port(port: int) -> int:
    if not 0 < port < 65536:  # noqa: PLR2004 (ports end there)
        raise BadTarget("A port is a number from 1 to 65535.")
    return port
