"""Chat completions, streamed as server-sent events, with tools."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson

from ringfence.voice.speech.openai.endpoint import Endpoint
from ringfence.voice.speech.ports import ChatPiece, EngineNonsense

LONGEST_LINE: Final = 256 * 1024
LONGEST_ANSWER: Final = 100_000


@dataclass(slots=True)
class _Call:
    """A tool call, whose name and arguments come in pieces."""

    name: str = ""
    arguments: str = ""

    def whole(self) -> ChatPiece:
        try:
            arguments = orjson.loads(self.arguments or "{}")
        except orjson.JSONDecodeError:
            raise EngineNonsense("the model's arguments are not JSON") from None
        if not self.name or not isinstance(arguments, dict):
            raise EngineNonsense("the model's tool call has no name or no arguments")
        return ChatPiece(tool=self.name, arguments=arguments)


@dataclass(slots=True)
class _Answer:
    """What came of one answer so far."""

    calls: dict[int, _Call] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    length: int = 0

    def take(self, event: dict[str, Any]) -> str:
        """One event of the stream; its words."""
        used = event.get("usage") or {}
        for ours, theirs in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
            if isinstance(used.get(theirs), int):
                self.usage[ours] = used[theirs]
        text = ""
        for choice in (event.get("choices") or [])[:1]:
            delta = choice.get("delta") or {}
            text = delta.get("content") or ""
            for piece in delta.get("tool_calls") or ():
                call = self.calls.setdefault(int(piece.get("index", 0)), _Call())
                function = piece.get("function") or {}
                call.name += function.get("name") or ""
                call.arguments += function.get("arguments") or ""
                self.length += len(function.get("arguments") or "")
        self.length += len(text)
        if self.length > LONGEST_ANSWER:
            raise EngineNonsense("the model's answer has no end")
        return text


class OpenAiLlm:
    """The port `Llm`."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name = f"openai:{endpoint.model}"

    async def chat(
        self, messages: Sequence[dict[str, Any]], *, tools: Sequence[dict[str, Any]], temperature: float
    ) -> AsyncGenerator[ChatPiece]:
        body: dict[str, Any] = {
            "model": self._endpoint.model, "messages": list(messages), "temperature": temperature, "stream": True,
            "stream_options": {"include_usage": True},
        }  # fmt: skip
        if tools:
            body["tools"] = list(tools)
        answer = _Answer()
        async with self._endpoint.post("/chat/completions", json=body) as response:
            async for event in _events(response):
                try:
                    text = answer.take(event)
                except (AttributeError, TypeError, ValueError, KeyError):
                    raise EngineNonsense("the model's answer is outside the protocol") from None
                if text:
                    yield ChatPiece(text=text)
        for number in sorted(answer.calls):
            yield answer.calls[number].whole()
        yield ChatPiece(usage=answer.usage)

    async def aclose(self) -> None:
        await self._endpoint.aclose()


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Server-sent events up to `[DONE]`; a stream that ends without it was cut."""
    held = b""
    async for piece in response.aiter_bytes():
        held += piece
        *lines, held = held.split(b"\n")
        if len(held) > LONGEST_LINE:
            raise EngineNonsense("a line of the model's answer has no end")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if data == b"[DONE]":
                return
            if data:
                yield _event(data)
    raise EngineNonsense("the model's answer was cut off")


def _event(data: bytes) -> dict[str, Any]:
    try:
        event = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise EngineNonsense("the model's answer is not JSON") from None
    if not isinstance(event, dict) or "error" in event:
        raise EngineNonsense("the model answered with an error")
    return event
