"""Which engines a call gets. The platform's own are shared; an account's own are its alone, and are closed with the call."""

from collections.abc import Mapping

from ringfence.voice.runtime.ports import EngineChoice, Engines
from ringfence.voice.speech.fake.stt import ScriptedStt
from ringfence.voice.speech.fake.tts import ToneTts


class EngineRoom:
    """The port `EngineFactory`. Until the offline engines are wired here, it hears nothing and hums."""

    def engines(self, names: Mapping[str, str], choices: Mapping[str, EngineChoice]) -> Engines:
        return Engines(stt=ScriptedStt([]), tts=ToneTts())

    async def release(self, engines: Engines) -> None:
        """Nothing to let go of."""
