"""Whole calls of an agent led by a model: the real media loop and wire, and a model, a voice and tools over HTTP."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ringfence.core.call import CallResult, Outcome
from ringfence.vault.journal import FileSource, JournalReader
from ringfence.voice.runtime.ports import Engines, Journals
from ringfence.voice.speech.fake import ScriptedStt
from ringfence.voice.speech.fake.tts import ToneTts
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm, OpenAiTts
from ringfence.voice.speech.ports import Tts
from ringfence.voice.telephony.loopback.caller import Line, place_call
from tests.support.exchange import Doors, Exchange, exchange
from tests.support.gate import way
from tests.support.openai_standin import KEY, Calls, Cut, Raw, Standin, Status, Step, Wait, standin, tone

LOUD = b"\x80" * 4000  # half a second at full scale
RATE = 8000
DEAD_S = 3.0
WAIT_S = 0.7
AGENT = """
name: Reception
kind: llm
engines: {stt: ear, tts: mouth, llm: brain}
recording: {enabled: true, consent: notice}
disclosure: {ai: I am a machine., recorded: We record.}
transfers: {desk: "+12025550173"}
turns: {end_silence_s: 0.7, no_input_s: 6, reprompts: 1}
phrases: {trouble: Sorry once more.}
first_message: Yes?
instructions: Be brief.
variables:
  day: {answer: {kind: text}, description: The day they wish}
  guests: {answer: {kind: number, maximum: 12}}
tools:
  - name: find_table
    description: Finds a free table
    url: "%s/find"
    arguments:
      day: {type: string}
      guests: {type: integer}
      area: {type: string, required: false, choices: [inside, outside]}
    timeout_s: 0.5
"""


@dataclass
class Tables:
    """A tool of the customer's: what it was asked, and how it answers."""

    address: str = ""
    asked: list[Any] = field(default_factory=list)
    slow_s: float = 0.0
    quit: threading.Event = field(default_factory=threading.Event)


@contextmanager
def tables() -> Iterator[Tables]:
    made = Tables()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            made.quit.wait(made.slow_s)
            body = b'{"free": "at seven"}'
            with suppress(BrokenPipeError):  # whoever asked may have given up
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield made
    made.quit.set()
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class World:
    """A model, a voice, a tool and a recogniser that hears `words`, one for each time the caller speaks."""

    folder: Path
    model: Standin
    tool: Tables
    voice: Standin | None = None
    spare: ToneTts = field(default_factory=lambda: ToneTts(seconds_per_char=0.03))

    async def call(
        self, *words: str, stepped: bool = True, lines: list[Line] | None = None, **how: Any
    ) -> "Told":
        spoken: Tts = ToneTts(seconds_per_char=0.03)
        if self.voice is not None:
            spoken = OpenAiTts(Endpoint(self.voice.address, "a-voice", KEY, silence_s=30, way=way()))
        llm = OpenAiLlm(Endpoint(self.model.address, "a-model", KEY, silence_s=30, way=way()))
        engines = Engines(stt=ScriptedStt(words), tts=spoken, llm=llm, spare=self.spare)
        doors = Doors(definition=AGENT % self.tool.address)
        async with exchange(self.folder, engines, doors) as house:
            said = lines if lines is not None else [Line(ulaw=LOUD) for _ in words]
            await place_call(
                house.url("/media/loopback/"), doors.ticket(), said, stepped=stepped, **how
            )  # fmt: skip
            result, journals = await doors.result()
            told = Told(result, *lanes(house, result, journals))
        await llm.aclose()
        await spoken.aclose()
        return told

    def messages(self, request: int = -1) -> list[dict[str, Any]]:
        """What the model was shown."""
        shown: list[dict[str, Any]] = self.model.asked[request].body["messages"]
        return shown


