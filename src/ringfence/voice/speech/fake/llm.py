"""A language model that recites."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ringfence.voice.speech.ports import ChatPiece, SpeechError


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing for `seconds`, within an answer."""

    seconds: float


Piece = str | ChatPiece | Pause | SpeechError


class ScriptedLlm:
    """Each `chat` takes the next answer of the script: words, tool calls, pauses, or an error to break off with.

    After the last answer come empty ones. `asked` lists the messages of each request, the last `keep` of them.
    """

    name = "scripted"

    def __init__(self, script: Iterable[Sequence[Piece]] = (), *, keep: int = 100) -> None:
        self._answers = iter(script)
        self._keep = keep
        self.asked: list[Sequence[dict[str, Any]]] = []

    async def chat(
        self,
        messages: Sequence[dict[str, Any]],
        *,
        tools: Sequence[dict[str, Any]],
        temperature: float,
    ) -> AsyncGenerator[ChatPiece]:
        self.asked.append(messages)
        del self.asked[: -self._keep]
        words = 0
        for piece in next(self._answers, ()):
            if isinstance(piece, SpeechError):
                raise piece
            if isinstance(piece, Pause):
                await asyncio.sleep(piece.seconds)
                continue
            said = ChatPiece(text=piece) if isinstance(piece, str) else piece
            words += len(said.text.split())
            yield said
        yield ChatPiece(usage={"output_tokens": words})

    async def aclose(self) -> None:
        """Nothing to let go of."""
