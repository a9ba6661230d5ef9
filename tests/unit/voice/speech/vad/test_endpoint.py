from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.voice.speech.vad.endpoint import Endpointer, Offset, Onset, Thresholds

WINDOW = 0.032


@dataclass
class Line:
    """Feeds runs of (windows, probability) and keeps what came of them."""

    ear: Endpointer
    at: float = 0.0

    def hear(self, *runs: tuple[int, float]) -> list[Onset | Offset]:
        found = []
        for count, probability in runs:
            for _ in range(count):
                if moment := self.ear.push(self.at, probability):
                    found.append(moment)
                self.at += WINDOW
        return found


def about(moment: float) -> Any:
    return pytest.approx(moment)


@pytest.fixture
def line() -> Line:
    return Line(Endpointer(window_s=WINDOW, end_silence_s=0.5))


def test_speech_starts_where_it_began_and_ends_where_silence_began(line: Line) -> None:
    assert line.hear((10, 0.01), (20, 0.9)) == [Onset(about(10 * WINDOW))]
    assert line.ear.speaking
    # 0.5 s of silence are 16 windows of 32 ms.
    assert line.hear((15, 0.01)) == []
    assert line.hear((1, 0.01)) == [Offset(about(30 * WINDOW), about(16 * WINDOW))]
    assert not line.ear.speaking


def test_an_onset_is_known_after_the_shortest_speech(line: Line) -> None:
    assert line.hear((2, 0.9)) == []
    assert line.hear((1, 0.9)) == [Onset(0.0)]


def test_a_click_is_no_speech(line: Line) -> None:
    assert line.hear((2, 0.99), (1, 0.1), (2, 0.99), (40, 0.1)) == []


def test_between_the_thresholds_nothing_changes(line: Line) -> None:
    assert line.hear((50, 0.45)) == []
    assert line.hear((3, 0.9)) == [Onset(about(50 * WINDOW))]
    assert line.hear((50, 0.45)) == []
    assert line.ear.speaking


def test_a_wavering_end_does_not_restart_the_silence(line: Line) -> None:
    line.hear((5, 0.9), (5, 0.1), (5, 0.45))
    assert line.hear((6, 0.1)) == [Offset(about(5 * WINDOW), about(16 * WINDOW))]


def test_a_pause_within_speech_is_forgotten(line: Line) -> None:
    line.hear((5, 0.9), (10, 0.1), (5, 0.9))
    assert line.hear((15, 0.1)) == []
    assert line.hear((1, 0.1)) == [Offset(about(20 * WINDOW), about(16 * WINDOW))]


def test_the_silence_that_ends_a_turn_may_change_meanwhile(line: Line) -> None:
    line.hear((5, 0.9), (10, 0.1))
    line.ear.end_silence_s = 0.2
    assert line.hear((1, 0.1)) == [Offset(about(5 * WINDOW), about(11 * WINDOW))]


def test_silence_so_far_can_be_asked_for(line: Line) -> None:
    line.hear((5, 0.9))
    assert line.ear.silent_for(line.at) == 0
    line.hear((4, 0.1))
    assert line.ear.silent_for(line.at) == about(4 * WINDOW)


def test_a_gap_counts_as_the_time_it_took() -> None:
    ear = Endpointer(window_s=WINDOW, end_silence_s=0.5)
    for at in range(5):
        ear.push(at * WINDOW, 0.9)
    assert ear.push(5 * WINDOW, 0.1) is None
    assert ear.push(2.0, 0.1) == Offset(about(5 * WINDOW), about(2.0 - 4 * WINDOW))


def test_reset_forgets(line: Line) -> None:
    line.hear((5, 0.9))
    line.ear.reset()
    assert not line.ear.speaking
    assert line.hear((2, 0.9)) == []


@given(st.lists(st.floats(0, 1), max_size=300), st.floats(0.05, 1.0))
def test_onsets_and_offsets_alternate_and_time_goes_on(probabilities: list[float], silence: float) -> None:
    ear = Endpointer(window_s=WINDOW, end_silence_s=silence, thresholds=Thresholds())
    found = [m for i, p in enumerate(probabilities) if (m := ear.push(i * WINDOW, p))]
    assert [type(m) for m in found] == [Onset, Offset] * (len(found) // 2) + [Onset] * (len(found) % 2)
    assert [m.at for m in found] == sorted(m.at for m in found)
    assert all(m.silence_s >= silence - 1e-6 for m in found if isinstance(m, Offset))


def test_silence_counts_from_the_first_faint_window_before_the_model_agreed(line: Line) -> None:
    """Three windows of the model's lag: the offset comes as if it had had none."""
    line.hear((10, 0.9))
    for _ in range(3):
        assert line.ear.push(line.at, 0.8, faint=True) is None
        line.at += WINDOW
    found = []
    for _ in range(14):
        found.append(line.ear.push(line.at, 0.05, faint=True))
        line.at += WINDOW
    assert found[:-2] == [None] * 12
    assert found[-2] == Offset(about(10 * WINDOW), about(16 * WINDOW))


def test_a_voice_that_comes_back_after_a_faint_moment_was_never_silent(line: Line) -> None:
    line.hear((10, 0.9))
    line.ear.push(line.at, 0.9, faint=True)
    line.at += WINDOW
    line.hear((1, 0.9))
    line.hear((1, 0.1))
    assert line.ear.silent_for(line.at) == about(WINDOW)


def test_the_lag_that_is_believed_has_an_end(line: Line) -> None:
    line.hear((10, 0.9))
    for _ in range(40):
        line.ear.push(line.at, 0.9, faint=True)
        line.at += WINDOW
    line.ear.push(line.at, 0.1, faint=True)
    assert line.ear.silent_for(line.at) == about(0.16)
