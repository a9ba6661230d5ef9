"""The lean pipeline: Twilio's serializer, Silero, a voice that answers with a tone, both channels buffered.

Less than it usually does: no turn analyser, no aggregators, no engines, no sealing; uvloop in place of asyncio's own.
Runs in the environment that `bench.pipecat.environment` makes. Prints its port.
"""

import socket
import sys

import numpy as np
import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame, StartFrame, TTSAudioRawFrame, VADUserStoppedSpeakingFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineParams, PipelineTask
from pipecat.processors.audio.audio_buffer_processor import AudioBufferProcessor
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport

RATE = 8000
WAIT_S = 0.7
TONE = (np.sin(np.arange(int(RATE * 1.5)) * 0.2) * 9000).astype("<i2").tobytes()
app = FastAPI()


class Voice(FrameProcessor):
    """Says a tone at the start, and whenever the caller has stopped speaking."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame | VADUserStoppedSpeakingFrame):
            await self.push_frame(TTSAudioRawFrame(audio=TONE, sample_rate=RATE, num_channels=1))


@app.websocket("/media/loopback/")
async def media(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive_text()  # connected
    await socket.receive_text()  # start
    serializer = TwilioFrameSerializer("bench", params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
    transport = FastAPIWebsocketTransport(
        websocket=socket,
        params=FastAPIWebsocketParams(audio_in_enabled=True, audio_out_enabled=True, serializer=serializer),
    )
    pipeline = Pipeline(
        [
            transport.input(),
            VADProcessor(vad_analyzer=SileroVADAnalyzer(params=VADParams(stop_secs=WAIT_S))),
            Voice(),
            transport.output(),
            AudioBufferProcessor(num_channels=2, buffer_size=RATE * 4, auto_start_recording=True),
        ]
    )
    params = PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=RATE)
    await PipelineRunner(handle_sigint=False).run(
        PipelineTask(pipeline, params=params, idle_timeout_secs=None)
    )


async def main() -> None:
    logger.remove()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen(128)
        print(bound.getsockname()[1], flush=True)
        await uvicorn.Server(uvicorn.Config(app, log_level="critical", ws_ping_interval=None)).serve([bound])


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
