"""The certificate that the front shows. Read again when its files change, for the connections to come; those that are open go on.

A pair that cannot be shown (half written, a key that is another's, ended, for another name) changes nothing: the one before
stays, and the log and the trust page say why. Each hour the context is made anew with the same pair, so that a key which session
tickets are sealed with lives no longer (RFC 9325, section 3.4).
"""

import asyncio
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509

from ringfence.boot.certificates import Certificates
from ringfence.core.clock import Clock
from ringfence.core.errors import RingfenceError
from ringfence.egress.tls import strict

POLL_S: Final = 3.0
ANEW_AFTER: Final = timedelta(hours=1)
WARN_BEFORE: Final = timedelta(days=14)

Mark = tuple[tuple[int, int, int], ...]


class CannotShow(RingfenceError):
    """A certificate and its key cannot be shown. `why` is one of `WHY`."""

    code = "certificate_cannot_be_shown"

    def __init__(self, why: str) -> None:
        super().__init__(f"{WHY[why]} Put a certificate's chain and its key there, both as PEM.")
        self.why = why


WHY: Final = {
    "unreadable": "The certificate or its key cannot be read.",
    "pair": "The certificate and the key do not belong together, or are too weak.",
    "ended": "The certificate's last day has passed.",
    "not_begun": "The certificate's first day is still to come.",
    "other_name": "The certificate is for another name than RINGFENCE_PUBLIC_URL.",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A chain and its key, ready to be shown. What is `wrong` with it only browsers mind: at a start, where there is none before,
    it is shown all the same, for calls and sweeps go on behind it.
    """

    context: ssl.SSLContext
    ends: datetime
    print: bytes
    wrong: str | None

    def good(self) -> "Pair":
        """Raises CannotShow where it is nothing that a browser takes."""
        if self.wrong is not None:
            raise CannotShow(self.wrong)
        return self


def server_context(files: Certificates) -> ssl.SSLContext:
    """TLS from the version that the policy names, with forward secrecy and authenticated encryption only; HTTP/1.1 by ALPN."""
    context = strict(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(
        files.chain, files.key, password=""
    )  # or a sealed key's would be asked for on a terminal
    return context


def read(files: Certificates, host: str, now: datetime) -> Pair:
    """What is in the files. Raises CannotShow where that is no chain, or no key of it."""
    try:
        leaf = x509.load_pem_x509_certificate(files.chain.read_bytes())
        files.key.read_bytes()
    except (OSError, ValueError):
        raise CannotShow("unreadable") from None
    try:
        context = server_context(files)
    except (OSError, ValueError):
        raise CannotShow("pair") from None
    wrong = None
    if leaf.not_valid_after_utc <= now:
        wrong = "ended"
    elif leaf.not_valid_before_utc > now:
        wrong = "not_begun"
    elif not _names(leaf, host):
        wrong = "other_name"
    return Pair(context, leaf.not_valid_after_utc, sha256(files.chain.read_bytes()).digest(), wrong)


class Showing:
    """What new connections get. `told` is where others read how it stands: when the certificate ends, and what was not taken."""

    def __init__(
        self, ensure: Callable[[], Certificates], host: str, clock: Clock, told: Path | None = None
    ) -> None:
        """Raises CannotShow."""
        self._ensure, self._host, self._clock, self._told = ensure, host, clock, told
        self._files = ensure()
        self._log = structlog.get_logger()
        self._seen = self._mark()
        self._pair = read(self._files, host, clock.now())
        self._made = clock.now()
        self.refused = self._pair.wrong
        if self.refused is not None:
            self._log.error("the certificate that is shown is not good", code=self.refused)
        self._tell()

    def context(self) -> ssl.SSLContext:
        return self._pair.context

    def look(self, *, at_once: bool = False) -> None:
        """Take what is new in the files, if it can be shown. Never raises."""
        anew = self._clock.now() - self._made >= ANEW_AFTER
        mark = self._mark()
        if mark == self._seen and not anew and not at_once:
            return
        if anew:
            self._renew()
            mark = self._mark()
        self._seen, self._made = mark, self._clock.now()
        before = self._pair
        try:
            found = read(self._files, self._host, self._clock.now()).good()
        except CannotShow as refused:
            self.refused = refused.why
            self._log.error("the certificate on file is not taken; the one before stays", code=refused.why)
        else:
            self.refused, self._pair = None, found
            if found.print != before.print:
                self._log.info("a new certificate is shown from now on")
            if found.ends - self._clock.now() < WARN_BEFORE:
                self._log.warning("the certificate ends soon", count=(found.ends - self._clock.now()).days)
        self._tell()

    async def watch(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(POLL_S)
            self.look()

    def _renew(self) -> None:
        """Our own is made anew before it ends."""
        try:
            self._files = self._ensure()
        except OSError:
            self._log.exception("the installation's own certificate could not be made anew")

    def _mark(self) -> Mark | None:
        """What changes when a file is written, replaced, or is another behind the same link."""
        try:
            found = [each.stat() for each in (self._files.chain, self._files.key)]
        except OSError:
            return None
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)

    def _tell(self) -> None:
        if self._told is not None:
            draft = self._told.with_suffix(".new")
            draft.write_text(json.dumps({"ends": self._pair.ends.isoformat(), "refused": self.refused}))
            draft.replace(self._told)


def _names(leaf: x509.Certificate, host: str) -> bool:
    """Whether a certificate is for a host (RFC 6125): the name itself, its address, or one label more than a wildcard's."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    if host in {str(each) for each in names.get_values_for_type(x509.IPAddress)}:
        return True
    wanted = host.casefold().rstrip(".")
    patterns = {each.casefold() for each in names.get_values_for_type(x509.DNSName)}
    return wanted in patterns or f"*.{wanted.partition('.')[2]}" in patterns
