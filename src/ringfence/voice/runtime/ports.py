"""What the runtime needs from the world that rests. Implementations are in `ringfence.work`, wired by boot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from ringfence.core.call import CallResult, CallSetup, Channel, Holder, RightAsked
from ringfence.vault.live import LiveKeys
from ringfence.voice.speech.ports import Llm, Stt, Tts


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A call that may begin. `engines` is what the definition's names of engines stand for in this account.

    `today` is now, where the account is. A part that is not allowed has no period: it must never be written. `holder` is the
    member who opened the call in a browser: it lasts for as long as they may place calls.
    """

    setup: CallSetup
    keys: LiveKeys
    engines: Mapping[str, "EngineChoice"] = field(default_factory=dict)
    today: datetime
    holder: Holder | None = None
    recording_allowed: bool = True
    transcript_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """A call in progress that a member opened."""

    call_id: UUID
    account_id: UUID
    holder: Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """An account's own engine: an OpenAI-compatible endpoint."""

    account_id: UUID
    kind: str
    base_url: str
    model: str
    secret: str | None = field(default=None, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The engines of one call. `llm` is None for guided agents; `spare` takes over from a `tts` that fails."""

    stt: Stt
    tts: Tts
    llm: Llm | None = None
    spare: Tts | None = None


class EngineFactory(Protocol):
    """Makes a call's engines; those of the installation are shared, those of an account are its own."""

    def engines(self, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Engines: ...
    async def release(self, engines: Engines) -> None: ...


class Admission(Protocol):
    """The door: tickets in, calls out. Whatever it does raises Unavailable while the database is away."""

    async def redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        """Use a ticket up. None if it is unknown, used, expired or for another channel."""
        ...

    async def carrier_secret(self, connection_id: str) -> str | None: ...
    async def transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        """Raises CarrierFailed."""
        ...

    async def suppress(self, setup: CallSetup, cause: str) -> None:
        """No further call to the person's number, from now."""
        ...

    async def enter(self, setup: CallSetup, answered_at: datetime, asked: RightAsked) -> None:
        """Write a right down that outlives the call, before the call is over. Again changes nothing."""
        ...

    async def beat(self, calls: Sequence[tuple[UUID, UUID]]) -> None:
        """These calls (account, call) are alive."""
        ...

    async def withdrawn(self, calls: Sequence[Held]) -> frozenset[UUID]:
        """Those of the calls whose member may not have them open any more: role, membership or session were taken away."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Journals:
    """What a call left on disk; None where nothing was kept. `words` is needed no more once the result is in."""

    audio: Path | None
    words: Path | None


class CallSink(Protocol):
    """Where calls that ended go. Safe to repeat; raises Unavailable while the database is away."""

    async def deliver(
        self, setup: CallSetup, result: CallResult, journals: Journals, keys: LiveKeys
    ) -> None: ...
