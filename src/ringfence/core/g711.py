"""G.711 µ-law to linear PCM and back, by table (ITU-T G.711)."""

from typing import Final

import numpy as np
import numpy.typing as npt

SILENCE: Final = b"\xff"
_BIAS: Final = 0x84
_CLIP: Final = 32_635


def _decoding() -> npt.NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + _BIAS << ((code >> 4) & 0x07)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding() -> npt.NDArray[np.uint8]:
    """Indexed by the sample's bits as an unsigned number."""
    sample = np.arange(65_536, dtype=np.int32).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    codes: npt.NDArray[np.uint8] = (
        ~(np.where(sample < 0, 0x80, 0) | (exponent << 4) | mantissa) & 0xFF
    ).astype(np.uint8)
    return codes


_DECODE: Final = _decoding()
_ENCODE: Final = _encoding()


def decode(ulaw: bytes) -> bytes:
    """µ-law bytes to 16-bit little-endian PCM, twice as long."""
    pcm: bytes = _DECODE[np.frombuffer(ulaw, np.uint8)].tobytes()
    return pcm


def encode(pcm: bytes) -> bytes:
    """16-bit little-endian PCM to µ-law bytes, half as long. An odd last byte is dropped."""
    ulaw: bytes = _ENCODE[np.frombuffer(pcm, "<u2", len(pcm) // 2)].tobytes()
    return ulaw
