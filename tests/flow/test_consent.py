"""Whether somebody may be recorded is theirs to say, without doubt and after they were asked."""

import pytest

from ringfence.core.agent import examples
from ringfence.core.agent.definition import parse
from ringfence.core.call import Disclosure
from ringfence.voice.dialogue import commands as c
from tests.flow.world import Call

FRONT = parse(examples.source("front-desk"))


def asked() -> Call:
    call = Call(FRONT)
    call.agent("May we record")
    return call


@pytest.mark.parametrize(
    "said", ["yes", "Yes, that's totally fine with me.", "I agree", "yes, you may record the call"]
)
def test_a_plain_yes_is_one(said: str) -> None:
    call = asked()
    call.caller(said)
    call.agent("What can I do for you?")
    assert call.keeps == [(True, True)]


@pytest.mark.parametrize(
    "said", ["I do mind", "I mind being recorded", "I object", "I am against it", "I refuse"]
)
def test_a_no_in_other_words_is_one(said: str) -> None:
    call = asked()
    call.caller(said)
    call.agent("not recorded")
    assert call.keeps == [(False, False)]


@pytest.mark.parametrize(
    "said",
    [
        "I have concerns", "I am uncomfortable", "it is illegal", "you can forget it", "okay, goodbye", "yes, unfortunately",
        "I am in a meeting", "you can call me later", "I am under eighteen", "yes I do have a problem", "who is right",
    ],
)  # fmt: skip
def test_what_only_begins_like_a_yes_is_asked_again(said: str) -> None:
    call = asked()
    call.caller(said)
    call.agent("May we record")
    assert call.keeps == []
    assert call.consent is None


def test_a_key_before_the_question_was_heard_is_no_yes() -> None:
    call = Call(FRONT)
    call.agent("automated")
    while not any(isinstance(x, c.Note) and isinstance(x.entry, Disclosure) for x in call.commands):
        call.run(0.05)
    call.keys("1")
    assert call.keeps == []
    call.agent("May we record")
    call.listen()
    call.keys("1")
    call.run(1)
    assert call.keeps == [(True, True)]
