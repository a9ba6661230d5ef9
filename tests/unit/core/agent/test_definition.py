"""Definitions that are right, and definitions that say where they are wrong."""

import time

import pytest

from ringfence.core.agent import examples
from ringfence.core.agent.definition import (
    DefinitionError,
    GuidedDefinition,
    LlmDefinition,
    needs_engine,
    parse,
    variables,
)

HEAD = "name: X\nkind: guided\n"
END = "  - id: bye\n    end: Goodbye.\n"


def guided(steps: str, head: str = "") -> str:
    return f"{HEAD}{head}steps:\n{steps}"


def problems(source: str) -> list[tuple[int, int, str, str]]:
    with pytest.raises(DefinitionError) as caught:
        parse(source)
    return [(p.line, p.column, p.path, p.reason) for p in caught.value.problems]


def test_the_shipped_examples_are_right() -> None:
    front = parse(examples.source("front-desk"))
    assert isinstance(front, GuidedDefinition)
    assert needs_engine(front) == ()
    assert variables(front)["day"].kind == "date"
    llm = parse(examples.source("llm-reception"))
    assert isinstance(llm, LlmDefinition)
    assert {n.engine for n in needs_engine(llm)} == {"llm", "stt"}


def test_an_unknown_example_is_no_file() -> None:
    with pytest.raises(KeyError):
        examples.source("../../errors")


def test_a_definition_cannot_change() -> None:
    definition = parse(guided(END))
    with pytest.raises(ValueError, match="frozen"):
        definition.name = "Y"


