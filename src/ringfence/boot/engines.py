"""Which engine stands behind which name: those that the platform brings along are shared, an account's own are its calls'."""

from collections.abc import Mapping

from ringfence.core.agent.model import OFFLINE
from ringfence.voice.runtime.ports import EngineChoice, Engines
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm, OpenAiStt, OpenAiTts
from ringfence.voice.speech.ports import Llm, NotSupported, Stt, Tts
from ringfence.voice.speech.stt.pocketsphinx.engine import PocketsphinxStt
from ringfence.voice.speech.tts.espeak import EspeakTts


class EngineRoom:
    """The port `EngineFactory` of a media process."""

    def __init__(self) -> None:
        self._stt = PocketsphinxStt()
        self._tts = EspeakTts()

    def start(self) -> None:
        """Start the shared engines ahead of the first call. Within a running loop."""
        self._stt.start()
        self._tts.start()

    def engines(self, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Engines:
        """The engines of one call. Raises NotSupported for a name that stands for nothing."""
        stt: Stt = (
            self._stt if names.get("stt", OFFLINE) == OFFLINE else OpenAiStt(_of("stt", names, choices))
        )
        tts: Tts = self._tts
        if names.get("tts", OFFLINE) != OFFLINE:
            settings = choices[names["tts"]].settings if names["tts"] in choices else {}
            tts = OpenAiTts(_of("tts", names, choices), voice=str(settings.get("voice", "alloy")))
        llm: Llm | None = OpenAiLlm(_of("llm", names, choices)) if names.get("llm") else None
        return Engines(stt=stt, tts=tts, llm=llm)

    async def release(self, engines: Engines) -> None:
        """Let go of what was made for one call."""
        for engine in (engines.stt, engines.tts, engines.llm):
            if engine is not None and engine is not self._stt and engine is not self._tts:
                await engine.aclose()

    async def aclose(self) -> None:
        await self._stt.aclose()
        await self._tts.aclose()


def _of(kind: str, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Endpoint:
    choice = choices.get(names[kind])
    if choice is None or choice.kind != kind:
        raise NotSupported(f"The account has no {kind} engine named {names[kind]!r}.")
    return Endpoint(choice.base_url, choice.model, choice.secret)
