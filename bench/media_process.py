"""A media process with everything but the database: the real server, wires, activity model and sealed recorder; engines stubbed."""

import asyncio
import itertools
import signal
import sys
from pathlib import Path

import uvloop
from tests.support.exchange import Doors, Room
from tests.support.gate import open_gate

from ringfence.boot.clock import SystemClock
from ringfence.core.call import Channel
from ringfence.voice.runtime.board import Board
from ringfence.voice.runtime.media import bind, listen
from ringfence.voice.runtime.ports import Admitted, Engines
from ringfence.voice.runtime.services import Services
from ringfence.voice.runtime.tools import Tools
from ringfence.voice.speech.fake import ScriptedStt, ToneTts
from ringfence.voice.speech.vad.silero import SileroVad

DEFINITION = """
name: Bench
kind: guided
recording: {enabled: true, consent: notice}
turns: {end_silence_s: 0.7, max_duration_s: 7200, no_input_s: 60}
steps:
  - id: colour
    choose: Red or blue?
    save: colour
    no_answer: bye
    options: [{value: red, next: colour}, {value: blue, next: colour}]
  - id: bye
    end: Goodbye.
"""


class Open(Doors):
    """Every ticket opens."""

    async def redeem(self, ticket: str, channel: Channel, carrier_call_id: str | None) -> Admitted | None:
        return await super().redeem(self.ticket(channel), channel, carrier_call_id)


async def main(folder: Path) -> None:
    doors = Open(definition=DEFINITION)
    stt = ScriptedStt(itertools.repeat("blue"), keep=1)
    services = Services(
        clock=SystemClock(), folder=folder, admission=doors, sink=doors,
        engines=Room(Engines(stt=stt, tts=ToneTts(seconds_per_char=0.12, keep=1))),
        vads={8000: SileroVad(8000)}, tools=Tools(open_gate()),
    )  # fmt: skip
    board = Board(services, most=1000)
    services.tasks.spawn(board.run())
    bound = bind()
    await listen(board, bound, "https://localhost")
    print(bound.getsockname()[1], flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(Path(sys.argv[1])))
