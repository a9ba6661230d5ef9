# ruff: noqa: INP001 (a script, not a package)
"""Turns a 16-bit mono WAV file into an 8 kHz µ-law one: `telephone_wav.py FROM TO`."""

import struct
import sys
import wave
from pathlib import Path

import numpy as np

from ringfence.voice.speech.resample import resample

RATE = 8_000
PEAK = 12_000
LEAD_S = 0.1
BIAS, CLIP = 132, 32_635
MULAW = 7  # WAVE_FORMAT_MULAW


def mulaw(pcm: bytes) -> bytes:
    """G.711 µ-law of 16-bit samples, after an even level and a moment of silence on either side."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float64)
    samples *= PEAK / max(1.0, float(np.abs(samples).max()))
    quiet = np.zeros(int(RATE * LEAD_S))
    values = np.concatenate((quiet, samples, quiet)).astype(np.int64)
    sign = np.where(values < 0, 0x80, 0)
    magnitude = np.minimum(np.abs(values), CLIP) + BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int64) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    return (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8).tobytes()


def wav(data: bytes) -> bytes:
    """The file: RIFF with a `fact` chunk, as the format asks of anything but PCM."""
    data += bytes(len(data) % 2)
    form = struct.pack("<HHIIHHH", MULAW, 1, RATE, RATE, 1, 8, 0)
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    body += b"fact" + struct.pack("<II", 4, len(data)) + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def main(source: str, target: str) -> None:
    with wave.open(source) as file:
        pcm = resample(file.readframes(file.getnframes()), file.getframerate(), RATE)
    Path(target).write_bytes(wav(mulaw(pcm)))


if __name__ == "__main__":
    main(*sys.argv[1:])
