"""The spoken rights: ways of putting them, and what only sounds like them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.voice.dialogue.rights import SPOKEN, Aside, Right, aside, rights
from tests.unit.voice.dialogue.ways_of_saying import NONE, WAYS

STOP, RECORD, DELETE = Right.STOP_CALLING, Right.DONT_RECORD, Right.DELETE_DATA
MACHINE, PERSON = Right.IS_IT_A_MACHINE, Right.PERSON


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("Stop calling me!", STOP),
        ("please stop calling me", STOP),
        ("would you please stop calling us", STOP),
        ("look, I told you last week, stop calling this number.", STOP),
        ("Don’t call me again, please.", STOP),
        ("do not ever call me again", STOP),
        ("never call here again", STOP),
        ("take me off your list", STOP),
        ("Can you take me off of your calling list, please?", STOP),
        ("remove my number from your database", STOP),
        ("put me on your do not call list", STOP),
        ("I don't want any more calls", STOP),
        ("I do not want to be called anymore", STOP),
        ("no more calls", STOP),
        ("unsubscribe", STOP),
        ("I'd like to opt out", STOP),
        ("Don't record this", RECORD),
        ("please don't record me", RECORD),
        ("could you please stop recording", RECORD),
        ("stop recording this call right now", RECORD),
        ("I don't want to be recorded", RECORD),
        ("I do not want this call recorded", RECORD),
        ("I don't want this to be recorded", RECORD),
        ("I don't want you to record this", RECORD),
        ("I do not consent to being recorded.", RECORD),
        ("I don't consent to recording", RECORD),
        ("turn off the recording", RECORD),
        ("turn that recorder off please", RECORD),
        ("I'd rather not be recorded", RECORD),
        ("no recording please", RECORD),
        ("yes, but don't record this", RECORD),
        ("Delete my data", DELETE),
        ("please delete all of my personal data", DELETE),
        ("I want you to erase my information from your system", DELETE),
        ("delete everything you have about me", DELETE),
        ("forget everything you know about me", DELETE),
        ("I want my data deleted", DELETE),
        ("delete this recording", DELETE),
        ("I want to be forgotten", DELETE),
        ("remove all my details that you have on file", DELETE),
        ("Am I talking to a machine?", MACHINE),
        ("am I speaking with a real person", MACHINE),
        ("are you a robot", MACHINE),
        ("Are you a robot or a human?", MACHINE),
        ("wait, are you an AI?", MACHINE),
        ("are you real?", MACHINE),
        ("is this a recording", MACHINE),
        ("Is this an automated system?", MACHINE),
        ("A person, please.", PERSON),
        ("human!", PERSON),
        ("representative", PERSON),
        ("I'd like to speak to a human", PERSON),
        ("can I talk to a real person please", PERSON),
        ("could you put me through to someone", PERSON),
        ("connect me with a representative", PERSON),
        ("let me talk to your manager", PERSON),
        ("I want to talk to a person about my bill", PERSON),
        ("get me a human being", PERSON),
        ("I need a real person", PERSON),
    ],
)
def test_a_right_is_understood(said: str, right: Right) -> None:
    assert right in rights(said)


@pytest.mark.parametrize(
    "said",
    [
        "don't record my middle name wrong",
        "delete the second appointment",
        "please delete my appointment",
        "delete my last message",
        "stop calling me Bob",
        "don't call me Shirley",
        "don't call me before nine",
        "call me again tomorrow",
        "please call me back",
        "take me off at the next stop",
        "take the first item off my list",
        "put me on the list for Tuesday",
        "are you a doctor",
        "are you open on Saturday",
        "is this a good time",
        "am I talking to the billing department",
        "I spoke to a person yesterday",
        "a table for one person",
        "for two people",
        "I am a real estate agent looking for a flat",
        "my record is clean",
        "do you record this",
        "why don't you record this",
        "I'd like to record a complaint",
        "the washing machine is broken",
        "my robot vacuum does not work",
        "I work with a machine shop",
        "we keep a record of everything",
        "my data plan is too small",
        "how much is the data plan",
        "I forgot everything you told me",
        "yes",
        "no",
        "next tuesday",
        "two oh two five five five oh one seven three",
        "",
        "please don't delete my data",
        "don't stop calling me",
        "I don't want to talk to a person",
    ],
)
def test_a_near_miss_is_not_one(said: str) -> None:
    assert rights(said) == ()


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("right", Right)
def test_people_put_it_in_many_ways(right: Right) -> None:
    said = lines(WAYS[right.value])
    assert len(said) > 50
    assert [each for each in said if right not in rights(each)] == []


def test_nothing_is_read_into_what_only_sounds_like_it() -> None:
    assert [each for each in lines(NONE) if rights(each)] == []


def test_two_in_a_breath_are_both_understood() -> None:
    assert rights("Are you a robot? Then stop calling me.") == (STOP, MACHINE)
    assert rights("Delete my data, and take me off your list") == (STOP, DELETE)


@pytest.mark.parametrize("phrase", SPOKEN)
def test_all_that_a_closed_recogniser_listens_for_is_understood(phrase: str) -> None:
    assert rights(phrase) or aside(phrase)


@pytest.mark.parametrize(
    "said", ["Hold on.", "just a second please", "wait a minute", "let me check", "one moment"]
)
def test_hold(said: str) -> None:
    assert aside(said) is Aside.HOLD


@pytest.mark.parametrize(
    "said", ["What?", "Pardon?", "Sorry, I didn't catch that", "could you repeat that please"]
)
def test_repeat(said: str) -> None:
    assert aside(said) is Aside.REPEAT


@pytest.mark.parametrize(
    "said", ["one", "wait for the beep and sing", "what are your opening hours", "a second opinion"]
)
def test_no_aside(said: str) -> None:
    assert aside(said) is None


@given(st.text(max_size=200))
def test_nothing_that_is_said_breaks_it(said: str) -> None:
    rights(said)
    aside(said)


@pytest.mark.parametrize(
    "filler", [" while i", " if you", " please", " stop calling me", " a person about", " not"]
)
def test_no_monologue_is_a_burden(filler: str) -> None:
    start = time.process_time()  # what an explosion would burn by the minute, whatever else the machine does
    for opening in ("hold on", "stop calling me", "delete my data", "am i talking to a"):
        text = f"{opening}{filler * 200} {'z' * 60}"
        rights(text)
        aside(text)
    assert time.process_time() - start < 10
