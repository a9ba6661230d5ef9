"""The spoken rights on living calls, with either kind of agent."""

import pytest

from ringfence.core.agent import examples
from ringfence.core.agent.definition import parse
from ringfence.core.call import Direction, Speaker
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue import events as e
from tests.flow.world import Call

FRONT = parse(examples.source("front-desk"))
LLM = parse(examples.source("llm-reception"))
BOTH = pytest.mark.parametrize("definition", [FRONT, LLM], ids=["guided", "llm"])


def talking(definition: object, **more: object) -> Call:
    call = Call(definition, **more)  # type: ignore[arg-type]
    call.agent("May we record")
    call.caller("yes")
    call.agent("What can I do for you?")
    return call


@BOTH
def test_stop_calling_on_a_call_that_we_placed(definition: object) -> None:
    call = talking(definition, direction=Direction.OUTBOUND)
    call.caller("take me off your list, please")
    call.agent("We will not call this number again.")
    call.run(10)
    assert call.suppressed == ["spoken"]
    assert call.outcome == "opted_out"
    assert call.rights == ["stop_calling"]


@BOTH
def test_stop_calling_on_a_call_to_us(definition: object) -> None:
    call = talking(definition)
    call.caller("Stop calling me!")
    call.agent("We will not call this number again.")
    assert call.suppressed == ["spoken"]
    assert not call.machine.over


@BOTH
def test_dont_record_in_mid_call(definition: object) -> None:
    call = talking(definition)
    call.caller("Don't record this.")
    call.agent("neither recorded nor written down")
    assert call.keeps == [(True, True), (False, False)]
    keep = max(i for i, x in enumerate(call.commands) if isinstance(x, c.Keep))
    call.run(10)
    after = call.commands[keep:]
    assert not [x for x in after if isinstance(x, c.Note) and type(x.entry).__name__ == "Turn"]
    assert call.consent is not None
    assert call.consent.answer.value == "no"


@BOTH
def test_delete_my_data(definition: object) -> None:
    call = talking(definition)
    call.caller("please delete my data")
    call.agent("noted that you want your data deleted")
    assert call.rights == ["delete_data"]
    assert call.keeps[-1] == (False, False)


@BOTH
def test_am_i_talking_to_a_machine(definition: object) -> None:
    call = talking(definition)
    call.caller("am I talking to a machine?")
    call.agent("Yes, you are talking to a machine")
    assert not [x for x in call.commands if isinstance(x, c.Think)]


def test_after_the_answer_the_question_comes_back() -> None:
    call = talking(FRONT)
    call.caller("are you a robot")
    call.agent("Yes, you are talking to a machine")
    call.agent("What can I do for you?")


@BOTH
def test_a_person_please(definition: object) -> None:
    call = talking(definition)
    call.caller("I want to speak to a human")
    call.agent("connect you with a person")
    call.run(10)
    assert c.Transfer(number="+12025550173") in call.commands
    call.carrier()
    assert call.outcome == "transferred"


@BOTH
def test_a_person_who_does_not_answer(definition: object) -> None:
    call = talking(definition)
    call.caller("a person please")
    call.run(10)
    call.fails("transfer", "busy")
    call.agent("I could not reach anyone")
    assert not call.machine.over


def test_a_person_where_there_is_none() -> None:
    call = Call("name: X\nkind: guided\nsteps:\n  - id: a\n    ask: Ready?\n    answer: {kind: yes_no}\n")
    call.agent("May we record")
    call.caller("yes")
    call.agent("Ready?")
    call.caller("a person please")
    call.agent("there is no person")
    call.agent("Ready?")


@BOTH
def test_two_rights_in_a_breath(definition: object) -> None:
    call = talking(definition)
    call.caller("Are you a robot? Then don't record this.")
    call.agent("neither recorded")
    assert call.rights == ["dont_record", "is_it_a_machine"]
    assert call.keeps[-1] == (False, False)


@BOTH
def test_at_the_consent_question_itself(definition: object) -> None:
    call = Call(definition)  # type: ignore[arg-type]
    call.agent("May we record")
    call.caller("are you a machine?")
    call.agent("Yes, you are talking to a machine")
    call.agent("May we record")
    call.caller("no, and delete my data")
    call.agent("not recorded")
    call.agent("What can I do for you?")
    assert call.keeps == [(False, False)]
    assert call.rights == ["is_it_a_machine", "delete_data"]


@BOTH
def test_a_right_interrupts_what_is_being_said(definition: object) -> None:
    call = talking(definition)
    call.interrupts("stop calling me", after=0.5)
    call.agent("We will not call this number again.")


def test_while_the_model_thinks() -> None:
    call = talking(LLM)
    call.caller("I need an appointment")
    call.speaks("are you a robot?")
    call.agent("Yes, you are talking to a machine")
    assert any(isinstance(x, c.StopThinking) for x in call.commands)
    call.model("Of course.")
    assert "Of course." not in [s for _, s in call.said]


def test_the_rights_are_part_of_what_a_closed_recogniser_hears() -> None:
    call = talking(FRONT)
    listen = [x for x in call.commands if isinstance(x, c.Listen)][-1]
    assert listen.answer is not None
    assert "stop calling me" in listen.answer.also
    assert "what are your opening hours" in listen.answer.also


GREETING = "hi you've got Bob please leave a message after the tone"


def outbound(policy: str) -> Call:
    source = examples.source("front-desk") + f"\nvoicemail: {policy}\n"
    return Call(parse(source), direction=Direction.OUTBOUND)


def test_a_voicemail_is_hung_up_on() -> None:
    call = outbound("{do: hang_up}")
    call.speaks(GREETING)
    assert call.outcome == "voicemail"
    assert call.keeps == []


def test_a_long_greeting_is_a_voicemail_even_unheard() -> None:
    call = outbound("{do: hang_up}")
    call.speaks("", seconds=6)
    assert call.outcome == "voicemail"


def test_a_voicemail_gets_the_message_after_its_end() -> None:
    call = outbound("{do: leave_message, message: Please call the clinic back.}")
    call.send(e.SpeechStarted(at=call.now))
    call.run(8)
    assert "call the clinic back" not in call.said[-1][1]
    call.send(e.SpeechStopped(at=call.now, silence_s=0.7))
    call.agent("automated assistant")
    assert "Please call the clinic back." in call.said[-1][1]
    call.run(20)
    assert call.outcome == "voicemail"
    assert (True, True) not in call.keeps


def test_hello_is_no_voicemail() -> None:
    call = outbound("{do: hang_up}")
    call.interrupts("hello?", after=0.5)
    call.agent("May we record")
    call.caller("yes")
    call.agent("What can I do for you?")
    call.send(e.HungUp(at=call.now, by=Speaker.CALLER))
    assert call.outcome == "caller_hung_up"
