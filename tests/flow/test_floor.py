"""Who speaks when: interruptions, silence, noise, holding, keys, time."""

import pytest

from ringfence.core.agent.definition import parse
from ringfence.core.call import Direction, Turn
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue import events as e
from tests.flow.world import Call

QUIZ = """
name: Quiz
kind: guided
recording: {consent: notice}
transfers: {desk: "+12025550173"}
turns: {max_duration_s: 300}
steps:
  - id: intro
    say: Welcome to the quiz. It has three questions, and they are all easy.
  - id: colour
    choose: Do you like red, green, or blue?
    options: [{value: red}, {value: green}, {value: blue, next: bye}]
    save: colour
  - id: count
    ask: How many apples do you have?
    answer: {kind: number, maximum: 100}
    save: count
    optional: true
  - id: code
    ask: What is your code?
    answer: {kind: digits, min_length: 4, max_length: 6}
    save: code
    no_answer: desk
  - id: same
    branch: colour
    when: {red: bye}
    otherwise: desk
  - id: desk
    transfer: desk
    failed: bye
  - id: bye
    end: "Goodbye, friend of {{colour}}."
"""
PARSED = parse(QUIZ)


def quiz(**more: object) -> Call:
    call = Call(PARSED, **more)  # type: ignore[arg-type]
    call.agent("This call is recorded")
    return call


def at_colour(**more: object) -> Call:
    call = quiz(**more)
    call.agent("red, green, or blue?")
    return call


def test_a_notice_is_enough_where_the_definition_says_so() -> None:
    call = quiz()
    assert call.keeps == []
    call.agent("Welcome to the quiz.")
    assert call.keeps == [(True, True)]
    assert call.disclosure.recorded


def test_an_interruption_stops_the_agent_at_once_and_only_what_was_heard_counts() -> None:
    call = at_colour()
    call.run(1)  # "Welcome to the q…"
    before = call.now
    call.send(e.SpeechStarted(at=call.now))
    assert isinstance(call.commands[-2], c.StopSpeaking) or any(
        isinstance(x, c.StopSpeaking) for x in call.commands
    )
    assert call.now == before
    call.run(1.1)
    call.send(e.Heard(at=call.now, text="red", start_s=before, end_s=before + 0.3, confidence=0.9))
    call.agent("How many apples")
    heard = [t for t in call.notes(Turn) if t.interrupted]
    assert heard
    assert "Welcome to the quiz. It has three questions, and they are all easy.".startswith(heard[0].text)
    assert call.values["colour"] == "red"


def test_noise_that_stops_the_agent_is_forgiven_and_the_sentence_begun_again() -> None:
    call = quiz()
    call.agent("Welcome to the quiz.")
    call.noise(after=2.5)
    call.agent("It has three questions, and they are all easy. Do you like red")
    call.caller("green")
    call.agent("How many apples")


def test_speech_that_never_ends_is_noise() -> None:
    call = at_colour()
    call.listen()
    call.send(e.SpeechStarted(at=call.now))
    call.run(46)
    call.agent("I did not understand that.")


def test_a_recogniser_that_says_nothing_is_not_waited_for_for_ever() -> None:
    call = at_colour()
    call.listen()
    call.send(e.SpeechStarted(at=call.now))
    call.run(1)
    call.send(e.SpeechStopped(at=call.now, silence_s=0.7))
    call.run(5.1)
    call.agent("I did not understand that.")


def test_without_barge_in_the_agent_speaks_on() -> None:
    call = Call(parse(QUIZ.replace("turns: {", "turns: {barge_in: false, ")))
    call.agent("Welcome")
    call.interrupts("green", after=0.5)
    assert not any(isinstance(x, c.StopSpeaking) for x in call.commands)
    call.agent("red, green, or blue?")
    call.caller("green")
    call.agent("How many apples")


def test_silence_is_asked_about_and_then_ends_the_call() -> None:
    call = at_colour()
    call.silence(7.1)
    call.agent("I did not hear anything. Do you like red")
    call.silence(7.1)
    call.agent("I did not hear anything.")
    call.silence(7.1)
    call.agent("sorry that we could not finish")
    call.run(10)
    assert call.outcome == "no_input"
    assert call.variables["colour"].given.value == "not_given"


