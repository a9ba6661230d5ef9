"""The recogniser's process: frames of audio in, what was understood out; any number of utterances side by side."""

import json
import os
import signal
import socket

from ringfence.voice.speech.frames import Frame, frames_from, pack
from ringfence.voice.speech.stt.pocketsphinx.listener import Listener, warm
from ringfence.voice.speech.stt.pocketsphinx.protocol import AUDIO, CLOSE, FLUSH, HEARD, OPEN, REFUSED


class Worker:
    """The utterances under way, by number."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._open: dict[int, Listener] = {}

    def serve(self) -> None:
        """Until the platform hangs up."""
        for frame in frames_from(self._line):
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        listener = self._open.get(frame.number)
        if frame.kind == OPEN:
            self._begin(frame)
        elif listener is None:
            return
        elif frame.kind == AUDIO:
            listener.push(frame.payload)
        elif frame.kind == FLUSH:
            self._line.sendall(pack(HEARD, frame.number, listener.finish().encode()))
            del self._open[frame.number]
        elif frame.kind == CLOSE:
            del self._open[frame.number]

    def _begin(self, frame: Frame) -> None:
        wanted = json.loads(frame.payload)
        try:
            self._open[frame.number] = Listener(wanted["grammar"], wanted["rate"])
        except (RuntimeError, ValueError):
            self._line.sendall(pack(REFUSED, frame.number))


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    line = socket.socket(fileno=os.dup(0))
    # What a library prints must not get between the frames.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    warm()
    Worker(line).serve()


if __name__ == "__main__":
    main()
