"""Speech: raw PCM at 24 kHz, streamed, brought to the wire's rate."""

from collections.abc import AsyncGenerator
from typing import Final

from ringfence.voice.speech.openai.endpoint import Endpoint
from ringfence.voice.speech.ports import EngineNonsense
from ringfence.voice.speech.resample import Resampler

THEIR_RATE: Final = 24_000
LONGEST_S: Final = 600


class OpenAiTts:
    """The port `Tts`. `voice` of the definition wins over the engine's own."""

    def __init__(self, endpoint: Endpoint, *, voice: str = "alloy", their_rate: int = THEIR_RATE) -> None:
        self._endpoint = endpoint
        self._voice = voice
        self._rate = their_rate
        self.name = f"openai:{endpoint.model}"

    async def synthesize(
        self,
        text: str,
        *,
        rate: int,
        language: str,
        voice: str | None,
    ) -> AsyncGenerator[bytes]:
        if not text.strip():
            return
        body = {
            "model": self._endpoint.model, "input": text, "voice": voice or self._voice, "response_format": "pcm",
        }  # fmt: skip
        resampler, length = Resampler(self._rate, rate), 0
        async with self._endpoint.post("/audio/speech", json=body) as answer:
            if "json" in answer.headers.get("content-type", ""):
                raise EngineNonsense("the voice answered with JSON instead of audio")
            async for piece in answer.aiter_bytes():
                length += len(piece)
                if length > LONGEST_S * self._rate * 2:
                    raise EngineNonsense("the voice's audio has no end")
                if pcm := resampler.push(piece):
                    yield pcm
        if not length:
            raise EngineNonsense("the voice gave no audio")
        if rest := resampler.flush():
            yield rest

    async def aclose(self) -> None:
        await self._endpoint.aclose()
