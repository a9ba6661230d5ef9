"""Any endpoint that speaks OpenAI's HTTP interface: hosted, or vLLM, Ollama and llama.cpp on machines of one's own."""

from ringfence.voice.speech.openai.endpoint import Endpoint
from ringfence.voice.speech.openai.llm import OpenAiLlm
from ringfence.voice.speech.openai.stt import OpenAiStt
from ringfence.voice.speech.openai.tts import OpenAiTts

__all__ = ["Endpoint", "OpenAiLlm", "OpenAiStt", "OpenAiTts"]
