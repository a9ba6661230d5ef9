"""Agents led by a language model: what it says is spoken as it comes, and what it fails at is bridged."""

import pytest

from ringfence.core.agent.definition import parse
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue import events as e
from tests.flow.world import Call

SOURCE = """
name: Reception
kind: llm
engines: {stt: ear, tts: mouth, llm: brain}
recording: {consent: notice}
transfers: {desk: "+12025550173"}
turns: {max_duration_s: 600}
first_message: What can I do for you?
instructions: |
  Be brief. The day is {{day}}.
variables:
  day: {answer: {kind: date}, description: The day they wish}
  guests: {answer: {kind: number, maximum: 12}}
  wish: {answer: {kind: text}}
tools:
  - name: find_table
    description: Finds a free table
    url: https://tables.example/find
    arguments:
      day: {type: string}
      guests: {type: integer}
      area: {type: string, required: false, choices: [inside, outside]}
    timeout_s: 4
    say_before: Let me see.
faq:
  - {topic: parking, ask: [where can I park], answer: Behind the house.}
"""
LLM = parse(SOURCE)
WITH_PERSON = parse(SOURCE + "person: desk\n")


def asked(text: str = "A table for four on Friday", definition: object = LLM) -> Call:
    call = Call(definition)  # type: ignore[arg-type]
    call.agent("What can I do for you?")
    call.caller(text)
    return call


def silences(call: Call, seconds: float) -> float:
    """The longest silence from now on, in tenths, while nobody answers."""
    longest = since = 0.0
    for _ in range(int(seconds * 10)):
        call.run(0.1)
        since = 0.0 if call.speaking else since + 0.1
        longest = max(longest, since)
    return longest


def test_the_model_is_told_who_said_what() -> None:
    call = asked()
    system = call.thought.messages[0]["content"]
    assert "Be brief. The day is ." in system
    assert "If asked about parking: Behind the house." in system
    assert "Monday, 2026-11-23" in system
    assert call.history[-2:] == [
        ("assistant", "What can I do for you?"),
        ("user", "A table for four on Friday"),
    ]


def test_words_are_spoken_sentence_by_sentence() -> None:
    call = asked()
    call.model("Of cou", "rse. For ", done=False)
    assert call.said[-1][1] == "Of course. "
    call.model("four, on Friday?")
    call.run(5)
    says = [x for x in call.commands if isinstance(x, c.Say)][-3:]
    assert [(s.text, s.more) for s in says] == [
        ("Of course. ", True),
        ("For four, on Friday?", True),
        ("", False),
    ]
    assert len({s.utterance for s in says}) == 1
    assert ("agent", "Of course. For four, on Friday?") in call.turns


def test_markup_is_not_spoken() -> None:
    call = asked()
    call.model("**Sure!** Here:\n- one\n- `two`")
    assert "".join(s for _, s in call.said if "*" in s or "`" in s or "\n" in s) == ""


def test_an_interrupted_answer_is_remembered_as_heard() -> None:
    call = asked()
    call.model("We have a table at seven. Another one is free at nine. Which one do you like?")
    call.interrupts("nine", after=2.2)
    role, content = call.history[-2]
    assert role == "assistant"
    assert content.startswith("We have a table at seven.")
    assert "Which one" not in content
    assert call.history[-1] == ("user", "nine")


def test_an_answer_of_which_nothing_was_heard_is_not_remembered() -> None:
    call = asked()
    call.model("We have a table at seven.")
    call.speaks("actually for five")
    assert call.history[-2:] == [("user", "A table for four on Friday"), ("user", "actually for five")]


def test_words_that_still_stream_when_the_caller_cuts_in_are_dropped() -> None:
    call = asked()
    call.model("We have a table at seven. ", done=False)
    old = call.thought.request
    call.interrupts("no wait, for five", after=0.5)
    assert c.StopThinking(request=old) in call.commands
    call.send(e.Thought(at=call.now, request=old, text="And one at nine. ", done=True))
    assert not any("nine" in s for _, s in call.said)


def test_noise_in_mid_answer_loses_nothing() -> None:
    call = asked()
    call.model("We have a table at seven. ", done=False)
    call.run(0.5)
    call.send(e.SpeechStarted(at=call.now))
    call.model("And one at nine. ", "Which one?")
    assert not any("nine" in s for _, s in call.said)
    call.run(0.5)
    call.send(e.Heard(at=call.now, text="", start_s=call.now, end_s=call.now, confidence=0))
    call.agent("We have a table at seven.")
    call.agent("And one at nine.")
    call.agent("Which one?")
    call.caller("the second")
    assert call.history[-2][1].endswith("Which one?")


def test_a_second_thought_of_the_caller_replaces_the_first() -> None:
    call = asked()
    first = call.thought.request
    call.speaks("and a high chair")
    assert call.thought.request > first
    assert [m for m in call.history if m[0] == "user"][-2:] == [
        ("user", "A table for four on Friday"),
        ("user", "and a high chair"),
    ]


