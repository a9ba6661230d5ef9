"""Closed grammars, tried on the recogniser that they are made for."""

import re
from datetime import date

import pocketsphinx
import pytest

from ringfence.core.agent import examples
from ringfence.core.agent.answers import (
    Answer,
    Choice,
    Date,
    Digits,
    Number,
    Option,
    Phone,
    Text,
    Time,
    YesNo,
)
from ringfence.core.agent.definition import parse, variables
from ringfence.core.agent.grammar import closed_grammar
from ringfence.core.agent.interpret import interpret, yes_no

ALSO = ("Don't record this!", "are you a robot?", "stop calling me", "room 12")
CLOSED: list[Answer] = [
    YesNo(also=ALSO),
    Choice(options=(Option(value="to_buy", say=("I'd like to buy",)), Option(value="to sell")), also=ALSO),
    Number(also=ALSO),
    Number(maximum=20),
    Digits(also=ALSO),
    Date(also=ALSO),
    Time(also=ALSO),
    Phone(also=ALSO),
]


def words(jsgf: str) -> set[str]:
    body = re.sub(r"<\w+>", "", jsgf.split("\n", 2)[2]).replace("public", "")
    return set(re.findall(r"[a-z'0-9]+", body))


@pytest.mark.parametrize("answer", CLOSED, ids=lambda a: f"{a.kind}-{len(a.also)}")
def test_the_recogniser_takes_it_and_knows_every_word(answer: Answer) -> None:
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    grammar = closed_grammar(answer)
    assert {w for w in words(grammar) if decoder.lookup_word(w) is None} == set()
    decoder.add_jsgf_string("answer", grammar)


def test_what_may_be_said_instead_is_in_it_as_words() -> None:
    grammar = closed_grammar(YesNo(also=ALSO))
    assert "| don't record this | are you a robot | stop calling me | room twelve" in grammar


def test_every_alternative_of_a_yes_no_grammar_is_understood() -> None:
    public = closed_grammar(YesNo()).rsplit("(", 1)[1].split(")", 1)[0]
    assert {yes_no(way) for way in public.split("|")} == {True, False}


def test_free_text_has_no_grammar() -> None:
    with pytest.raises(ValueError, match="no closed grammar"):
        closed_grammar(Text())


def test_the_shipped_front_desk_is_closed_throughout() -> None:
    for answer in variables(parse(examples.source("front-desk"))).values():
        assert closed_grammar(answer)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Date(), "the twenty first of december"),
        (Date(), "may fifth nineteen oh five"),
        (Time(), "quarter past ten p m"),
        (Number(), "a hundred and five"),
        (Digits(), "double four one"),
    ],
)
def test_what_the_grammar_says_is_understood(answer: Answer, said: str) -> None:
    assert words(closed_grammar(answer)) >= set(said.split())
    assert interpret(answer, said, date(2026, 11, 23)) is not None
