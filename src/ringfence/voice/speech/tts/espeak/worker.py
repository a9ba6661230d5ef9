"""The voice's process: loads the speech library and speaks one text after the other, in pieces as they are made."""

import ctypes
import json
import os
import select
import signal
import socket
from pathlib import Path
from typing import Any

from ringfence.voice.speech.frames import Frame, Unpacker, pack
from ringfence.voice.speech.tts.espeak.protocol import AUDIO, DONE, FAILED, RATE, SAY, STOP

# speak_lib.h of eSpeak NG: synchronous output to a callback, 200 ms at a time; UTF-8; the rate parameter.
_SYNCHRONOUS, _PIECE_MS, _NO_EXIT = 2, 200, 0x8000
_UTF8, _POS_CHARACTER, _PARAMETER_RATE = 1, 1, 1
_ON, _ABORT = 0, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Voice:
    """The library, and the text it is speaking."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._unpacker = Unpacker()
        self._waiting: list[Frame] = []
        self._stopped: set[int] = set()
        self._number = 0
        self._library, self.rate = _load()
        self._callback = _CALLBACK(self._take)  # kept alive: C holds a pointer to it
        self._library.espeak_SetSynthCallback(self._callback)

    def serve(self) -> None:
        """Until the platform hangs up."""
        while True:
            while self._waiting:
                self._speak(self._waiting.pop(0))
            if not self._read(block=True):
                return

    def _speak(self, frame: Frame) -> None:
        self._number = frame.number
        if frame.number not in self._stopped:
            wanted = json.loads(frame.payload)
            if self._library.espeak_SetVoiceByName(wanted["voice"].encode()) != 0:
                self._line.sendall(pack(FAILED, frame.number))
                return
            self._library.espeak_SetParameter(_PARAMETER_RATE, wanted["speed"], 0)
            self._line.sendall(pack(RATE, frame.number, self.rate.to_bytes(4, "little")))
            text = wanted["text"].encode()
            self._library.espeak_Synth(text, len(text) + 1, 0, _POS_CHARACTER, 0, _UTF8, None, None)
        self._stopped.discard(frame.number)
        self._line.sendall(pack(DONE, frame.number))

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        """Called by the library with each piece. A stop that arrived meanwhile ends the text."""
        if count > 0:
            self._line.sendall(pack(AUDIO, self._number, ctypes.string_at(samples, count * 2)))
        while self._read(block=False):
            pass
        return _ABORT if self._number in self._stopped else _ON

    def _read(self, *, block: bool) -> bool:
        if not block and not select.select([self._line], [], [], 0)[0]:
            return False
        data = self._line.recv(65_536)
        if not data:
            os._exit(0)
        for frame in self._unpacker.feed(data):
            if frame.kind == SAY:
                self._waiting.append(frame)
            elif frame.kind == STOP:
                self._stopped.add(frame.number)
                self._waiting = [each for each in self._waiting if each.number != frame.number]
        return True


def _load() -> tuple[Any, int]:
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    folder = Path(espeakng_loader.get_data_path()).parent
    rate = library.espeak_Initialize(_SYNCHRONOUS, _PIECE_MS, str(folder).encode(), _NO_EXIT)
    if rate <= 0:
        raise SystemExit(3)
    return library, rate


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    line = socket.socket(fileno=os.dup(0))
    # What the library prints must not get between the frames.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    Voice(line).serve()


if __name__ == "__main__":
    main()