def test_a_variable_is_written_down_in_its_type() -> None:
    call = asked()
    call.model("Friday it is.", tools=(("set_variable", {"name": "day", "value": "friday"}),))
    assert call.values == {"day": "2026-11-27"}
    thinks = [x for x in call.commands if isinstance(x, c.Think)]
    assert len(thinks) == 1  # it has spoken, and waits for the caller
    call.caller("good")
    assert "The day is Friday, November 27." in call.thought.messages[0]["content"]
    assert call.history[-2] == ("tool", "ok")


def test_a_variable_alone_lets_the_model_go_on() -> None:
    call = asked()
    call.model(tools=(("set_variable", {"name": "guests", "value": 4}),))
    assert call.values == {"guests": 4}
    call.model("For four. On which day?")
    call.agent("On which day?")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": "day", "value": "blue"}, "this is no date"),
        ({"name": "guests", "value": 40}, "this is no number"),
        ({"name": "shoe", "value": "x"}, "no variable 'shoe'"),
        ({}, "no variable"),
        ({"name": ["day"], "value": {"a": 1}}, "no variable"),
    ],
)
def test_a_value_that_is_none_is_refused(arguments: dict[str, object], error: str) -> None:
    call = asked()
    call.model("Hm.", tools=(("set_variable", arguments),))
    assert call.values == {}
    assert error in call.history[-1][1]


def test_nothing_is_a_value() -> None:
    call = asked()
    call.model("Fine.", tools=(("set_variable", {"name": "wish", "value": "none"}),))
    assert call.variables["wish"].given.value == "empty"


def test_free_text_is_not_kept_after_a_refusal() -> None:
    call = asked()
    call.model("Fine.", tools=(("set_variable", {"name": "wish", "value": "by the window"}),))
    assert call.values["wish"] == "by the window"
    call.caller("don't record this")
    call.hangs_up()
    assert call.variables["wish"].value is None
    assert call.variables["wish"].given.value == "given"


def test_a_tool_is_used_and_its_result_told_to_the_model() -> None:
    call = asked()
    call.model(tools=(("find_table", {"day": "2026-11-27", "guests": 4}),))
    use = [x for x in call.commands if isinstance(x, c.UseTool)][-1]
    assert (use.name, use.arguments) == ("find_table", {"day": "2026-11-27", "guests": 4})
    assert call.said[-1][1] == "Let me see."
    call.send(e.ToolReturned(at=call.now, request=use.request, result="table 7", ok=True))
    assert call.history[-1] == ("tool", "table 7")
    ids = [m["tool_calls"][0]["id"] for m in call.thought.messages if m.get("tool_calls")]
    assert call.thought.messages[-1]["tool_call_id"] == ids[-1]
    call.model("Table seven is free.")
    call.agent("Table seven is free.")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"day": "x"}, "'guests' is missing"),
        ({"day": "x", "guests": "four"}, "'guests' should be of type integer"),
        ({"day": "x", "guests": True}, "'guests' should be of type integer"),
        ({"day": "x", "guests": 4, "area": "roof"}, "'area' should be one of inside, outside"),
        ({"day": "x", "guests": 4, "url": "https://evil"}, "there is no argument 'url'"),
    ],
)
def test_bad_arguments_never_leave(arguments: dict[str, object], error: str) -> None:
    call = asked()
    call.model(tools=(("find_table", arguments),))
    assert not [x for x in call.commands if isinstance(x, c.UseTool)]
    assert error in call.history[-1][1]
    assert call.problems == ["llm.bad_arguments"]


def test_a_tool_that_takes_too_long_is_given_up() -> None:
    call = asked()
    call.model(tools=(("find_table", {"day": "x", "guests": 4}),))
    request = [x for x in call.commands if isinstance(x, c.UseTool)][-1].request
    call.run(4.1)
    assert call.history[-1] == ("tool", "error: the tool took too long")
    assert "tool.timeout" in call.problems
    call.send(e.ToolReturned(at=call.now, request=request, result="late", ok=True))
    assert call.history[-1][1] != "late"


def test_a_broken_tool_is_told_to_the_model() -> None:
    call = asked()
    call.model(tools=(("find_table", {"day": "x", "guests": 4}),))
    call.fails("tool", "http_500")
    assert call.history[-1] == ("tool", "error: http_500")
    assert call.problems == ["tool.http_500"]


def test_a_tool_that_does_not_exist() -> None:
    call = asked()
    call.model(tools=(("rm_rf", {}),))
    assert "there is no tool" in call.history[-1][1]
    assert call.problems == ["llm.unknown_tool"]


def test_a_caller_who_goes_on_while_a_tool_works() -> None:
    call = asked()
    call.model(tools=(("find_table", {"day": "x", "guests": 4}),))
    call.caller("never mind, just tell me the address")
    roles = [m["role"] for m in call.thought.messages]
    assert roles[-3:] == ["assistant", "tool", "user"]


