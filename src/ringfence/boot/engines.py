"""Which engines a call gets. The platform's own are shared by all calls; an account's own are made for one and end with it."""

import os
from collections.abc import Mapping

from ringfence.core.agent.model import OFFLINE
from ringfence.core.personal import Category
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.voice.runtime.ports import EngineChoice, Engines
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm, OpenAiStt, OpenAiTts
from ringfence.voice.speech.ports import Llm, Stt, Tts
from ringfence.voice.speech.stt.pocketsphinx.engine import PocketsphinxStt
from ringfence.voice.speech.tts.espeak.engine import EspeakTts
from ringfence.voice.telephony.ports import NotAdmitted


class EngineRoom:
    """The port `EngineFactory`, for one media process."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._ears = PocketsphinxStt(workers=max(1, (os.cpu_count() or 1) // 2))
        self._voice = EspeakTts()

    def start(self) -> None:
        """Start the helpers before the first call needs them. Needs a running loop."""
        self._ears.start()
        self._voice.start()

    def engines(self, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Engines:
        """Raises NotAdmitted where an agent names an engine that its account has no more."""
        tts = self._tts(names.get("tts", OFFLINE), choices)
        return Engines(
            stt=self._stt(names.get("stt", OFFLINE), choices),
            tts=tts,
            llm=self._llm(names.get("llm"), choices),
            spare=None if tts is self._voice else self._voice,
        )

    async def release(self, engines: Engines) -> None:
        """Let go of what was made for one call."""
        each: Stt | Tts | Llm | None
        for each in (engines.stt, engines.tts, engines.llm):
            if each is not None and each is not self._ears and each is not self._voice:
                await each.aclose()

    async def aclose(self) -> None:
        """End the helpers."""
        await self._ears.aclose()
        await self._voice.aclose()

    def _stt(self, name: str, choices: Mapping[str, EngineChoice]) -> Stt:
        return self._ears if name == OFFLINE else OpenAiStt(self._endpoint("stt", name, choices))

    def _tts(self, name: str, choices: Mapping[str, EngineChoice]) -> Tts:
        if name == OFFLINE:
            return self._voice
        voice = choices[name].settings.get("voice") if name in choices else None
        endpoint = self._endpoint("tts", name, choices)
        return OpenAiTts(endpoint, voice=voice) if isinstance(voice, str) else OpenAiTts(endpoint)

    def _llm(self, name: str | None, choices: Mapping[str, EngineChoice]) -> Llm | None:
        return None if name in {None, OFFLINE} else OpenAiLlm(self._endpoint("llm", str(name), choices))

    def _endpoint(self, kind: str, name: str, choices: Mapping[str, EngineChoice]) -> Endpoint:
        choice = choices.get(name)
        if choice is None or choice.kind != kind:
            raise NotAdmitted(f"The agent names an engine for {kind} that its account does not have.")
        going = Going(
            kind=Kind.ENGINE, purpose="service", category=Category.CALL, account_id=choice.account_id
        )
        return Endpoint(choice.base_url, choice.model, choice.secret, way=self._gate.way(going))