def test_yes_no_and_times_are_text_as_in_yaml_1_2() -> None:
    source = guided(
        "  - id: q\n    ask: Sure?\n    answer: {kind: yes_no}\n    save: sure\n"
        "  - id: b\n    branch: sure\n    when: {yes: bye, no: bye}\n    otherwise: bye\n" + END
    )
    assert isinstance(parse(source), GuidedDefinition)
    assert problems("name: 12:30\nkind: on\n") == [(2, 7, "kind", "should be 'guided' or 'llm'")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", (1, 1, "", "should be a mapping that starts with 'name' and 'kind'")),
        ("- a\n", (1, 1, "", "should be a mapping that starts with 'name' and 'kind'")),
        ("name: X\n", (1, 1, "kind", "should be 'guided' or 'llm'")),
        ("kind: guided\nsteps: []\n", (1, 1, "", "'name' is needed here and missing")),
        (guided(END) + "colour: blue\n", (6, 1, "colour", "is not known here")),
        (guided("  - id: a\n    say: x\n    next: zz\n" + END), (6, 11, "steps[0].next", "no step is called 'zz'")),
        (
            guided("  - id: a\n    say: x\n    next: bye\n  - id: b\n    say: y\n" + END),
            (7, 5, "steps[1]", "'b' is never reached"),
        ),
        (guided("  - id: bye\n    say: x\n" + END), (6, 9, "steps[1].id", "'bye' is already used above")),
        (
            guided('  - id: a\n    say: "Hi {{who}}."\n' + END),
            (5, 10, "steps[0].say", "uses '{{who}}', but nothing saves a variable called 'who'"),
        ),
        (
            guided("  - id: a\n    ask: Name?\n    answer: {kind: name}\n" + END),
            (
                6, 20, "steps[0].answer.kind",
                "a name needs a recogniser: name one of your engines in 'engines.stt'",
            ),
        ),
        (
            guided(END, "transfers: {desk: '12 34'}\n"),
            (
                3, 19, "transfers.desk",
                'should be a telephone number like "+12025550173": plus, country, number, no spaces',
            ),
        ),
        (
            guided(END, "transfers: {desk: +999555}\n"),
            (
                3, 19, "transfers.desk",
                'should be a telephone number like "+12025550173": plus, country, number, no spaces',
            ),
        ),
        (
            guided(END, "transfers: {desk: +9990000000}\n"),
            (
                3, 19, "transfers.desk",
                "is no telephone number of any country: too long, too short, or no such country",
            ),
        ),
        (
            guided("  - id: a\n    say: x\n  - id: b\n    say: y\n    next: a\n"),
            (4, 5, "steps[0]", "'a' leads back to itself without asking anything"),
        ),
        (
            guided("  - id: a\n    transfer: desk\n"),
            (5, 15, "steps[0].transfer", "no transfer is called 'desk'; list it under 'transfers'"),
        ),
        (
            guided("  - id: a\n    say: x\n    end: y\n"),
            (4, 5, "steps[0]", "needs exactly one of say, ask, choose, confirm, branch, transfer or end"),
        ),
        (
            guided("  - id: a\n    branch: mood\n    when: {good: bye}\n" + END),
            (5, 13, "steps[0].branch", "no step saves a variable called 'mood'"),
        ),
        (
            guided("  - id: a\n    ask: x\n    answer: {kind: number, minimum: 5, maximum: 2}\n" + END),
            (6, 13, "steps[0].answer", "'minimum' is above 'maximum'"),
        ),
        (
            guided("  - id: a\n    ask: x\n    answer: {kind: number, minimum: few}\n" + END),
            (6, 37, "steps[0].answer.minimum", "should be a whole number"),
        ),
        (guided(END, "disclosure: {ai: 'Hi, this is Anna.'}\n"),
         (3, 18, "disclosure.ai", "has to say that it is a machine, for example 'an automated assistant'")),
        (guided(END, "disclosure: {ai: 'Hi, this is Anna, not a machine.'}\n"),
         (3, 18, "disclosure.ai", "has to say that it is a machine, for example 'an automated assistant'")),
        (guided(END, "disclosure: {recorded: 'This call is never recorded.'}\n"),
         (3, 24, "disclosure.recorded", "has to say that the call is recorded")),
        (guided(END, "recording: {question: 'Are you well today?'}\n"),
         (3, 23, "recording.question", "has to ask whether the call may be recorded")),
        (guided(END, "recording: {question: 'Do you mind if we record this?'}\n"),
         (3, 23, "recording.question", "has to be one to which 'yes' allows it, as in 'May we record this call?'")),
        (guided(END, "recording: {consent: off}\n"),
         (3, 22, "recording.consent", "a call that is recorded needs 'ask' or 'notice'")),
        (guided(END, "turns: {max_duration_s: 9999999}\n"),
         (3, 25, "turns.max_duration_s", "should be at most 7200.0")),
        (guided(END, "language: English\n"), (3, 11, "language", "should be a language like en-US")),
        (guided(END, "person: desk\n"), (3, 9, "person", "no transfer is called 'desk'")),
        (guided(END, "voicemail: {do: leave_message}\n"), (3, 12, "voicemail", "needs the 'message' to leave")),
        ("name: X\nkind: llm\nfirst_message: Hi\ninstructions: Be kind.\nengines: {stt: a}\n",
         (5, 10, "engines", "an llm agent needs a language model: name one of your engines in 'engines.llm'")),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(source: str, expected: tuple[int, int, str, str]) -> None:
    assert expected in problems(source)


def test_options_must_not_share_a_way_of_saying() -> None:
    steps = (
        "  - id: a\n    choose: Which?\n    options:\n"
        "      - {value: one, say: [first]}\n      - {value: two, say: [First]}\n"
    )
    assert (8, 9, "steps[0].options[1]", "'first' already stands for another option") in problems(
        guided(steps)
    )


def test_every_problem_is_told_at_once_in_the_order_of_the_text() -> None:
    found = problems(guided("  - id: a\n    say: '{{x}}'\n    next: b\n  - id: a\n    say: y\n"))
    assert [line for line, *_ in found] == sorted(line for line, *_ in found)
    assert len(found) >= 3


BOMB = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BOMB, "names a place with '&'"),
        ("a: *b\n", "refers to another place with '*'"),
        ("a: !!python/object/apply:os.system ['true']\n", "carries a tag"),
        ("a: !!binary aGk=\n", "carries a tag"),
        ("a: 1\n---\nb: 2\n", "second document"),
        ("a: 1\na: 2\n", "says 'a' twice"),
        ("? [a]\n: 1\n", "a key that is not a plain word"),
        ("[" * 200_000, "nested too deeply"),
        ("{a: " * 500, "nested too deeply"),
        ("- a\n" * 30_000, "too many values"),
        ("x" * 300_000, "too long"),
        ("a: [1, 2\n", "is not YAML"),
        ("\ta: 1\n", "is not YAML"),
        ("a: \x00", "characters that YAML does not allow"),
        ("a: \ud800", "characters that are no text"),
        ("<<: {a: 1}\nname: 1\n", "should be 'guided' or 'llm'"),
    ],
)
def test_hostile_files_are_refused_quickly(source: str, reason: str) -> None:
    start = time.process_time()  # of an explosion, not of a slow machine
    [(line, column, _, why), *_] = problems(source)
    assert reason in why
    assert line >= 1
    assert column >= 1
    assert time.process_time() - start < 10
