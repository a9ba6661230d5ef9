"""Silero against its own definition: one window after another through the file's plain network."""

import subprocess
import sys
from typing import Any

import numpy as np
import onnxruntime
import pytest

from ringfence.core.errors import BadInput, Unavailable
from ringfence.voice.speech.resample import resample
from ringfence.voice.speech.vad.silero import Model, SileroVad, model_path
from tests.support.callers import caller, noise, silence, windows


def reference(pcm: bytes, rate: int) -> list[float]:
    """As the model's authors run it: zero state, zero context, one row."""
    size, context = {8_000: (256, 32), 16_000: (512, 64)}[rate]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session: Any = onnxruntime.InferenceSession(
        str(model_path()), options, providers=["CPUExecutionProvider"]
    )
    state = np.zeros((2, 1, 128), np.float32)
    before: Any = np.zeros((1, context), np.float32)
    found = []
    for piece in windows(pcm, size):
        samples = np.frombuffer(piece, "<i2").astype(np.float32)[None] / 32_768
        row = np.concatenate((before, samples), axis=1)
        out, state = session.run(None, {"input": row, "state": state, "sr": np.array(rate, np.int64)})
        before = row[:, -context:]
        found.append(float(out[0, 0]))
    return found


def heard(vad: SileroVad, pcm: bytes) -> list[float]:
    stream = vad.open()
    found = []
    for piece in windows(pcm, stream.window):
        stream.feed(piece)
        found += [probability for _, probability in vad.tick()]
    stream.close()
    return found


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_without_the_gate_it_is_the_model_exactly(rate: int) -> None:
    pcm = resample(silence(0.3) + caller("long") + silence(0.3), 8_000, rate)
    assert heard(SileroVad(rate, gate=False), pcm) == pytest.approx(reference(pcm, rate), abs=1e-4)


def test_the_gate_saves_runs_in_silence_and_none_in_speech() -> None:
    vad = SileroVad()
    heard(vad, silence(3.0) + noise(3.0, 10.0))
    assert vad.runs <= 0.05 * vad.windows
    before = vad.runs, vad.windows
    spoken = heard(vad, caller("long"))
    assert vad.windows - before[1] == len(spoken)
    assert vad.runs - before[0] >= sum(p > 0.5 for p in spoken)


@pytest.mark.parametrize("name", ["yes", "no", "four", "friday", "phone", "long", "wrong-manager"])
def test_behind_the_gate_speech_is_found_where_the_model_finds_it(name: str) -> None:
    pcm = silence(0.7) + caller(name) + silence(0.7)
    full, gated = (np.array(heard(SileroVad(gate=gate), pcm)) > 0.5 for gate in (False, True))
    assert gated.any()
    first = int(np.argmax(full)), int(np.argmax(gated))
    last = int(np.flatnonzero(full)[-1]), int(np.flatnonzero(gated)[-1])
    assert abs(first[1] - first[0]) <= 2, "the gate may cost two windows at the onset"
    assert abs(last[1] - last[0]) <= 2
    assert (full != gated).mean() < 0.12


def test_the_models_own_names_and_shapes() -> None:
    session: Any = onnxruntime.InferenceSession(str(model_path()), providers=["CPUExecutionProvider"])
    assert {i.name: i.shape[-1] for i in session.get_inputs() if i.shape}["state"] == 128
    assert {i.name for i in session.get_inputs()} == {"input", "state", "sr"}
    assert [o.name for o in session.get_outputs()] == ["output", "stateN"]


def test_the_package_is_found_and_never_imported() -> None:
    code = (
        "import sys; from ringfence.voice.speech.vad.silero import SileroVad; SileroVad().open();"
        "assert 'silero_vad' not in sys.modules and 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_model_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.voice.speech.vad.silero.model.find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="install it again"):
        model_path()


def test_other_rates_are_refused() -> None:
    with pytest.raises(BadInput, match="8000"):
        Model(44_100)
