"""Whatever happens, in whatever order: the machine stands, keeps its few hard rules, and ends in time."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.core.agent import examples
from ringfence.core.agent.definition import parse
from ringfence.core.call import Consent, ConsentAnswer, Direction, Disclosure, Turn
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue import events as e
from tests.flow.test_floor import QUIZ
from tests.flow.test_llm import SOURCE, WITH_PERSON
from tests.flow.world import Call

DEFINITIONS = [
    parse(examples.source("front-desk")),
    parse(QUIZ),
    parse(SOURCE.replace("consent: notice", "consent: ask, if_no: end")),
    WITH_PERSON,
    parse(QUIZ + "voicemail: {do: leave_message, message: Call back.}\n"),
]

WORDS = st.sampled_from(
    [
        "yes", "no", "red", "five", "banana", "", "  ", "four seven one nine", "hold on", "what", "next tuesday",
        "stop calling me", "don't record this", "delete my data", "are you a robot", "a person please",
        "where can I park", "none", "please leave a message after the tone", "half past nine", "9",
        "don't record this, and stop calling me, a person please",
    ]
)  # fmt: skip
NUMBER = st.integers(-1, 12)
ARGUMENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["name", "value", "to", "day", "guests"]),
    st.sampled_from(["day", "guests", "wish", "friday", "none", "desk"])
    | st.integers()
    | st.none()
    | st.booleans(),
)
TIMERS = st.sampled_from(
    [
        "silence",
        "limit",
        "warning",
        "farewell",
        "mouth",
        "keys",
        "voicemail",
        "tone",
        "transfer",
        "think",
        "tool1",
        "x",
    ]
)
NOISE = st.one_of(
    st.builds(e.Started, at=st.just(0.0)),
    st.builds(e.SpeechStarted, at=st.just(0.0)),
    st.builds(e.SpeechStopped, at=st.just(0.0), silence_s=st.just(0.7)),
    st.builds(
        e.Heard,
        at=st.just(0.0),
        text=WORDS,
        start_s=st.floats(0, 20),
        end_s=st.floats(0, 30),
        confidence=st.floats(0, 1),
        typed=st.booleans(),
        value=st.none() | WORDS,
    ),
    st.builds(
        e.Played,
        at=st.just(0.0),
        utterance=NUMBER,
        chars=st.integers(-5, 200),
        done=st.booleans(),
        start_s=st.floats(-1, 30),
    ),
    st.builds(e.Digit, at=st.just(0.0), digit=st.sampled_from("0123456789*#") | st.just("x")),
    st.builds(
        e.Thought,
        at=st.just(0.0),
        request=NUMBER,
        text=st.sampled_from(["", "Hello. ", "a" * 4000, "Well", "*"]),
        tool=st.none() | st.sampled_from(["set_variable", "end_call", "transfer_call", "find_table", "zz"]),
        arguments=ARGUMENTS,
        done=st.booleans(),
    ),
    st.builds(e.ToolReturned, at=st.just(0.0), request=NUMBER, result=WORDS, ok=st.booleans()),
    st.builds(
        e.EngineFailed,
        at=st.just(0.0),
        engine=st.sampled_from(["stt", "tts", "llm", "tool", "transfer"]),
        code=st.sampled_from(["engine_stalled", "My Name"]),
    ),
    st.builds(e.TimerFired, at=st.just(0.0), name=TIMERS),
    st.builds(e.HungUp, at=st.just(0.0), by=st.sampled_from(["caller", "carrier", "platform"])),
)
STEPS = st.lists(st.tuples(st.floats(0, 9) | st.just(0.0), NOISE), max_size=40)
DIRECTIONS = st.sampled_from(list(Direction))


def hard_rules(call: Call) -> None:
    ended = refused = told = False
    for command in call.commands:
        assert not ended, f"{command} after the end"
        ended = isinstance(command, c.HangUp)
        if isinstance(command, c.Note):
            entry = command.entry
            told = told or (isinstance(entry, Disclosure) and entry.ai)
            if isinstance(entry, Consent):
                refused = refused or entry.answer in {ConsentAnswer.NO, ConsentAnswer.NO_ANSWER}
            assert not (isinstance(entry, Turn) and refused), "words after a refusal"
        if isinstance(command, c.Keep):
            assert not (command.audio and refused), "audio after a refusal"
            assert told or not (command.audio or command.words), "kept before it was told"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(DEFINITIONS), DIRECTIONS, STEPS)
def test_any_events_in_any_order(definition: Any, direction: Direction, steps: list[Any]) -> None:
    call = Call(definition, direction=direction, start=False)
    for wait, event in steps:
        call.now += wait
        object.__setattr__(event, "at", call.now)
        call.commands += call.machine.handle(event)
    hard_rules(call)
    call.now = max(call.now, definition.turns.max_duration_s)
    call.commands += call.machine.handle(e.SpeechStarted(at=call.now))
    assert call.machine.over
    hard_rules(call)
    assert call.machine.handle(e.Digit(at=call.now, digit="9")) == []


DEEDS = st.one_of(
    st.tuples(st.just("says"), WORDS, st.floats(0, 1)),
    st.tuples(st.just("waits"), st.floats(0, 30)),
    st.tuples(st.just("cuts in"), WORDS),
    st.tuples(st.just("keys"), st.text("0123456789*#", max_size=6)),
    st.tuples(st.just("thinks"), st.sampled_from(["Yes. And?", "", "Hm. "]), st.booleans()),
    st.tuples(st.just("fails"), st.sampled_from(["stt", "tts", "llm", "tool", "transfer"])),
    st.tuples(st.just("types"), WORDS),
)


def do(call: Call, deed: tuple[Any, ...]) -> None:
    match deed:
        case ("says", text, sure):
            call.caller(text, sure=sure)
        case ("waits", seconds):
            call.run(seconds)
        case ("cuts in", text):
            call.interrupts(text, after=0.5)
        case ("keys", digits):
            call.keys(digits)
        case ("thinks", text, done) if any(isinstance(x, c.Think) for x in call.commands):
            call.model(text, done=done)
        case ("fails", engine):
            call.fails(engine)
        case ("types", text):
            call.types(text)
        case _:
            pass


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(DEFINITIONS), DIRECTIONS, st.lists(DEEDS, max_size=15), st.booleans())
def test_any_call_on_a_living_line_ends_in_time(
    definition: Any, direction: Direction, deeds: list[Any], voice: bool
) -> None:
    call = Call(definition, direction=direction, start=False)
    call.voice_works = voice
    call.send(e.Started(at=0.0))
    for deed in deeds if voice else deeds[:0]:
        do(call, deed)
    call.run(definition.turns.max_duration_s)
    assert call.machine.over
    assert call.now <= definition.turns.max_duration_s + 0.1
    assert isinstance(call.commands[-1], c.HangUp)
    hard_rules(call)
