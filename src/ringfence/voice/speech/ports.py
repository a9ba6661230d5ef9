"""What an engine has to be. Every implementation passes the contract suite in `tests/contract/speech`.

Audio at a port is mono PCM, 16-bit little-endian, at the sample rate named in Hz. The shapes are those that
streaming engine libraries of the field share (a stream that is pushed to and iterated; synthesis and chat as
asynchronous generators), so that an adapter to such a library is one class a port.

Errors of an engine are raised where its answer is read: by the iteration, never by `push`, `flush` or the call
that starts something. A generator that is closed early lets go of its engine at once.

    SpeechError
    ├── EngineUnreachable    no connection, refused, or a server error; retry may help
    ├── EngineStalled        nothing within the time allowed; retry may help
    ├── EngineNonsense       an answer outside the protocol
    └── NotSupported         the engine cannot do this (free speech on closed grammars, say)
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ringfence.core.agent.answers import Answer
from ringfence.core.errors import BadInput, RingfenceError, Unavailable


class SpeechError(RingfenceError):
    code = "engine"


class EngineUnreachable(SpeechError, Unavailable):
    code = "engine_unreachable"


class EngineStalled(SpeechError, Unavailable):
    code = "engine_stalled"


class EngineNonsense(SpeechError):
    code = "engine_nonsense"


class NotSupported(SpeechError, BadInput):
    code = "engine_not_supported"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What was understood. `text` is empty for nothing; `value` is a closed grammar's canonical reading.

    `final` closes the utterance. `confidence` lies in 0..1; times are seconds from the stream's first sample.
    """

    text: str
    final: bool
    confidence: float = 1.0
    value: str | None = None


class SttStream(Protocol):
    """One utterance on its way: push audio, flush once the caller has stopped, read until a final hypothesis.

    The iteration ends after the final hypothesis, of which there is exactly one (with empty text if nothing was
    understood), or with an error, or after `aclose`, which may be called at any time and more than once. Audio
    pushed after the flush is ignored.
    """

    def push(self, pcm: bytes) -> None: ...
    def flush(self) -> None: ...
    def __aiter__(self) -> AsyncIterator[Hypothesis]: ...
    async def aclose(self) -> None: ...


class Stt(Protocol):
    """A recogniser. `free_speech` is False where only closed answers can be recognised.

    `answer` of None asks for free speech. `stream` raises NotSupported for what the engine cannot do.
    """

    name: str
    free_speech: bool

    def stream(self, *, rate: int, answer: Answer | None, language: str) -> SttStream: ...
    async def aclose(self) -> None: ...


class Tts(Protocol):
    """A voice. Chunks hold whole samples and may have any length; `rate` of the result is the one asked for.

    Nothing to say gives no chunk.
    """

    name: str

    def synthesize(
        self, text: str, *, rate: int, language: str, voice: str | None
    ) -> AsyncGenerator[bytes]: ...
    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPiece:
    """A piece of a streamed answer: words, or one whole tool call; `usage` comes with the last piece."""

    text: str = ""
    tool: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)


class Llm(Protocol):
    """A language model behind a chat interface with tools.

    `messages` and `tools` are in the chat form of OpenAI's API: {"role", "content", …}, and
    {"type": "function", "function": {"name", "description", "parameters": JSON schema}}. The last piece of an
    answer is an empty one with the usage, which may be unknown.
    """

    name: str

    def chat(
        self, messages: Sequence[dict[str, Any]], *, tools: Sequence[dict[str, Any]], temperature: float
    ) -> AsyncGenerator[ChatPiece]: ...
    async def aclose(self) -> None: ...


class VadStream(Protocol):
    """One call's ear for speech. Feed whole windows; the result arrives with the process's next batch.

    A window has `window` samples, 32 ms or so. After `close`, what was not answered yet is dropped.
    """

    window: int

    def feed(self, window: bytes) -> None: ...
    def close(self) -> None: ...


class Vad(Protocol):
    """Voice activity for all calls of a process: each `tick` answers every window fed since the last one."""

    rate: int

    def open(self) -> VadStream: ...
    def tick(self) -> list[tuple[VadStream, float]]:
        """Speech probability 0..1 for each window fed, in order per stream; batched across streams."""
        ...
