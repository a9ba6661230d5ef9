"""The way out, as a process sees it: the gate's port, the word it knows us by, and what each tunnel is for.

    way = gate.way(Going(kind=Kind.ENGINE, purpose="service", category=Category.CALL, account_id=account_id))
    client = way.client(timeout=8)

The gate is a process of its own (`egress.proxy`), the only one that resolves names and connects to the outside. Each tunnel
is asked for with its account, kind, purpose and category; the gate holds them against the register and answers no, or is a wire.
"""

import base64
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from ringfence.core.config import Config
from ringfence.core.personal import Category
from ringfence.egress.decide import REASONS
from ringfence.egress.errors import NoWay, Refused
from ringfence.egress.recipients import Going, Kind

HERE: Final = "127.0.0.1"
REASON: Final = "x-ringfence-reason"
NOBODY: Final = "-"
PATIENCE_S: Final = 15.0
_LONGEST_ANSWER: Final = 4096
_LATER: Final = frozenset({"gate_away", "no_address", "unreachable"})


@dataclass(frozen=True, slots=True)
class Gate:
    """Where the gate is: `ready` is the file in which it says on which port. `word` shows that we are of this installation."""

    ready: Path
    word: str = field(repr=False)

    @classmethod
    def of(cls, config: Config) -> "Gate":
        return cls(config.run_dir / "gate.ready", config.gate_word)

    def way(self, going: Going) -> "Way":
        return Way(self, going)

    def port(self) -> int:
        """Raises NoWay while there is no gate."""
        try:
            return int(self.ready.read_text())
        except (OSError, ValueError):
            raise refused("gate_away") from None


@dataclass(frozen=True, slots=True)
class Way:
    """A way out for one use. Hand it to whoever connects; it is all that they may use."""

    gate: Gate
    going: Going

    def proxy_url(self) -> str:
        """For libraries that take a proxy by its address. Holds the word: never log it."""
        return f"http://{user(self.going)}:{self.gate.word}@{HERE}:{self.gate.port()}"

    def request(self, host: str, port: int) -> bytes:
        """The request for a tunnel (RFC 9110, section 9.3.6)."""
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        pass_ = base64.b64encode(f"{user(self.going)}:{self.gate.word}".encode()).decode()
        return f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nProxy-Authorization: Basic {pass_}\r\n\r\n".encode()

    def socket(self, host: str, port: int, timeout: float = PATIENCE_S) -> socket.socket:
        """A connected socket, through the gate. Raises Refused, NoWay."""
        try:
            made = socket.create_connection((HERE, self.gate.port()), timeout)
        except OSError:
            raise refused("gate_away") from None
        try:
            made.sendall(self.request(host, port))
            answer = Answer()
            while not answer.take(
                made.recv(1)
            ):  # what follows belongs to the other side, which may speak first
                pass
        except OSError:
            made.close()
            raise refused("gate_away") from None
        except Refused:
            made.close()
            raise
        return made


def user(going: Going) -> str:
    """What a tunnel is for, as the user name in its request."""
    account = str(going.account_id) if going.account_id else NOBODY
    return f"{account}.{going.kind.value}.{going.purpose}.{going.category.value}"


def going_of(text: str) -> Going:
    """The same read back. Raises ValueError."""
    account, kind, purpose, category = text.split(".")
    return Going(
        kind=Kind(kind), purpose=purpose, category=Category(category),
        account_id=None if account == NOBODY else UUID(account),
    )  # fmt: skip


class Answer:
    """The head of the gate's answer, as it comes."""

    def __init__(self) -> None:
        self._head = b""

    def take(self, piece: bytes) -> bool:
        """Whether the tunnel stands. Raises Refused, NoWay."""
        self._head += piece
        if not piece or len(self._head) > _LONGEST_ANSWER:
            raise refused("gate_away")
        if not self._head.endswith(b"\r\n\r\n"):
            return False
        status, *lines = self._head.decode("latin-1").split("\r\n")
        if status.split(" ")[1:2] == ["200"]:
            return True
        headers = dict(line.casefold().split(": ", 1) for line in lines if ": " in line)
        raise refused(headers.get(REASON, "bad_request"))


def refused(reason: str) -> Refused:
    """The error for a reason, in words."""
    why = REASONS.get(reason, "The gate refused.")
    says = f"Nothing was sent: {why[0].lower()}{why[1:]}"
    return NoWay(reason, says) if reason in _LATER else Refused(reason, says)