def test_what_is_not_understood_ends_the_call_in_the_end() -> None:
    call = at_colour()
    for _ in range(3):
        call.caller("banana")
    call.agent("sorry that we could not finish")
    call.run(10)
    assert call.outcome == "not_understood"


def test_a_step_may_name_where_to_go_without_an_answer() -> None:
    call = at_colour()
    call.caller("red")
    call.caller("none")
    for _ in range(3):
        call.agent("What is your code?")
        call.silence(7.1)
    call.agent("I will connect you now.")


def test_what_was_heard_badly_is_read_back() -> None:
    call = at_colour()
    call.caller("red", sure=0.5)
    call.agent("I understood red. Is that right?")
    call.caller("no")
    call.agent("Do you like red")
    call.caller("green", sure=0.5)
    call.agent("I understood green.")
    call.caller("yes", sure=0.4)
    call.agent("I did not understand that.")
    call.agent("I understood green.")
    call.caller("yes")
    call.agent("How many apples")


def test_a_reading_back_can_be_corrected_in_one_breath() -> None:
    call = at_colour()
    call.caller("red", sure=0.5)
    call.agent("I understood red.")
    call.caller("no, blue")
    call.agent("I understood blue.")
    call.caller("yes")
    call.agent("Goodbye, friend of blue.")


def test_what_was_hardly_heard_is_asked_again() -> None:
    call = at_colour()
    call.caller("red", sure=0.1)
    call.agent("I did not understand that. Do you like red")


def test_an_engine_that_knows_the_value_is_believed() -> None:
    call = at_colour()
    call.caller("the one like the sky", value="blue")
    call.agent("friend of blue")


def test_nothing_is_an_answer_where_the_step_says_so() -> None:
    call = at_colour()
    call.caller("red")
    call.agent("apples")
    call.caller("none")
    call.agent("code")
    assert call.variables["count"].given.value == "empty"


def test_hold_on_keeps_the_agent_quiet_for_longer() -> None:
    call = at_colour()
    call.caller("hold on please")
    call.agent("take your time")
    call.silence(50)
    assert "Are you still there?" not in [s for _, s in call.said]
    call.run(11)
    call.agent("Are you still there?")
    call.agent("Do you like red")


def test_an_answer_ends_the_holding() -> None:
    call = at_colour()
    call.caller("just a second")
    call.agent("take your time")
    call.silence(30)
    call.speaks("blue")
    call.agent("friend of blue")


def test_noise_while_holding_is_no_answer() -> None:
    call = at_colour()
    call.caller("hold on")
    call.listen()
    said = len(call.said)
    call.noise(after=5)
    assert len(call.said) == said


def test_what_did_you_say_repeats_the_question_for_free() -> None:
    call = at_colour()
    for _ in range(5):
        call.caller("pardon?")
        call.agent("Do you like red")
    call.caller("blue")
    call.agent("friend of blue")


def test_keys_choose_by_place() -> None:
    call = at_colour()
    call.keys("2")
    call.agent("How many apples")
    assert call.values == {"colour": "green"}


def test_keyed_digits_end_with_the_hash_key_or_a_pause() -> None:
    call = at_colour()
    call.caller("green")
    call.keys("12#")
    call.agent("code")
    call.listen()
    call.keys("9*4719")
    call.run(3.1)
    call.agent("connect you")
    assert call.values == {"colour": "green", "count": 12, "code": "4719"}


def test_the_longest_entry_needs_no_end() -> None:
    call = at_colour()
    call.caller("green")
    call.caller("five")
    call.agent("code")
    call.listen()
    call.keys("123456")
    call.agent("connect you")
    assert call.values["code"] == "123456"


def test_too_few_digits_are_asked_again() -> None:
    call = at_colour()
    call.caller("green")
    call.caller("five")
    call.agent("code")
    call.listen()
    call.keys("99#")
    call.agent("I did not understand that. What is your code?")


def test_key_nine_where_no_digits_are_expected_stops_calls_and_the_call_goes_on() -> None:
    call = at_colour()
    call.keys("9")
    call.agent("We will not call this number again.")
    call.agent("Do you like red")
    assert call.suppressed == ["key"]
    assert not call.machine.over


def test_key_nine_on_a_call_that_we_placed_ends_it() -> None:
    call = at_colour(direction=Direction.OUTBOUND)
    call.keys("9")
    call.agent("We will not call this number again.")
    call.run(10)
    assert call.suppressed == ["key"]
    assert call.outcome == "opted_out"


