"""Engines that follow a script, for tests, for benches and for trying a flow without a model."""

from ringfence.voice.speech.fake.llm import Pause, ScriptedLlm
from ringfence.voice.speech.fake.stt import Line, ScriptedStt
from ringfence.voice.speech.fake.tts import ToneTts
from ringfence.voice.speech.fake.vad import LevelVad

__all__ = ["LevelVad", "Line", "Pause", "ScriptedLlm", "ScriptedStt", "ToneTts"]
