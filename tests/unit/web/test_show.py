"""How values are shown."""

import pytest

from ringfence.web.console.drawing import wave
from ringfence.web.templatetags.show import duration, phone, word


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, "–"), (0, "0:00"), (127, "2:07"), (59.6, "1:00"), (3727, "1:02:07")]
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown


def test_numbers_are_written_internationally_and_masked_ones_stay_masked() -> None:
    assert phone("+12025550173") == "+1 202-555-0173"
    assert phone("+1202•••0173") == "+1202•••0173"
    assert phone(None) == "–"


def test_states_are_said_in_words() -> None:
    assert word("caller_hung_up") == "Caller hung up"
    assert word("some_new_state") == "Some new state"


def test_a_wave_has_two_lanes_of_equal_steps() -> None:
    drawn = wave(bytes(range(200)) * 2)
    assert drawn.steps == 200
    assert drawn.caller.startswith("M0,19.6")
    assert drawn.caller.endswith("Z")
    assert drawn.agent.startswith("M0,59.6")
