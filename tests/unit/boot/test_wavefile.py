"""A caller's file, as programs write them: the same tone comes out, whatever it was kept as."""

import struct
from pathlib import Path

import numpy as np
import pytest

from ringfence.boot.wavefile import BadCaller, ulaw_of
from ringfence.core.g711 import decode

SECONDS, PITCH, LOUD = 0.5, 440.0, 0.4


def wav(data: bytes, *, kind: int, channels: int, rate: int, bits: int, more: bytes = b"") -> bytes:
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits) + more
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"LIST" + struct.pack("<I", 3) + b"abc\0"
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tone(rate: int, channels: int = 1) -> np.ndarray:
    at = np.arange(round(SECONDS * rate)) / rate
    return np.repeat((np.sin(2 * np.pi * PITCH * at) * LOUD)[:, None], channels, axis=1)


def as_24_bits(samples: np.ndarray) -> bytes:
    wide = (samples * 2**23).astype("<i4").reshape(-1, 1).view(np.uint8)
    return wide[:, :3].tobytes()


EXTENSIBLE = struct.pack("<HHIH", 22, 16, 0, 1) + bytes(14)
KEPT = {
    "8 bits": lambda: wav((tone(8_000) * 127 + 128).astype("u1").tobytes(), kind=1, channels=1, rate=8_000, bits=8),
    "16 bits, 44.1 kHz, stereo": lambda: wav((tone(44_100, 2) * 32767).astype("<i2").tobytes(), kind=1, channels=2, rate=44_100, bits=16),
    "24 bits, 48 kHz": lambda: wav(as_24_bits(tone(48_000)), kind=1, channels=1, rate=48_000, bits=24),
    "32 bits": lambda: wav((tone(16_000) * 2**31).astype("<i4").tobytes(), kind=1, channels=1, rate=16_000, bits=32),
    "floats": lambda: wav(tone(22_050).astype("<f4").tobytes(), kind=3, channels=1, rate=22_050, bits=32),
    "extensible": lambda: wav((tone(16_000) * 32767).astype("<i2").tobytes(), kind=0xFFFE, channels=1, rate=16_000, bits=16, more=EXTENSIBLE),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_the_same_tone_comes_out(tmp_path: Path, name: str) -> None:
    file = tmp_path / "caller.wav"
    file.write_bytes(KEPT[name]())
    heard = np.frombuffer(decode(ulaw_of(file)), "<i2") / 32767
    assert len(heard) == pytest.approx(SECONDS * 8_000, abs=2)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert np.argmax(spectrum) * 8_000 / len(heard) == pytest.approx(PITCH, abs=3)
    assert np.abs(heard[400:-400]).max() == pytest.approx(LOUD, rel=0.06)


def test_what_a_telephone_cannot_carry_is_left_out(tmp_path: Path) -> None:
    at = np.arange(44_100) / 44_100
    file = tmp_path / "whistle.wav"
    whistle = (np.sin(2 * np.pi * 7_000 * at) * 20_000).astype("<i2").tobytes()
    file.write_bytes(wav(whistle, kind=1, channels=1, rate=44_100, bits=16))
    assert np.abs(np.frombuffer(decode(ulaw_of(file)), "<i2")[200:-200]).max() < 200, "folded back as 1 kHz"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"RIFF", b"no sound at all", wav(b"", kind=1, channels=0, rate=8_000, bits=16), wav(b"1234", kind=1, channels=1, rate=0, bits=16),
        wav(b"1234", kind=2, channels=1, rate=8_000, bits=4), wav(b"1234", kind=1, channels=1, rate=2**31 - 1, bits=16),
    ],
)  # fmt: skip
def test_what_is_no_sound_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "caller.wav"
    file.write_bytes(data)
    with pytest.raises(BadCaller, match=r"caller\.wav"):
        ulaw_of(file)


def test_a_file_that_was_cut_off_is_as_long_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "caller.wav"
    file.write_bytes(KEPT["24 bits, 48 kHz"]()[:-1001])
    assert 0 < len(ulaw_of(file)) < SECONDS * 8_000