@dataclass
class Told:
    """A call afterwards: its result, and both sides of what was recorded, a byte a sample."""

    result: CallResult
    caller: bytes
    agent: bytes

    @property
    def problems(self) -> set[str]:
        return {each.code for each in self.result.problems}

    @property
    def said(self) -> list[str]:
        return [turn.text for turn in self.result.turns if turn.speaker.value == "agent"]

    @property
    def values(self) -> dict[str, Any]:
        return {each.name: each.value for each in self.result.variables if each.given == "given"}

    def dead_air(self) -> float:
        """The longest time for which nobody made a sound, after the caller first spoke."""
        longest = silent = 0
        for at in range(self.caller.index(b"\x80"), len(self.caller), 80):
            loud = any(side[at : at + 80].strip(b"\xff\x7f") for side in (self.caller, self.agent))
            silent = 0 if loud else silent + 80
            longest = max(longest, silent)
        return longest / RATE


def lanes(house: Exchange, result: CallResult, journals: Journals) -> tuple[bytes, bytes]:
    assert journals.audio is not None
    source = FileSource(journals.audio)
    caller, agent = bytearray(), bytearray()
    for entry, planar in JournalReader(source, house.doors.keys[result.call_id].audio):
        missing = entry.position - len(caller)
        half = len(planar) // 2
        caller += b"\xff" * missing + planar[:half]
        agent += b"\xff" * missing + planar[half:]
    source.close()
    return bytes(caller), bytes(agent)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with standin() as model, tables() as tool:
        yield World(tmp_path, model, tool)


async def test_words_stream_to_the_voice_while_the_model_still_thinks(world: World) -> None:
    world.model.will("We have one at seven. ", Wait(1.0), "Shall I?")
    world.model.will(Calls("end_call"))
    lines = [Line(ulaw=LOUD), Line(ulaw=LOUD, pause_s=2.0)]
    told = await world.call("a table for four", "yes", lines=lines, stepped=False)
    first = told.result.timings[0]
    assert first.response_ms - first.wait_ms < 900  # the first sentence did not wait for the second
    assert "We have one at seven. Shall I?" in told.said
    assert told.result.outcome is Outcome.FINISHED


async def test_a_tool_is_asked_with_typed_arguments_and_its_answer_goes_to_the_model(world: World) -> None:
    world.model.will(Calls("find_table", '{"day": "Friday", "guests": 4}'))
    world.model.will("At seven.")
    world.model.will(Calls("end_call"))
    told = await world.call("a table for four on friday", "thank you")
    assert world.tool.asked == [{"day": "Friday", "guests": 4}]
    (answer,) = [m for m in world.messages(1) if m["role"] == "tool"]
    assert "at seven" in answer["content"]
    assert "At seven." in told.said
    assert told.problems == set()


@pytest.mark.parametrize(
    "arguments",
    ['{"day": "Friday"}', '{"day": "Friday", "guests": "four"}', '{"day": "F", "guests": 4, "area": "roof"}',
     '{"day": "Friday", "guests": 4, "password": "x"}'],
)  # fmt: skip
async def test_arguments_of_the_wrong_type_reach_no_tool_and_the_model_is_told(
    world: World, arguments: str
) -> None:
    world.model.will(Calls("find_table", arguments))
    world.model.will("How many?")
    world.model.will(Calls("end_call"))
    told = await world.call("a table", "never mind")
    assert world.tool.asked == []
    assert any(m["role"] == "tool" for m in world.messages(1))
    assert "How many?" in told.said


async def test_a_tool_that_is_slow_is_given_up_and_the_call_goes_on(world: World) -> None:
    world.tool.slow_s = 20
    world.model.will(Calls("find_table", '{"day": "Friday", "guests": 4}'))
    world.model.will("I cannot look just now.")
    world.model.will(Calls("end_call"))
    told = await world.call("a table for four", "all right", stepped=False)
    (answer,) = [m for m in world.messages(1) if m["role"] == "tool"]
    assert "tool_timeout" in answer["content"] or "too long" in answer["content"]  # whoever looks first
    assert "I cannot look just now." in told.said
    assert told.dead_air() < DEAD_S


async def test_variables_are_typed_and_what_does_not_fit_is_refused(world: World) -> None:
    world.model.will(
        Calls("set_variable", '{"name": "guests", "value": "4"}'), Calls("set_variable", '{"name": "day", "value": "Friday"}')
    )  # fmt: skip
    world.model.will(Calls("set_variable", '{"name": "guests", "value": "four thousand"}'))
    world.model.will("Noted.")
    world.model.will(Calls("end_call"))
    told = await world.call("friday, the four of us", "bye")
    assert told.values == {"day": "Friday", "guests": 4}


