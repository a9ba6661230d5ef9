"""Audio of synthetic callers, for tests: `tests/data/speech`, and what is not speech at all."""

from functools import cache
from pathlib import Path

import numpy as np

from ringfence.core.g711 import decode

FOLDER = Path(__file__).parents[1] / "data" / "speech"
RATE = 8_000


@cache
def caller(name: str) -> bytes:
    """What the caller of that file says: mono PCM, 16 bits, 8 kHz (`-wide`: 16 kHz)."""
    data = (FOLDER / f"{name}.wav").read_bytes()
    return decode(data[data.index(b"data") + 8 :])


def silence(seconds: float, rate: int = RATE) -> bytes:
    return bytes(2 * round(seconds * rate))


def noise(seconds: float, level: float, rate: int = RATE, seed: int = 1) -> bytes:
    """White noise with a root mean square of `level`."""
    samples = np.random.default_rng(seed).standard_normal(round(seconds * rate)) * level
    return np.clip(samples, -32_768, 32_767).astype("<i2").tobytes()


def windows(pcm: bytes, samples: int) -> list[bytes]:
    """Whole windows of that many samples; the rest is left out."""
    size = samples * 2
    return [pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size)]
