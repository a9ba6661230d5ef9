"""What a way of calling has to offer, and what it may ask for. A vendor is a folder that speaks to these.

Audio on a wire is G.711 µ-law, one channel, at the wire's `rate` in samples a second; one byte a sample.

    TelephonyError
    ├── NotAdmitted      the ticket is unknown, used, expired or for another way; or there is no room
    │   └── NobodyHome   what admits calls does not answer now
    ├── BadSignature     a request that claims to come from the carrier does not
    ├── BadMessage       a message outside the protocol; `code` is kept in the call log
    └── CarrierFailed    the carrier's API refused or did not answer
"""

from collections.abc import Coroutine
from typing import Any, Literal, Protocol

from ringfence.core.call import Channel, Speaker
from ringfence.core.errors import BadInput, NotAllowed, RingfenceError, Unavailable


class TelephonyError(RingfenceError):
    code = "telephony"


class NotAdmitted(TelephonyError, NotAllowed):
    code = "not_admitted"


class NobodyHome(NotAdmitted, Unavailable):
    code = "not_available"


class BadSignature(TelephonyError, NotAllowed):
    code = "bad_signature"


class BadMessage(TelephonyError, BadInput):
    code = "bad_message"


class CarrierFailed(TelephonyError, Unavailable):
    code = "carrier_failed"


class CallWire(Protocol):
    """The sending half of a call's wire. Methods never wait: what does not fit is counted in `backlog`."""

    rate: int

    @property
    def backlog(self) -> int:
        """Bytes handed over that the other side has not taken yet."""
        ...

    def send_audio(self, ulaw: bytes) -> None: ...
    def send_mark(self, name: str) -> None:
        """Ask to be told (`Line.marked`) once everything sent before has been played."""
        ...

    def clear(self) -> None:
        """Drop what was sent and not yet played."""
        ...

    def caption(self, speaker: Speaker, text: str) -> None:
        """Show words as they are understood, where the wire has somebody who reads."""
        ...

    async def transfer(self, number: str) -> None:
        """Hand the call to a number. Raises CarrierFailed."""
        ...

    def close(self, code: str) -> None:
        """End the call; `code` says why, without content."""
        ...


class Line(Protocol):
    """The receiving half: what a wire reports of its call, in the order it happened."""

    def audio(self, ulaw: bytes) -> None: ...
    def digit(self, digit: str) -> None: ...
    def typed(self, text: str) -> None: ...
    def marked(self, name: str) -> None: ...
    def problem(self, code: str) -> None: ...
    def gone(self, by: Speaker | Literal["carrier", "platform"]) -> None: ...


class Switchboard(Protocol):
    """Where wires bring their calls. One for a media process."""

    async def connect(
        self,
        wire: CallWire,
        channel: Channel,
        ticket: str,
        *,
        carrier_call_id: str | None = None,
        stepped: bool = False,
    ) -> Line:
        """Redeem a ticket and begin its call. Raises NotAdmitted, NobodyHome.

        `stepped` calls live on the audio's own time instead of the clock's: each frame is 20 ms, however fast they
        come. It is granted to the loopback channel alone.
        """
        ...

    async def carrier_secret(self, connection_id: str) -> str:
        """What signs a carrier's requests for this connection. Raises NotAdmitted, NobodyHome."""
        ...

    async def transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        """Have the carrier hand a live call to a number. Raises CarrierFailed."""
        ...

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something for a wire beside the loop; it is ended with the process."""
        ...
