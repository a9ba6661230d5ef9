"""What the gate needs from the world that rests."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from ringfence.egress.recipients import Going, Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """That something did not leave. `going` is None where whoever asked could not be read or did not prove to be of us."""

    going: Going | None
    host: str
    port: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What went through a tunnel since it was last said: bytes to the recipient and from it."""

    recipient_id: UUID
    going: Going
    sent: int
    received: int


class Book(Protocol):
    """The register, and the two books that are kept beside it. Methods block; they raise Unavailable, and then nothing leaves."""

    def find(self, going: Going, host: str, port: int) -> Recipient | None:
        """The recipient in the register at this place, the account's own before the installation's."""
        ...

    def begun(self, recipient: Recipient, going: Going) -> None:
        """A tunnel is about to be opened. Written before the first byte leaves."""
        ...

    def carried(self, lines: list[Line]) -> None: ...
    def refused(self, note: Note) -> None: ...