async def test_the_model_ends_the_call_or_hands_it_to_a_person(world: World) -> None:
    world.model.will("Goodbye.", Calls("end_call"))
    told = await world.call("nothing, thank you")
    assert told.result.outcome is Outcome.FINISHED
    assert told.said[-1] == "Goodbye."


async def test_an_interrupted_answer_is_remembered_as_far_as_it_was_heard(world: World) -> None:
    long = "We have a table at seven. Another one is free at nine. A third one is free at ten. Which one do you like?"
    world.model.will(long)
    world.model.will("Nine it is.", Calls("end_call"))
    lines = [Line(ulaw=LOUD), Line(ulaw=LOUD, pause_s=-1.4)]
    told = await world.call("a table for four", "nine", lines=lines)
    said = [m["content"] for m in world.messages(1) if m["role"] == "assistant"][-1]
    assert long.startswith(said.removesuffix("…").strip()[:20])
    assert "Which one" not in said
    assert any(turn.interrupted for turn in told.result.turns)


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ([Wait(30.0)], "engine_stalled"),
        (["We have ", Wait(30.0)], "engine_stalled"),
        ([Status(500)], "engine_unreachable"),
        ([Status(401)], "engine_nonsense"),
        (["We ", Cut()], "engine_"),
        ([Raw(b"data: {oops\n\n")], "engine_nonsense"),
        ([Calls("find_table", "{oops")], "engine_nonsense"),
        ([], "empty"),
    ],
    ids=[
        "stalls",
        "stalls in mid-answer",
        "fails",
        "refuses",
        "breaks off",
        "babbles",
        "mangles a tool",
        "says nothing",
    ],
)
async def test_a_model_that_fails_is_bridged_aloud_and_its_cause_is_kept(
    world: World, steps: list[Step], code: str
) -> None:
    world.model.will(*steps)
    world.model.will("At seven. ", Calls("end_call"))
    told = await world.call("a table for four", "a table for four", stepped=False)
    assert "Sorry once more." in told.said
    assert any(problem.startswith(f"llm.{code}") for problem in told.problems)
    assert told.dead_air() <= DEAD_S
    assert told.result.outcome is Outcome.FINISHED


@pytest.mark.parametrize(
    "steps", [[Wait(30.0)], [Status(500)], [tone(0.4), Wait(30.0)], [tone(0.4), Cut()], [b""]],
    ids=["stalls", "fails", "stalls in mid-sentence", "breaks off", "is mute"],
)  # fmt: skip
async def test_when_a_voice_fails_the_spare_says_it_and_all_that_follows(
    world: World, steps: list[Step]
) -> None:
    with standin() as voice:
        world.voice = voice
        voice.will(tone(0.3))  # what it is, and that it is recorded
        voice.will(tone(0.3))  # what it says first
        voice.will(*steps)
        world.model.will("We have a table at seven.")
        world.model.will("At seven. ", Calls("end_call"))
        told = await world.call("a table for four", "thank you", stepped=False)
        asked = [each.body["input"] for each in voice.asked]
        assert asked[:3] == ["I am a machine. We record.", "Yes?", "We have a table at seven."]
        assert len(asked) == 3
    assert [text.strip() for text in world.spare.said if text] == ["We have a table at seven.", "At seven."]
    assert [problem.partition(".")[0] for problem in told.problems] == ["tts"]
    assert told.dead_air() < DEAD_S
    assert told.result.outcome is Outcome.FINISHED


async def test_a_silent_model_and_a_silent_voice_together_leave_no_dead_air_either(world: World) -> None:
    with standin() as voice:
        world.voice = voice
        voice.will(tone(0.3))
        voice.will(tone(0.3))
        voice.will(Wait(30.0))
        world.model.will(Wait(30.0))
        world.model.will("At seven. ", Calls("end_call"))
        told = await world.call("a table for four", "thank you", stepped=False)
    assert told.problems == {"tts.engine_stalled", "llm.engine_stalled"}
    assert told.dead_air() - WAIT_S <= DEAD_S  # beyond the wait that the agent was told to make
