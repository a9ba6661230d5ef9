"""Summaries by a language model: what it is shown, and what is made of its answer."""

import pytest

from ringfence.voice.speech.fake.llm import ScriptedLlm
from ringfence.voice.speech.ports import ChatPiece, EngineNonsense, EngineUnreachable
from ringfence.work.aftercall.model import MOST_SUMMARY, MOST_WORDS, by_model, transcript

TURNS = [{"speaker": "agent", "text": "Which day?"}, {"speaker": "caller", "text": "Friday."}]


async def test_the_words_go_in_as_data_and_the_answer_is_one_paragraph() -> None:
    llm = ScriptedLlm([["The caller wants\n\n", "Friday. ", ChatPiece(usage={"input_tokens": 12})]])
    made = await by_model(llm, TURNS, "en-GB")
    assert made.text == "The caller wants Friday."
    assert made.usage["input_tokens"] == 12
    [[system, user]] = llm.asked
    assert "en-GB" in system["content"]
    assert user == {"role": "user", "content": "agent: Which day?\ncaller: Friday."}


async def test_silence_and_errors_are_errors() -> None:
    with pytest.raises(EngineNonsense):
        await by_model(ScriptedLlm([["  \n"]]), TURNS, "en-GB")
    with pytest.raises(EngineUnreachable):
        await by_model(ScriptedLlm([["The", EngineUnreachable("gone")]]), TURNS, "en-GB")


async def test_an_endless_answer_is_cut() -> None:
    assert len((await by_model(ScriptedLlm([["word " * 5000]]), TURNS, "en-GB")).text) == MOST_SUMMARY


def test_of_a_long_call_the_beginning_and_the_end_are_shown() -> None:
    turns = [{"speaker": "caller", "text": f"sentence {n}"} for n in range(5000)]
    text = transcript(turns)
    assert len(text) < MOST_WORDS + 10
    assert text.startswith("caller: sentence 0\n")
    assert text.endswith("sentence 4999")
