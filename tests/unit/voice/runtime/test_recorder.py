"""The recorder: nothing rests before it may, both sides on one timeline, silence where nothing was kept."""

import errno
import os
from pathlib import Path
from uuid import uuid4

import orjson
import pytest

from ringfence.core.call import CallSetup, Channel, Direction
from ringfence.vault.journal import FileSource, JournalReader
from ringfence.vault.live import LiveKeys
from ringfence.vault.seal import new_key
from ringfence.voice.runtime.recorder import Recorder

RATE = 1000
KEYS = LiveKeys(new_key(), new_key(), b"")


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    setup = CallSetup(
        call_id=uuid4(), account_id=uuid4(), agent_id=uuid4(), agent_slug="a", agent_version=1, definition="",
        direction=Direction.INBOUND, channel=Channel.LOOPBACK, plan="starter", policy_version="p",
    )  # fmt: skip
    return Recorder(tmp_path, setup, KEYS, RATE)


def timeline(path: Path | None) -> dict[int, tuple[bytes, bytes]]:
    assert path is not None
    source = FileSource(path)
    chunks = {}
    for entry, planar in JournalReader(source, KEYS.audio):
        half = len(planar) // 2
        chunks[entry.position] = (planar[:half], planar[half:])
    source.close()
    return chunks


def speak(recorder: Recorder, start: int, stop: int, byte: bytes = b"c") -> None:
    for position in range(start, stop, 20):
        recorder.heard(position, byte * 20)
        recorder.settle(position + 20)


def test_before_it_may_nothing_touches_the_disk(recorder: Recorder, tmp_path: Path) -> None:
    speak(recorder, 0, 5000)
    recorder.note("turn", {"text": "hello"})
    assert list(tmp_path.iterdir()) == []
    journals = recorder.close(5000)
    assert (journals.audio, journals.words) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_both_sides_stand_on_the_calls_own_timeline(recorder: Recorder) -> None:
    recorder.keep(audio=True, words=True, position=0)
    recorder.said(500, b"a" * 700)
    speak(recorder, 0, 2500)
    chunks = timeline(recorder.close(2500).audio)
    assert sorted(chunks) == [0, 1000, 2000]
    assert chunks[0][1] == b"\xff" * 500 + b"a" * 500
    assert chunks[1000][1] == b"a" * 200 + b"\xff" * 800
    assert chunks[2000][0] == b"c" * 500


def test_what_came_before_consent_is_silence(recorder: Recorder) -> None:
    speak(recorder, 0, 1200, b"x")
    recorder.keep(audio=True, words=True, position=1200)
    speak(recorder, 1200, 3000)
    chunks = timeline(recorder.close(3000).audio)
    assert sorted(chunks) == [1200, 2000]
    assert not any(b"x" in side for pair in chunks.values() for side in pair)


def test_stop_recording_keeps_no_sample_from_then_on(recorder: Recorder) -> None:
    recorder.keep(audio=True, words=True, position=0)
    speak(recorder, 0, 1500)
    recorder.keep(audio=False, words=False, position=1500)
    speak(recorder, 1500, 4000, b"x")
    chunks = timeline(recorder.close(4000).audio)
    assert not any(b"x" in side for pair in chunks.values() for side in pair)
    assert sum(len(pair[0]) for pair in chunks.values()) == 1500


def test_no_to_words_destroys_those_that_rest(recorder: Recorder, tmp_path: Path) -> None:
    recorder.keep(audio=False, words=True, position=0)
    recorder.note("turn", {"text": "hello"})
    assert [path.suffix for path in tmp_path.iterdir()] == [".words"]
    recorder.keep(audio=False, words=False, position=10)
    assert list(tmp_path.iterdir()) == []
    recorder.note("turn", {"text": "more"})
    assert recorder.close(100).words is None


def test_words_said_before_a_yes_are_kept_from_memory(recorder: Recorder) -> None:
    recorder.note("turn", {"text": "before"})
    recorder.keep(audio=False, words=True, position=0)
    recorder.note("turn", {"text": "after"})
    path = recorder.close(100).words
    assert path is not None
    source = FileSource(path)
    words = [payload for _, payload in JournalReader(source, KEYS.words)]
    source.close()
    assert [b"before" in words[0], b"after" in words[1]] == [True, True]


def test_what_was_cut_off_was_not_heard(recorder: Recorder) -> None:
    recorder.keep(audio=True, words=True, position=0)
    recorder.said(0, b"a" * 900)
    recorder.unsaid(400)
    speak(recorder, 0, 1000)
    agent = timeline(recorder.close(1000).audio)[0][1]
    assert agent == b"a" * 400 + b"\xff" * 600


def test_a_full_disk_costs_the_seconds_it_is_full_and_not_the_call(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.keep(audio=True, words=True, position=0)
    speak(recorder, 0, 2000)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwritev", full)
    speak(recorder, 2000, 5000)
    monkeypatch.undo()
    assert recorder.failed
    speak(recorder, 5000, 8000)
    chunks = timeline(recorder.close(8000).audio)
    assert 0 in chunks
    assert not {2000, 3000} & set(chunks)
    assert 6000 in chunks


def test_words_that_a_full_disk_refused_are_written_with_the_next(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    recorder.keep(audio=False, words=True, position=0)
    recorder.note("turn", {"text": "one"})

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwritev", full)
    recorder.note("turn", {"text": "two"})
    monkeypatch.undo()
    recorder.note("turn", {"text": "three"})
    path = recorder.close(0).words
    assert path is not None
    source = FileSource(path)
    said = [orjson.loads(payload)["value"]["text"] for _, payload in JournalReader(source, KEYS.words)]
    source.close()
    assert said == ["one", "two", "three"]
    assert not recorder.failed  # nothing of the audio is missing


def test_nothing_on_disk_is_in_the_clear(recorder: Recorder, tmp_path: Path) -> None:
    recorder.keep(audio=True, words=True, position=0)
    recorder.note("turn", {"text": "CANARY PHRASE"})
    for position in range(0, 3000, 6):
        recorder.heard(position, b"CANARY")
        recorder.settle(position)
    recorder.close(3000)
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert not any(b"CANARY" in path.read_bytes() for path in files)
