"""The parts of the machine on their own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.core.agent import examples
from ringfence.core.agent.answers import Choice, Date, Digits, Number, Option, Phone, YesNo
from ringfence.core.agent.definition import parse
from ringfence.core.agent.faq import find
from ringfence.core.agent.steps import Faq
from ringfence.core.agent.template import fill, slots
from ringfence.core.call import Channel, ConsentAnswer, Direction, Outcome
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue.events import Played
from ringfence.voice.dialogue.keys import Keypad, longest, meaning
from ringfence.voice.dialogue.line import DialogueSetup, Line
from ringfence.voice.dialogue.mouth import Mouth
from ringfence.voice.dialogue.sentences import LONG, Sentences, clean
from ringfence.voice.dialogue.voicemail import sounds_like_a_machine

SETUP = DialogueSetup(direction=Direction.INBOUND, channel=Channel.WEB, today=date(2026, 11, 23))


def line() -> Line:
    return Line(parse(examples.source("front-desk")), SETUP)


def played(utterance: int, chars: int, *, done: bool = True) -> Played:
    return Played(at=5.0, utterance=utterance, chars=chars, done=done, start_s=1.0)


def test_nothing_is_said_after_hanging_up() -> None:
    ours = line()
    ours.hang_up(Outcome.FINISHED)
    ours.say("Hello?")
    assert ours.take() == [c.HangUp(outcome="finished")]


def test_a_refusal_is_for_good() -> None:
    ours = line()
    ours.refuse(ConsentAnswer.NO)
    ours.keep(audio=True, words=True)
    assert [x for x in ours.take() if isinstance(x, c.Keep)] == [c.Keep(audio=False, words=False)] * 2


@pytest.mark.parametrize(
    ("chars", "heard", "unheard"),
    [
        (0, "", "One two. Three four."),
        (2, "", "One two. Three four."),
        (3, "One", "One two. Three four."),
        (5, "One", "One two. Three four."),
        (9, "One two.", "Three four."),
        (12, "One two.", "Three four."),
        (99, "One two. Three four.", ""),
        (-4, "", "One two. Three four."),
    ],
)
def test_what_was_heard_ends_with_a_whole_word(chars: int, heard: str, unheard: str) -> None:
    mouth = Mouth()
    mouth.say("One two. Three four.")
    mouth.cut()
    mouth.played(played(1, chars))
    assert mouth.heard(1) == heard
    assert mouth.unheard() == unheard


def test_an_open_utterance_is_not_over_when_it_runs_dry() -> None:
    mouth = Mouth()
    mouth.say("One. ", more=True)
    assert mouth.played(played(1, 5)) is None
    assert mouth.speaking
    assert mouth.left == 0
    mouth.go_on(1, "Two.", more=False)
    ended = mouth.played(played(1, 9))
    assert ended is not None
    assert ended.heard == "One. Two."
    assert not mouth.speaking


def test_progress_never_goes_back_and_unknown_utterances_are_ignored() -> None:
    mouth = Mouth()
    mouth.say("One two.")
    mouth.played(played(1, 5, done=False))
    mouth.played(played(1, 2, done=False))
    assert mouth.heard(1) == "One"
    assert mouth.played(played(7, 3)) is None


def test_sentences_come_out_as_they_are_complete() -> None:
    sentences = Sentences()
    assert sentences.push("Hello. How a") == ["Hello. "]
    assert sentences.push("re you? I ") == ["How are you? "]
    assert sentences.flush() == "I"
    assert sentences.flush() == ""


def test_titles_and_decimals_do_not_end_a_sentence() -> None:
    sentences = Sentences()
    assert sentences.push("Dr. Who pays 3.50 today. ") == ["Dr. Who pays 3.50 today. "]


def test_a_sentence_without_end_is_cut_at_a_space() -> None:
    out = Sentences().push("word " * 100)
    assert out
    assert all(len(s) <= LONG + 1 and s.strip("word ") == "" for s in out)


@given(st.lists(st.text("ab .!?\n*", max_size=20), max_size=20))
def test_no_word_is_lost_between_pieces(pieces: list[str]) -> None:
    sentences = Sentences()
    out = "".join(s for piece in pieces for s in sentences.push(piece)) + sentences.flush()
    assert clean(out).replace(" ", "") == clean("".join(pieces)).replace(" ", "")


def test_keys() -> None:
    pad = Keypad()
    assert [pad.press(k, 30) for k in "12*3#"] == [None, None, None, None, "3"]
    assert pad.press("#", 30) is None
    assert pad.press("7", 1) == "7"
    assert pad.take() is None


def test_what_an_entry_means() -> None:
    options = tuple(Option(value=f"o{i}") for i in range(12))
    assert meaning(YesNo(), "1") == "yes"
    assert meaning(YesNo(), "7") is None
    assert meaning(Choice(options=options), "12") == "o11"
    assert meaning(Choice(options=options), "0") is None
    assert meaning(Phone(), "2025550173") == "2025550173"
    assert [longest(a) for a in (YesNo(), Choice(options=options), Number(maximum=20), Digits(max_length=4))] == [
        1, 2, 2, 4,
    ]  # fmt: skip
    assert longest(Date()) == 0
    assert longest(None) == 0


FAQS = (
    Faq(topic="hours", ask=("what are your opening hours", "when are you open"), answer="8 to 6"),
    Faq(topic="parking", ask=("where can I park",), answer="behind"),
)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("What are your opening hours?", "hours"),
        ("sorry, when are you open on Sundays", "hours"),
        ("opening hours", "hours"),
        ("and where can I park my car", "parking"),
        ("park", "parking"),
        ("opening night is on Friday", None),
        ("what is your name", None),
        ("", None),
    ],
)
def test_questions_of_the_faq(said: str, topic: str | None) -> None:
    found = find(FAQS, said)
    assert (found.topic if found else None) == topic


def test_templates() -> None:
    assert slots("Hi {{ name }}, {{x}} and {y}") == ("name", "x")
    assert fill("Hi {{name}}, {{x}}.", {"name": "Ada {{x}}"}) == "Hi Ada {{x}}, ."


@pytest.mark.parametrize(
    ("said", "machine"),
    [
        ("Please leave a message after the beep.", True),
        ("The person you are calling is not available", True),
        ("your call has been forwarded to voice mail", True),
        ("Hello?", False),
        ("Smith and Sons, how can I help you", False),
    ],
)
def test_greetings_of_machines(said: str, machine: bool) -> None:
    assert sounds_like_a_machine(said) is machine