def test_key_nine_in_the_disclosure_counts() -> None:
    call = Call(PARSED, direction=Direction.OUTBOUND)
    call.keys("9")
    call.run(20)
    assert call.suppressed == ["key"]
    assert call.outcome == "opted_out"


def test_nine_within_a_number_is_a_digit_but_alone_it_is_a_wish() -> None:
    call = at_colour(direction=Direction.OUTBOUND)
    call.caller("green")
    call.agent("apples")
    call.keys("9#")
    call.agent("code")
    assert call.suppressed == []
    assert call.values["count"] == 9
    call.listen()
    call.keys("9")
    call.run(3.1)
    call.agent("We will not call this number again.")
    assert call.suppressed == ["key"]


def test_a_typed_line_counts_like_a_spoken_one() -> None:
    call = at_colour()
    call.types("blue")
    call.agent("friend of blue")
    assert ("caller", "blue") in call.turns


def test_a_transfer_that_nobody_takes_goes_on() -> None:
    call = at_colour()
    for answer in ("green", "five", "four seven one nine"):
        call.caller(answer)
    call.agent("I will connect you now.")
    call.run(5)
    assert call.commands[-2] == c.Transfer(number="+12025550173")
    call.fails("transfer", "busy")
    call.agent("I could not reach anyone")
    call.agent("Goodbye")
    call.run(5)
    assert call.outcome == "finished"
    assert call.problems == ["transfer.busy"]


def test_a_transfer_that_never_answers_fails_by_itself() -> None:
    call = at_colour()
    for answer in ("green", "five", "four seven one nine"):
        call.caller(answer)
    call.agent("I will connect you now.")
    call.run(65)
    call.agent("I could not reach anyone")


def test_a_call_that_takes_too_long_is_warned_and_ended_politely() -> None:
    call = at_colour()
    while call.now < 237:
        call.caller("hold on")
        call.run(20)
    call.run(10)
    call.agent("We have one minute left")
    call.run(60)
    call.agent("Our time is up.")
    assert call.outcome == "time_limit"
    assert call.now <= 300


def test_a_voice_that_never_speaks_cannot_hold_the_line() -> None:
    call = Call(PARSED)
    call.voice_works = False
    call.run(300)
    assert call.outcome == "failed"
    assert "tts.stalled" in call.problems


def test_a_voice_that_breaks_once_says_it_again() -> None:
    call = at_colour()
    call.run(0.5)
    call.fails("tts", "engine_unreachable")
    call.agent("Welcome to the quiz.")
    call.agent("Do you like red")
    assert call.problems == ["tts.engine_unreachable"]


def test_a_voice_that_breaks_in_the_disclosure_tells_it_whole() -> None:
    call = Call(PARSED)
    call.run(1)
    call.fails("tts")
    assert call.keeps == []
    call.agent("This call is recorded")
    call.agent("Welcome")
    assert call.keeps == [(True, True)]


def test_an_ear_that_stays_broken_ends_the_call() -> None:
    call = at_colour()
    for _ in range(2):
        call.listen()
        call.fails("stt")
        call.agent("some trouble on my side")
    call.listen()
    call.fails("stt")
    call.run(10)
    assert call.outcome == "failed"


def test_a_code_that_is_no_code_is_not_repeated() -> None:
    call = at_colour()
    call.fails("stt", "My name is Ada")
    assert call.problems == ["stt.unknown"]


@pytest.mark.parametrize("by", ["platform", "carrier"])
def test_the_line_may_go_at_any_moment(by: str) -> None:
    call = at_colour()
    call.send(e.HungUp(at=call.now, by=by))  # type: ignore[arg-type]
    assert call.outcome == ("interrupted" if by == "platform" else "caller_hung_up")
    assert call.machine.handle(e.Digit(at=call.now, digit="9")) == []


def test_zero_retention_keeps_neither_part() -> None:
    call = Call(PARSED, recording_allowed=False, transcript_allowed=False)
    call.agent("Welcome")
    assert call.keeps == [(False, False)]
    assert "recorded" not in call.said[0][1]


def test_words_without_audio_are_told_as_such() -> None:
    call = Call(PARSED, recording_allowed=False)
    call.agent("written down")
    call.agent("Welcome")
    assert call.keeps == [(False, True)]
    assert not call.disclosure.recorded
