"""What every implementation of the port `Llm` has to do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import pytest

from ringfence.voice.speech.fake import Pause, ScriptedLlm
from ringfence.voice.speech.fake.llm import Piece
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm
from ringfence.voice.speech.ports import ChatPiece, EngineUnreachable, Llm, SpeechError
from tests.support.gate import way
from tests.support.openai_standin import KEY, Calls, Standin, Status, Step, Wait, standin

Answers = Sequence[Sequence[Piece]]
TOOLS = [
    {
        "type": "function",
        "function": {"name": "find_table", "description": "", "parameters": {"type": "object"}},
    }
]


@dataclass
class Case:
    """An engine that gives these answers, one for each request."""

    make: Callable[[Answers], Llm]


@pytest.fixture
def engine() -> Iterator[Standin]:
    with standin() as made:
        yield made


def over_the_wire(engine: Standin, answers: Answers) -> Llm:
    def step(piece: Piece) -> Step:
        match piece:
            case str():
                return piece
            case ChatPiece(tool=str(name)):
                return Calls(name, json.dumps(piece.arguments))
            case Pause(seconds):
                return Wait(seconds)
            case SpeechError():
                return Status(503)
            case _:
                raise AssertionError(piece)

    for pieces in answers:
        engine.will(*(step(piece) for piece in pieces))
    return OpenAiLlm(Endpoint(engine.address, "a-model", KEY, way=way()))


@pytest.fixture(params=["scripted", "openai"])
def case(request: pytest.FixtureRequest, engine: Standin) -> Case:
    if request.param == "scripted":
        return Case(ScriptedLlm)
    return Case(lambda answers: over_the_wire(engine, answers))


@pytest.fixture
async def made(case: Case) -> AsyncIterator[Callable[[Answers], Llm]]:
    engines: list[Llm] = []

    def make(answers: Answers) -> Llm:
        engines.append(case.make(answers))
        return engines[-1]

    yield make
    for each in engines:
        await each.aclose()


Make = Callable[[Answers], Llm]


async def read(llm: Llm, **changes: Any) -> list[ChatPiece]:
    async with asyncio.timeout(10):
        asked = {"tools": [], "temperature": 0.3, **changes}
        return [piece async for piece in llm.chat([{"role": "user", "content": "hello"}], **asked)]


async def test_words_come_in_order_and_the_last_piece_is_the_bill(made: Make) -> None:
    pieces = await read(made([["We have ", "a table ", "– für fünf."]]))
    assert "".join(piece.text for piece in pieces) == "We have a table – für fünf."
    last = pieces[-1]
    assert (last.text, last.tool) == ("", None)
    assert last.usage["output_tokens"] > 0
    assert all(not piece.usage for piece in pieces[:-1])


async def test_words_are_here_before_the_answer_is_whole(made: Make) -> None:
    chat = made([["At once. ", Pause(60.0), "Later."]]).chat([], tools=[], temperature=0)
    async with asyncio.timeout(20), aclosing(chat):
        assert (await anext(chat)).text == "At once. "


async def test_a_tool_call_comes_whole(made: Make) -> None:
    wanted = {"day": "Friday", "guests": 4, "area": None, "names": ["Ünal"]}
    pieces = await read(made([["Let me see.", ChatPiece(tool="find_table", arguments=wanted)]]), tools=TOOLS)
    (call,) = [piece for piece in pieces if piece.tool]
    assert (call.tool, call.arguments) == ("find_table", wanted)
    assert pieces[0].text == "Let me see."


async def test_tool_calls_keep_their_order(made: Make) -> None:
    both = [
        ChatPiece(tool="set_variable", arguments={"name": "day"}),
        ChatPiece(tool="find_table", arguments={}),
    ]
    pieces = await read(made([both]), tools=TOOLS)
    assert [piece.tool for piece in pieces if piece.tool] == ["set_variable", "find_table"]


async def test_an_empty_answer_is_the_bill_alone(made: Make) -> None:
    (only,) = await read(made([[]]))
    assert (only.text, only.tool) == ("", None)


async def test_errors_come_with_the_reading_and_the_next_request_is_new(made: Make) -> None:
    llm = made([[EngineUnreachable("down")], ["Here again."]])
    chat = llm.chat([], tools=[], temperature=0)
    with pytest.raises(EngineUnreachable):
        await anext(chat)
    assert "".join(piece.text for piece in await read(llm)) == "Here again."


async def test_an_answer_may_be_given_up(made: Make) -> None:
    llm = made([["One. ", Pause(60.0), "Two."], ["Next."]])
    chat = llm.chat([], tools=[], temperature=0)
    assert (await anext(chat)).text == "One. "
    async with asyncio.timeout(20):
        await chat.aclose()
    assert (await read(llm))[0].text == "Next."


async def test_giving_up_while_waiting_lets_go_at_once(made: Make) -> None:
    llm = made([[Pause(60.0), "Never."], ["Next."]])
    chat = llm.chat([], tools=[], temperature=0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await anext(chat)
    async with asyncio.timeout(20):
        await chat.aclose()
    assert (await read(llm))[0].text == "Next."


async def test_an_engine_has_a_name_and_can_be_closed_twice_unused(case: Case) -> None:
    llm = case.make([])
    assert llm.name
    await llm.aclose()
    await llm.aclose()
