"""Summaries by extraction: the call's own words, its captured values, and how it ended; nothing else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.call import Outcome
from ringfence.work.aftercall.summary import MOST_SENTENCES, summarise, telling


def turn(text: str, speaker: str = "caller") -> dict[str, Any]:
    return {"speaker": speaker, "text": text}


def value(name: str, value: object, given: str = "given") -> dict[str, Any]:
    return {"name": name, "value": value, "given": given}


def test_what_was_captured_comes_first_and_how_it_ended_last() -> None:
    text = summarise(
        [turn("Which day?", "agent"), turn("On Friday, before the ferry leaves.")],
        [
            value("day", "2026-01-09"),
            value("party_size", 4.0),
            value("member", value=True),
            value("note", None, "empty"),
        ],
        "finished",
    )
    assert text == (
        "Day: 2026-01-09; Party size: 4; Member: yes. The caller said: “On Friday, before the ferry leaves.” "
        "The call came to its end."
    )


def test_a_caller_who_said_nothing() -> None:
    text = summarise([turn("Hello?", "agent")], [], "no_input")
    assert text == "The caller did not say anything that was understood. The caller said nothing more."


def test_short_answers_are_something_too() -> None:
    text = summarise(
        [turn("Are you coming?", "agent"), turn("yes please"), turn("yes please")], [], "finished"
    )
    assert text == "The caller said: “yes please” The call came to its end."
    assert "please" not in summarise([turn("yes please")], [value("coming", value=True)], "finished")


def test_sentences_are_chosen_by_what_is_said_once_and_keep_their_order() -> None:
    texts = [
        "Well yes of course.", "My boiler leaks water into the kitchen.", "Yes of course, well.",
        "Somebody has to come before the weekend. Yes of course well.", "The address is the old mill by the river.",
    ]  # fmt: skip
    assert telling(texts) == [
        "My boiler leaks water into the kitchen.",
        "Somebody has to come before the weekend.",
        "The address is the old mill by the river.",
    ]


@pytest.mark.parametrize("outcome", [o.value for o in Outcome])
def test_every_outcome_has_its_words(outcome: str) -> None:
    assert summarise([], [], outcome).endswith(".")
    assert summarise([], [], outcome) != summarise([], [], None)


@given(st.lists(st.text(max_size=200), max_size=12))
def test_nothing_is_said_that_was_not(texts: list[str]) -> None:
    chosen = telling(texts)
    assert len(chosen) <= MOST_SENTENCES
    assert all(any(sentence in text for text in texts) for sentence in chosen)
