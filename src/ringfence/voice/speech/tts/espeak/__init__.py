"""eSpeak NG in a process of its own (GPL-3.0: never imported or linked by the platform; decision 0004)."""

from ringfence.voice.speech.tts.espeak.engine import EspeakTts

__all__ = ["EspeakTts"]
