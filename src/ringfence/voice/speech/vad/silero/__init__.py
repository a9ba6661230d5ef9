"""Silero's voice activity model, batched over all calls of a process, behind webrtcvad as a cheap gate."""

from ringfence.voice.speech.vad.silero.model import Model, model_path
from ringfence.voice.speech.vad.silero.vad import SileroVad

__all__ = ["Model", "SileroVad", "model_path"]
