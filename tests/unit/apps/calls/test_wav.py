"""The WAV that does not exist: any range of it equals the same range of the whole, rendered at once."""

import io
import wave
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.apps.calls.wav import FRAME, HEADER, WavReader
from ringfence.core.g711 import decode
from ringfence.vault.journal import Entry, JournalContext

RATE = 8000


class Journal:
    """Chunks in memory, as a journal's reader shows them; counts what is read."""

    def __init__(self, chunks: dict[int, bytes], rate: int = RATE) -> None:
        self.context = JournalContext(
            account_id=UUID(int=1), call_id=UUID(int=2), part="recording", rate=rate
        )
        self._chunks = list(chunks.values())
        self.entries = [
            Entry(1, position, 0, len(chunk) + 16, number)
            for number, (position, chunk) in enumerate(chunks.items())
        ]
        self.reads = 0

    def read(self, number: int) -> bytes:
        self.reads += 1
        return self._chunks[number]


def reader(journal: Any, seconds: float) -> WavReader:
    return WavReader(journal, round(seconds * 1000))


def rendered(chunks: dict[int, bytes], frames: int) -> bytes:
    """The whole file, by the library."""
    sides = np.zeros((frames, 2), "<i2")
    for position, chunk in chunks.items():
        half = len(chunk) // 2
        for side, ulaw in enumerate((chunk[:half], chunk[half:])):
            pcm = np.frombuffer(decode(ulaw), "<i2")[: max(0, frames - position)]
            sides[position : position + len(pcm), side] = pcm
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sides.tobytes())
    return out.getvalue()


@st.composite
def recordings(draw: st.DrawFn) -> tuple[dict[int, bytes], int]:
    """Chunks of any length with gaps before, between and after; a length in milliseconds that may cut the last one."""
    chunks, position = dict[int, bytes](), 0
    for gap, length, seed in draw(
        st.lists(st.tuples(st.sampled_from([0, 0, 1, 7, 300]), st.integers(1, 250), st.integers(0, 99)), max_size=8)
    ):  # fmt: skip
        position += gap
        chunks[position] = np.random.default_rng(seed).integers(0, 256, 2 * length, "u1").tobytes()
        position += length
    milliseconds = max(0, position // 8 + draw(st.sampled_from([-3, -1, 0, 1, 30])))
    return chunks, milliseconds


@settings(max_examples=300, deadline=None)
@given(recordings(), st.lists(st.tuples(st.integers(0, 9000), st.integers(0, 9000)), min_size=1, max_size=6))
def test_every_range_is_that_of_the_whole(
    recording: tuple[dict[int, bytes], int], ranges: list[tuple[int, int]]
) -> None:
    chunks, milliseconds = recording
    whole = rendered(chunks, milliseconds * RATE // 1000)
    wav = WavReader(Journal(chunks), milliseconds)  # type: ignore[arg-type]
    assert wav.size == len(whole)
    assert wav.read(0, wav.size) == whole
    for start, stop in ranges:
        assert wav.read(start, stop) == whole[start:stop]


def test_a_player_finds_what_it_expects() -> None:
    wav = reader(Journal({0: b"\x00" * 2 * RATE}), 3.0)
    with wave.open(io.BytesIO(wav.read(0, wav.size))) as file:
        assert file.getparams()[:4] == (2, 2, RATE, 3 * RATE)
        frames = np.frombuffer(file.readframes(3 * RATE), "<i2")
    assert abs(int(frames[0])) > 30_000
    assert not frames[2 * RATE :].any()
    assert wav.seconds == 3.0


def test_a_browser_channel_has_its_own_rate() -> None:
    wav = reader(Journal({0: b"\xff" * 32_000}, rate=16_000), 1.0)
    assert wav.size == HEADER + 16_000 * FRAME
    assert int.from_bytes(wav.read(24, 28), "little") == 16_000


def test_seeking_reads_the_chunk_it_lands_in() -> None:
    journal = Journal({n * RATE: b"\x10" * 2 * RATE for n in range(600)})
    wav = reader(journal, 600)
    middle = HEADER + 300 * RATE * FRAME + 2
    assert wav.read(middle, middle + 100)
    assert journal.reads == 1


@pytest.mark.parametrize(("start", "stop"), [(5, 5), (9, 3), (10**9, 10**9 + 5)])
def test_an_empty_range_is_empty(start: int, stop: int) -> None:
    assert reader(Journal({0: b"\x00" * 100}), 1).read(start, stop) == b""
