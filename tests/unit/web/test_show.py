"""How values are shown."""

import pytest

from ringfence.web.console.drawing import latencies, unrecorded, wave
from ringfence.web.templatetags.show import duration, phone, problem, word


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


def test_what_went_wrong_is_said_in_words() -> None:
    assert problem("stt.engine_stalled") == "Recogniser: did not answer in time"
    assert problem("transfer.carrier_failed") == "Transfer: the carrier could not do it"
    assert problem("no_media") == "No audio came"
    assert problem("tts.some_new_fault") == "Voice: some new fault"


def test_a_wave_has_two_lanes_of_equal_steps() -> None:
    drawn = wave(bytes(range(200)) * 2, 50.0)
    assert drawn.steps == 200
    assert drawn.caller.startswith("M0,19.6")
    assert drawn.caller.endswith("Z")
    assert drawn.agent.startswith("M0,59.6")


def test_the_table_beside_a_wave_covers_all_of_it_in_whole_seconds() -> None:
    quiet_then_loud = bytes([0] * 50 + [255] * 50)
    table = wave(quiet_then_loud + bytes(100), 100.0).table
    assert [(row.start_s, row.end_s) for row in table] == [(s, min(s + 5, 100)) for s in range(0, 100, 5)]
    assert [row.caller for row in table] == [0] * 10 + [100] * 10
    assert {row.agent for row in table} == {0}


def test_a_recording_shorter_than_a_second_has_one_row() -> None:
    (row,) = wave(bytes([51] * 4), 0.4).table
    assert (row.start_s, row.end_s, row.caller, row.agent) == (0, 0.4, 20, 20)


def test_bars_of_latencies_fill_a_row_of_a_second_or_the_slowest_answer() -> None:
    quick = latencies({"timings": [{"at_s": 1.0, "response_ms": 708, "wait_ms": 700}]})
    assert quick is not None
    assert quick.row_s == 1
    assert [(a["own_ms"], a["wait"], a["own"]) for a in quick.answers] == [(8, 70.0, 0.8)]
    slow = latencies({"timings": [{"at_s": 1.0, "response_ms": 2800, "wait_ms": 700}]})
    assert slow is not None
    assert slow.row_s == 2.8
    assert [(a["own_ms"], a["wait"], a["own"]) for a in slow.answers] == [(2100, 25.0, 75.0)]
    assert latencies({"timings": []}) is None


def test_what_came_before_a_yes_is_unrecorded() -> None:
    assert unrecorded({"consent": {"answer": "yes", "at_s": 12.3}}) == 12.3
    assert unrecorded({"consent": {"answer": "not_asked", "at_s": None}}) == 0
    assert unrecorded({"consent": None}) == 0
