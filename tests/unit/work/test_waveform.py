"""The picture of a recording."""

from pathlib import Path
from uuid import UUID

import numpy as np

from ringfence.core.g711 import encode
from ringfence.vault.journal import FileSource, JournalContext, JournalReader, JournalWriter
from ringfence.vault.seal import new_key
from ringfence.work.aftercall.waveform import STEPS, peaks

RATE = 8000


def level(value: float, samples: int) -> bytes:
    return encode(np.full(samples, value * 32767, "<i2").tobytes())


def picture(
    folder: Path, chunks: dict[int, tuple[bytes, bytes]], seconds: float
) -> tuple[list[int], list[int]]:
    key = new_key()
    context = JournalContext(account_id=UUID(int=1), call_id=UUID(int=2), part="recording", rate=RATE)
    writer = JournalWriter.create(folder / "j", key, context)
    for position, (caller, agent) in chunks.items():
        writer.append(1, position, caller + agent)
    writer.close()
    source = FileSource(folder / "j")
    made = peaks(JournalReader(source, key), round(seconds * 1000))
    source.close()
    assert len(made) == 2 * STEPS
    return list(made[:STEPS]), list(made[STEPS:])


def test_each_side_stands_where_it_spoke(tmp_path: Path) -> None:
    silence, loud = level(0, RATE), level(1, RATE)
    caller, agent = picture(tmp_path, {0: (loud, silence), 3 * RATE: (silence, loud)}, 4)
    quarter = STEPS // 4
    assert min(caller[:quarter]) > 250
    assert max(caller[quarter:]) == 0
    assert max(agent[: 3 * quarter]) == 0
    assert min(agent[3 * quarter :]) > 250


def test_quiet_speech_is_visible(tmp_path: Path) -> None:
    caller, _ = picture(tmp_path, {0: (level(0.05, RATE), level(0, RATE))}, 1)
    assert 45 < caller[0] < 70


def test_a_call_shorter_than_its_picture_and_one_longer_than_said(tmp_path: Path) -> None:
    caller, _ = picture(tmp_path, {0: (level(1, 40), level(0, 40))}, 0.005)
    assert sum(1 for each in caller if each) == 40
    (tmp_path / "j").unlink()
    caller, _ = picture(tmp_path, {0: (level(1, RATE), level(0, RATE))}, 0.5)
    assert caller[-1] > 250