def test_tools_without_end_are_stopped() -> None:
    call = asked()
    for _ in range(6):
        call.model(tools=(("set_variable", {"name": "guests", "value": 4}),))
    call.agent("some trouble")
    assert "llm.endless_tools" in call.problems


def test_the_model_ends_the_call() -> None:
    call = asked("that was all, thank you")
    call.model("Have a nice day. Goodbye!", tools=(("end_call", {}),))
    call.run(5)
    assert call.outcome == "finished"
    assert call.turns[-1] == ("agent", "Have a nice day. Goodbye!")


def test_the_model_ends_the_call_without_a_word() -> None:
    call = asked("bye")
    call.model(tools=(("end_call", {}),))
    call.agent("Goodbye.")
    call.run(5)
    assert call.outcome == "finished"


def test_the_model_transfers_only_to_known_numbers() -> None:
    call = asked("I want the desk")
    call.model(tools=(("transfer_call", {"to": "+19005550100"}),))
    assert not [x for x in call.commands if isinstance(x, c.Transfer)]
    assert "should be one of desk" in call.history[-1][1]
    call.model("One moment.", tools=(("transfer_call", {"to": "desk"}),))
    call.run(3)
    assert c.Transfer(number="+12025550173") in call.commands
    call.fails("transfer", "no_answer")
    call.agent("I could not reach anyone")


def test_a_model_that_stalls_is_never_dead_air() -> None:
    call = asked()
    assert silences(call, 12) <= 3.0
    assert call.problems[0] == "llm.stalled"
    assert any("some trouble" in s for _, s in call.said)


def test_a_model_that_stalls_in_mid_answer_is_never_dead_air() -> None:
    call = asked()
    call.model("We have a table at seven. ", done=False)
    assert silences(call, 12) <= 3.0
    assert "llm.stalled" in call.problems


def test_a_tool_that_is_slow_is_never_dead_air() -> None:
    call = asked(definition=parse(SOURCE.replace("timeout_s: 4", "timeout_s: 20")))
    call.model(tools=(("find_table", {"day": "x", "guests": 4}),))
    assert silences(call, 18) <= 3.0


def test_a_slow_model_gets_its_word_in_after_the_filler() -> None:
    call = asked()
    call.run(2.1)
    call.agent("One moment, please.")
    call.model("Here I am.")
    call.agent("Here I am.")
    assert call.problems == []


def test_a_model_that_fails_three_times_ends_the_call_politely() -> None:
    call = asked()
    for _ in range(2):
        call.fails("llm", "engine_unreachable")
        call.agent("some trouble")
        call.caller("hello?")
    call.fails("llm", "engine_unreachable")
    call.agent("sorry that we could not finish")
    call.run(10)
    assert call.outcome == "failed"
    assert call.problems == ["llm.engine_unreachable"] * 3


def test_or_hands_it_to_a_person() -> None:
    call = asked(definition=WITH_PERSON)
    for _ in range(2):
        call.fails("llm")
        call.agent("some trouble")
        call.caller("hello?")
    call.fails("llm")
    call.agent("connect you with a person")
    call.run(10)
    assert c.Transfer(number="+12025550173") in call.commands


@pytest.mark.parametrize("nonsense", ["", "   ", "???", "***"])
def test_nonsense_is_no_answer(nonsense: str) -> None:
    call = asked()
    call.model(nonsense)
    call.agent("some trouble")
    assert call.problems == ["llm.empty"]


def test_an_answer_without_end_is_cut() -> None:
    call = asked()
    call.model("And so on and on. " * 300, done=False)
    assert "llm.too_long" in call.problems
    assert [x for x in call.commands if isinstance(x, c.Say)][-1].more is False


def test_a_failure_of_a_thought_that_was_dropped_means_nothing() -> None:
    call = asked()
    call.model("Yes.")
    call.fails("llm")
    assert not any("trouble" in s for _, s in call.said)


def test_silence_is_asked_about() -> None:
    call = Call(LLM)
    call.agent("What can I do for you?")
    call.silence(7.1)
    call.agent("Are you still there?")
    call.silence(7.1)
    call.agent("Are you still there?")
    call.silence(7.1)
    call.agent("sorry")
    call.run(10)
    assert call.outcome == "no_input"


def test_keys_are_told_to_the_model() -> None:
    call = Call(LLM)
    call.agent("What can I do for you?")
    call.listen()
    call.keys("42#")
    assert call.history[-1] == ("user", "42")


def test_key_nine_alone_stops_calls() -> None:
    call = Call(LLM)
    call.agent("What can I do for you?")
    call.listen()
    call.keys("9")
    call.run(3.1)
    call.agent("We will not call this number again.")
    assert call.suppressed == ["key"]
