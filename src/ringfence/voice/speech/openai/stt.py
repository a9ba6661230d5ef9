"""Transcriptions: one utterance, held in memory, sent as a WAV file once the caller has stopped."""

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Final

import orjson

from ringfence.core.agent.answers import Answer
from ringfence.voice.speech.openai.endpoint import Endpoint
from ringfence.voice.speech.ports import EngineNonsense, Hypothesis

LONGEST_S: Final = 120
LARGEST_ANSWER: Final = 64 * 1024


class _Stream:
    def __init__(self, endpoint: Endpoint, rate: int, language: str) -> None:
        self._endpoint = endpoint
        self._rate = rate
        self._language = language
        self._pcm = bytearray()
        self._flushed = asyncio.Event()
        self._closed = False

    def push(self, pcm: bytes) -> None:
        if not self._flushed.is_set() and len(self._pcm) < LONGEST_S * self._rate * 2:
            self._pcm += pcm

    def flush(self) -> None:
        self._flushed.set()

    async def __aiter__(self) -> AsyncIterator[Hypothesis]:
        await self._flushed.wait()
        if self._closed:
            return
        if not self._pcm:
            yield Hypothesis(text="", final=True)
            return
        files = {"file": ("speech.wav", _wav(bytes(self._pcm), self._rate), "audio/wav")}
        data = {"model": self._endpoint.model, "language": self._language[:2], "response_format": "json"}
        body = b""
        async with self._endpoint.post("/audio/transcriptions", files=files, data=data) as answer:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise EngineNonsense("the recogniser's answer has no end")
        if not self._closed:
            yield Hypothesis(text=_text(body), final=True)

    async def aclose(self) -> None:
        self._closed = True
        self._flushed.set()
        self._pcm.clear()


class OpenAiStt:
    """The port `Stt`, for free speech."""

    free_speech = True

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.name = f"openai:{endpoint.model}"

    def stream(self, *, rate: int, answer: Answer | None, language: str) -> _Stream:
        return _Stream(self._endpoint, rate, language)

    async def aclose(self) -> None:
        await self._endpoint.aclose()


def _text(body: bytes) -> str:
    try:
        text = orjson.loads(body)["text"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise EngineNonsense("the recogniser's answer is not a transcription") from None
    if not isinstance(text, str):
        raise EngineNonsense("the recogniser's answer is not a transcription")
    return text.strip()


def _wav(pcm: bytes, rate: int) -> bytes:
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", len(pcm) + 36, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data",
        len(pcm),
    )  # fmt: skip
    return head + pcm
