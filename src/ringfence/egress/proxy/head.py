"""The head of a request, read by h11: `CONNECT host:port`, with a pass."""

import base64
import binascii
import secrets
from dataclasses import dataclass
from typing import Final

import h11

from ringfence.egress.errors import BadTarget
from ringfence.egress.gate import going_of
from ringfence.egress.recipients import Going
from ringfence.egress.target import Target, named

LARGEST: Final = 8192
NOWHERE: Final = Target("", 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. A `reason` says why it is refused at once; `going` is then known only if the pass was good."""

    target: Target = NOWHERE
    going: Going | None = None
    reason: str = ""


class Head:
    """Bytes in, a question out."""

    def __init__(self, word: str) -> None:
        self._word = word.encode()
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST)

    def feed(self, data: bytes) -> Asked | None:
        """None until the head is whole."""
        try:
            self._protocol.receive_data(data)
            event = self._protocol.next_event()
        except h11.RemoteProtocolError:
            return Asked(reason="bad_request")
        if event is h11.NEED_DATA:
            return None if data else Asked(reason="bad_request")
        if not isinstance(event, h11.Request):
            return Asked(reason="bad_request")
        return self._read(event)

    def rest(self) -> bytes:
        """What came after the head: the first bytes of the tunnel."""
        return bytes(self._protocol.trailing_data[0])

    def _read(self, request: h11.Request) -> Asked:
        going = self._going(dict(request.headers).get(b"proxy-authorization", b""))
        try:
            target = _target(request.target.decode("latin-1"))
        except (BadTarget, ValueError):
            target = NOWHERE
        if request.method != b"CONNECT":
            return Asked(target, going, "not_connect")
        if going is None:
            return Asked(target, None, "no_pass")
        return Asked(target, going, "" if target.host else "bad_request")

    def _going(self, header: bytes) -> Going | None:
        scheme, _, packed = header.partition(b" ")
        try:
            user, _, word = base64.b64decode(packed, validate=True).partition(b":")
            if scheme.lower() != b"basic" or not secrets.compare_digest(word, self._word):
                return None
            return going_of(user.decode("ascii"))
        except (binascii.Error, ValueError):
            return None


def _target(text: str) -> Target:
    host, _, port = text.rpartition(":")
    return named(host, int(port))
