# ruff: noqa: INP001 (a script, not a package)
"""Turns a 16-bit mono WAV file into a µ-law one: `telephone_wav.py FROM TO RATE`."""

import struct
import sys
import wave
from pathlib import Path

import numpy as np

from ringfence.core.g711 import encode
from ringfence.voice.speech.resample import resample

PEAK = 12_000
LEAD_S = 0.1
MULAW = 7  # WAVE_FORMAT_MULAW


def levelled(pcm: bytes, rate: int) -> bytes:
    """An even level, and a moment of silence on either side."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    samples *= PEAK / max(1.0, float(np.abs(samples).max()))
    quiet = bytes(2 * int(rate * LEAD_S))
    return quiet + samples.astype("<i2").tobytes() + quiet


def wav(data: bytes, rate: int) -> bytes:
    """The file: RIFF with a `fact` chunk, as the format asks of anything but PCM."""
    data += bytes(len(data) % 2)
    form = struct.pack("<HHIIHHH", MULAW, 1, rate, rate, 1, 8, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"fact" + struct.pack("<II", 4, len(data)) + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def main(source: str, target: str, rate: int) -> None:
    with wave.open(source) as file:
        pcm = resample(file.readframes(file.getnframes()), file.getframerate(), rate)
    Path(target).write_bytes(wav(encode(levelled(pcm, rate)), rate))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
