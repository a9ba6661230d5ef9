"""A synthetic caller's WAV file as a telephone carries it. Any rate, any channels, and the samples that people's programs write."""

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from ringfence.core.errors import BadInput
from ringfence.core.g711 import decode, encode
from ringfence.voice.speech.resample import resample
from ringfence.voice.telephony.loopback.caller import RATE

Floats = np.ndarray[Any, np.dtype[np.float64]]
_PCM, _FLOAT, _MULAW, _EXTENSIBLE = 1, 3, 7, 0xFFFE
_FORM: Final = struct.Struct("<HHIIHH")  # kind, channels, rate, bytes a second, bytes a frame, bits
_KIND: Final = 24  # where an extensible format says its kind
_RATES: Final = range(4_000, 384_001)
_FULL: Final = 32_767.0


class BadCaller(BadInput):
    """A caller's file that cannot be read."""

    code = "bad_caller"


def ulaw_of(path: Path) -> bytes:
    """One channel of µ-law at 8 kHz. Takes PCM of 8 to 32 bits, floats, and µ-law. Raises BadCaller, OSError."""
    chunks = dict(_chunks(path.read_bytes()))
    form, data = chunks.get(b"fmt ", b""), chunks.get(b"data", b"")
    if len(form) < _FORM.size:
        raise BadCaller(f"{path.name} is not a WAV file.")
    kind, channels, rate, _, _, bits = _FORM.unpack_from(form)
    if kind == _EXTENSIBLE and len(form) >= _KIND + 2:
        kind = int.from_bytes(form[_KIND : _KIND + 2], "little")
    read = _READERS.get((kind, bits))
    if read is None or not channels or rate not in _RATES:
        raise BadCaller(f"{path.name} holds sound that cannot be read here. Save it as PCM of 16 bits.")
    whole = len(data) - len(data) % (channels * bits // 8)
    mono = read(data[:whole]).reshape(-1, channels).mean(axis=1)
    pcm = np.clip(np.rint(mono), -_FULL - 1, _FULL).astype("<i2").tobytes()
    return encode(resample(pcm, rate, RATE))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a RIFF file. One that says it is longer than the file (a recorder that was cut off) ends with it."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return
    at = 12
    while at + 8 <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        yield name, data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _scaled(form: str, full: float, middle: float = 0.0) -> Callable[[bytes], Floats]:
    return lambda data: (np.frombuffer(data, form).astype(np.float64) - middle) * (_FULL / full)


def _of_24_bits(data: bytes) -> Floats:
    wide = np.zeros((len(data) // 3, 4), np.uint8)
    wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
    return wide.view("<i4")[:, 0] / 65_536.0


def _of_mulaw(data: bytes) -> Floats:
    return np.frombuffer(decode(data), "<i2").astype(np.float64)


# (kind, bits) → samples at the scale of 16 bits.
_READERS: Final[dict[tuple[int, int], Callable[[bytes], Floats]]] = {
    (_PCM, 8): _scaled("u1", 127.0, 128.0),
    (_PCM, 16): _scaled("<i2", _FULL),
    (_PCM, 24): _of_24_bits,
    (_PCM, 32): _scaled("<i4", 2.0**31),
    (_FLOAT, 32): _scaled("<f4", 1.0),
    (_FLOAT, 64): _scaled("<f8", 1.0),
    (_MULAW, 8): _of_mulaw,
}
