"""The shipped front desk, from hello to goodbye."""

from hashlib import sha256

from ringfence.core.agent import examples
from ringfence.core.agent.definition import parse
from tests.flow.world import Call

FRONT = parse(examples.source("front-desk"))


def answered(**more: object) -> Call:
    call = Call(FRONT, **more)  # type: ignore[arg-type]
    call.agent("automated assistant")
    call.agent("May we record this call?")
    call.caller("yes")
    return call


def test_an_appointment() -> None:
    call = answered()
    call.agent("Welcome to Harbour Street Clinic.")
    call.agent("What can I do for you?")
    call.caller("an appointment please")
    call.agent("Have you been with us before?")
    call.caller("no")
    call.agent("On which day")
    call.caller("next tuesday")
    call.agent("At what time?")
    call.caller("half past nine")
    call.agent("telephone number")
    call.caller("two oh two five five five oh one seven three")
    call.agent("Tuesday, December 1 at 9:30 a.m., and your number is 2 0 2, 5 5 5, 0 1 7 3. Is that right?")
    call.caller("yes that's right")
    call.agent("We have noted your wish")
    call.agent("Goodbye.")
    call.run(10)
    assert call.outcome == "finished"
    assert call.values == {
        "reason": "appointment",
        "known_patient": False,
        "day": "2026-12-01",
        "time": "09:30",
        "phone": "+12025550173",
    }
    assert call.variables["birthday"].given.value == "not_given"
    assert call.keeps == [(True, True)]


def test_what_was_said_before_consent_joins_the_transcript_after_it() -> None:
    call = answered()
    call.listen()
    assert call.turns[0] == ("agent", FRONT.disclosure.ai)
    assert call.turns[1] == ("agent", FRONT.recording.question)
    assert call.turns[2] == ("caller", "yes")


def test_the_words_of_disclosure_and_question_are_hashed() -> None:
    call = answered()
    assert call.disclosure.ai
    assert call.disclosure.recorded
    assert call.disclosure.script_sha256 == sha256(FRONT.disclosure.ai.encode()).hexdigest()
    assert call.consent is not None
    assert call.consent.answer.value == "yes"
    assert call.consent.script_sha256 == sha256(FRONT.recording.question.encode()).hexdigest()


def test_no_means_that_nothing_rests_and_the_call_goes_on() -> None:
    call = Call(FRONT)
    call.agent("May we record")
    call.caller("no, I'd rather not")
    call.agent("not recorded")
    call.agent("What can I do for you?")
    call.caller("billing")
    call.agent("connect you")
    call.run(10)
    call.carrier()
    assert call.keeps == [(False, False)]
    assert call.turns == []
    assert call.values["reason"] == "billing"
    assert call.outcome == "transferred"


def test_silence_at_the_question_means_no() -> None:
    call = Call(FRONT)
    for _ in range(3):
        call.agent("May we record")
        call.silence(8)
    call.agent("not recorded")
    assert call.keeps == [(False, False)]
    assert call.consent is not None
    assert call.consent.answer.value == "no_answer"


def test_doubt_at_the_question_is_no_yes() -> None:
    call = Call(FRONT)
    call.agent("May we record")
    call.caller("yes", sure=0.4)
    call.agent("I did not understand that.")
    call.agent("May we record")
    call.caller("let me think about it for a moment")
    call.agent("May we record")
    assert call.keeps == []


def test_hanging_up_at_the_question_is_no_answer() -> None:
    call = Call(FRONT)
    call.agent("May we record")
    call.silence(1)
    call.hangs_up()
    assert call.outcome == "caller_hung_up"
    assert call.keeps == [(False, False)]
    assert call.consent is not None
    assert call.consent.answer.value == "no_answer"


def test_hanging_up_in_the_disclosure_tells_that_nothing_was_told() -> None:
    call = Call(FRONT)
    call.run(1)
    call.hangs_up()
    assert call.disclosure.said_at_s is None
    assert not call.disclosure.ai
    assert call.consent is None


def test_the_disclosure_cannot_be_interrupted() -> None:
    call = Call(FRONT)
    call.interrupts("yes", after=1)
    call.agent("May we record")
    assert call.keeps == []
    call.caller("yes")
    call.agent("Welcome")
    assert call.turns[0] == ("agent", FRONT.disclosure.ai)


def test_dont_record_this_in_the_disclosure_settles_it() -> None:
    call = Call(FRONT)
    call.interrupts("please don't record this", after=1)
    call.agent("not recorded")
    call.agent("automated assistant")
    call.agent("What can I do for you?")
    assert call.keeps == [(False, False)]
    assert not any("May we record" in text for at, text in call.said if at > 3)
    assert call.rights == ["dont_record"]


def test_key_one_is_yes() -> None:
    call = Call(FRONT)
    call.agent("May we record")
    call.listen()
    call.keys("1")
    call.agent("Welcome")
    assert call.keeps == [(True, True)]


def test_the_opening_hours_are_told_in_between() -> None:
    call = answered()
    call.agent("What can I do for you?")
    call.caller("what are your opening hours")
    call.agent("Monday to Friday")
    call.agent("What can I do for you?")
    call.caller("a refill")
    call.agent("date of birth")
    call.caller("july fourth nineteen eighty four")
    call.agent("I understood July 4, 1984. Is that right?")
    call.caller("no, the fifth of july nineteen eighty four")
    call.agent("I understood July 5, 1984. Is that right?")
    call.caller("yes")
    call.agent("Goodbye")
    call.run(9)
    assert call.values["birthday"] == "1984-07-05"


def test_the_number_can_be_keyed() -> None:
    call = answered()
    call.agent("What can I do")
    call.listen()
    call.keys("1")  # the first option
    call.agent("Have you been with us")
    call.listen()
    call.keys("2")  # no
    call.agent("On which day")
    call.caller("friday")
    call.agent("At what time")
    call.caller("noon")
    call.agent("telephone number")
    call.interrupts("", after=0.1)
    call.keys("2025550173#")
    call.agent("Friday, November 27 at noon, and your number is 2 0 2, 5 5 5, 0 1 7 3.")
    call.caller("no")
    call.agent("On which day")


def test_a_definition_may_end_the_call_on_a_no() -> None:
    call = Call(parse(examples.source("front-desk").replace("if_no: continue", "if_no: end")))
    call.agent("May we record")
    call.caller("no")
    call.agent("not recorded. Thank you for calling. Goodbye.")
    call.run(10)
    assert call.outcome == "finished"
    assert call.keeps == [(False, False)]


def test_no_to_recording_after_a_transfer_that_failed_is_still_no() -> None:
    call = Call(FRONT)
    call.agent("May we record")
    call.caller("don't record this, and get me a person")
    call.agent("connect you with a person")
    call.run(10)
    call.fails("transfer", "busy")
    call.agent("I could not reach anyone")
    call.agent("What can I do for you?")
    assert call.keeps == [(False, False)]
