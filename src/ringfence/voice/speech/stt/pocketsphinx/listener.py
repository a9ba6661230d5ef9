"""One utterance through one decoder. Only the worker process imports this.

The acoustic model was made from 16 kHz speech; a telephone carries half of that band. Raised to 16 kHz by a clean
filter, the upper half is empty, which the model takes for no speech it knows (12 of 40 spoken numbers misheard).
Leaving a part of the mirror image there, as a cheap filter would, gives it something to hold on to (4 of 40).
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pocketsphinx

from ringfence.voice.speech.resample import Resampler
from ringfence.voice.speech.stt.pocketsphinx.pronounce import pronounce
from ringfence.voice.speech.stt.pocketsphinx.rival import answered, with_rival

RATE = 16_000
_MIRROR = 0.3
_WORD = re.compile(r"[a-z][a-z']*")
_QUIET = {"lm": None, "loglevel": "FATAL", "bestpath": False, "samprate": RATE}

# The mean of the cepstra, measured on four voices over each kind of line. A short answer is over before a running
# mean has settled, and with what the caller before left behind it would not be judged alone: so each utterance
# begins with half of this and half of its own first moments. The model's own prior costs 7 more of 40 numbers.
CEPSTRAL_MEAN = {
    8_000: (33.9, 1.2, -2.0, 10.8, 2.5, -9.6, 8.9, -8.1, -1.7, 3.2, -4.7, 7.3, -2.6),
    16_000: (37.2, -3.7, 5.1, 13.4, 0.2, -0.8, 2.2, -2.1, -2.3, -1.5, 2.8, 1.8, 1.2),
}
FIRST_S = 1.2

DICTIONARY = Path(__file__).with_name("rival.dict")


@cache
def _dictionary() -> pocketsphinx.Decoder:
    """A decoder that only tells how words sound: the large dictionary, once a process."""
    return pocketsphinx.Decoder(**_QUIET)


def warm() -> None:
    """Load what takes time."""
    _dictionary()
    _gauge()


def _sounds(word: str) -> list[str]:
    """The ways of saying `word`: from the dictionary, else by rule."""
    known = _dictionary().lookup_word(word)
    if known is None:
        return [guess] if (guess := pronounce(word)) else []
    others = (_dictionary().lookup_word(f"{word}({n})") for n in range(2, 6))
    return [known, *(way for way in others if way)]


class Raised:
    """8 kHz or 16 kHz speech as the model wants it."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate, RATE)
        self._mirror = rate * 2 == RATE
        self._raw = np.zeros(0, np.float32)

    def push(self, pcm: bytes) -> bytes:
        clean = self._resampler.push(pcm)
        return self._with_mirror(pcm, clean) if self._mirror else clean

    def flush(self) -> bytes:
        clean = self._resampler.flush()
        return self._with_mirror(b"", clean) if self._mirror else clean

    def _with_mirror(self, pcm: bytes, clean: bytes) -> bytes:
        """Samples with zeros between them are the signal and its whole image: the difference is the image."""
        stuffed = np.zeros(len(pcm) // 2 * 2, np.float32)
        stuffed[::2] = np.frombuffer(pcm[: len(pcm) & ~1], "<i2")
        self._raw = np.concatenate((self._raw, stuffed * 2))
        signal = np.frombuffer(clean, "<i2").astype(np.float32)
        image = self._raw[: len(signal)] - signal
        self._raw = self._raw[len(signal) :]
        mixed: bytes = np.clip(signal + _MIRROR * image, -32_768, 32_767).astype("<i2").tobytes()
        return mixed


@cache
def _gauge() -> pocketsphinx.Decoder:
    """A decoder that searches nothing and only measures."""
    gauge = pocketsphinx.Decoder(dict=str(DICTIONARY), **_QUIET)
    gauge.add_jsgf_string("gauge", b"#JSGF V1.0; grammar gauge; public <gauge> = zzaa;")
    gauge.activate_search("gauge")
    return gauge


def _mean(audio: bytes, rate: int) -> str:
    """The cepstral mean to begin with."""
    gauge = _gauge()
    gauge.start_utt()
    gauge.process_raw(audio, True, True)
    gauge.end_utt()
    own = [float(c) for c in gauge.get_cmn(True).split(",")]
    return ",".join(f"{(a + b) / 2:.3f}" for a, b in zip(own, CEPSTRAL_MEAN[rate], strict=True))


class Listener:
    """Push audio, finish once. A decoder knows the words of its grammar alone, and costs 4 MB."""

    def __init__(self, grammar: str, rate: int) -> None:
        self._rate = rate
        self._audio = Raised(rate)
        self._first: bytes | None = b""
        self._decoder = pocketsphinx.Decoder(dict=str(DICTIONARY), **_QUIET)
        self._learn(grammar)
        self._decoder.add_jsgf_string("answer", with_rival(grammar).encode())
        self._decoder.activate_search("answer")

    def push(self, pcm: bytes) -> None:
        self._hear(self._audio.push(pcm))

    def finish(self) -> str:
        """The words that were said, or nothing."""
        self._hear(self._audio.flush())
        self._begin()
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return answered(found.hypstr) if found else ""

    def _hear(self, raised: bytes) -> None:
        if self._first is None:
            self._search(raised)
            return
        self._first += raised
        if len(self._first) >= FIRST_S * RATE * 2:
            self._begin()

    def _begin(self) -> None:
        """Take the measure of what was held, and start on it."""
        if self._first is None:
            return
        held, self._first = self._first, None
        if held:
            self._decoder.set_cmn(_mean(held, self._rate))
        self._decoder.start_utt()
        self._search(held)

    def _search(self, raised: bytes) -> None:
        if raised:
            self._decoder.process_raw(raised, False, False)

    def _learn(self, grammar: str) -> None:
        body = re.sub(r"<[^>]*>|^#.*$|^grammar .*$", " ", grammar, flags=re.MULTILINE)
        for word in sorted(set(_WORD.findall(body)) - {"public"}):
            for way, sound in enumerate(_sounds(word), 1):
                self._decoder.add_word(word if way == 1 else f"{word}({way})", sound, False)
