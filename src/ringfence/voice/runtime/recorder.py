"""The recorder: two channels on the call's own timeline, sealed a second at a time, and words beside them.

Until `keep` says so, nothing touches a disk. Samples before it, and while it is off, are silence in the recording:
their chunks do not exist.
"""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from ringfence.core.call import CallSetup, Speaker
from ringfence.core.g711 import SILENCE
from ringfence.vault.errors import JournalFailed
from ringfence.vault.journal import JournalContext, JournalWriter
from ringfence.vault.live import LiveKeys
from ringfence.voice.runtime.ports import Journals

AUDIO: Final = 1
WORDS: Final = 2
# A chunk is sealed this long after its second is over: by then nothing more can be said into it.
SETTLE_S: Final = 0.3


class _Chunk:
    __slots__ = ("agent", "caller")

    def __init__(self, rate: int) -> None:
        self.caller = bytearray(SILENCE * rate)
        self.agent = bytearray(SILENCE * rate)


class Recorder:
    """One call's. Positions are samples since the call was answered."""

    def __init__(self, folder: Path, setup: CallSetup, keys: LiveKeys, rate: int) -> None:
        self._folder = folder
        self._setup = setup
        self._keys = keys
        self._rate = rate
        self._chunks: dict[int, _Chunk] = {}
        self._sealed = 0  # chunks before this one are sealed or passed over
        self._from: int | None = None  # first sample that may be kept, while audio is on
        self._audio: JournalWriter | None = None
        self._words: JournalWriter | None = None
        self._held: list[dict[str, Any]] = []
        self._words_on = False
        self.unsynced = False
        self.failed = False  # the disk refused some of the audio: the recording has a hole

    @property
    def audio_kept(self) -> bool:
        return self._audio is not None

    @property
    def words_kept(self) -> bool:
        return self._words_on

    def keep(self, *, audio: bool, words: bool, position: int) -> None:
        """From sample `position` on, may audio and words rest? See `dialogue.commands.Keep`."""
        if audio and self._from is None:
            self._from = position
        elif not audio and self._from is not None:
            self._stop_audio(position)
        if words and not self._words_on:
            self._words_on = True
            self._write_words()
        elif not words and self._words_on:
            self._words_on = False
            self._destroy_words()

    def heard(self, position: int, ulaw: bytes) -> None:
        """Samples of the caller."""
        self._put(Speaker.CALLER, position, ulaw)

    def said(self, position: int, ulaw: bytes) -> None:
        """Samples of the agent, at the moment they are played."""
        self._put(Speaker.AGENT, position, ulaw)

    def unsaid(self, position: int) -> None:
        """Nothing of the agent was heard from `position` on: it was cut off."""
        for number, chunk in self._chunks.items():
            start = max(0, position - number * self._rate)
            if start < self._rate:
                chunk.agent[start:] = SILENCE * (self._rate - start)

    def note(self, kind: str, value: object) -> None:
        """Words for the journal; held in memory until they may rest."""
        self._held.append({"kind": kind, "value": value})
        if self._words_on:
            self._write_words()

    def settle(self, position: int) -> None:
        """Seal what is complete by sample `position`."""
        ready = int((position - SETTLE_S * self._rate) // self._rate)
        while self._sealed < ready:
            self._seal(self._sealed)
            self._sealed += 1

    def sync(self) -> None:
        """Bring what was written to the disk. Blocks; runs in a thread."""
        self.unsynced = False
        for journal in (self._audio, self._words):
            if journal is not None:
                with suppress(JournalFailed):  # the next second's bytes, or the closing, bring these along
                    journal.sync()

    def close(self, position: int) -> Journals:
        """Seal the rest and close both journals. Blocks; runs in a thread."""
        self._stop_audio(position)
        if self._words_on:
            self._write_words()
        audio = self._audio_path if self._audio is not None else None
        words = self._words_path if self._words is not None else None
        for journal in (self._audio, self._words):
            if journal is not None:
                with suppress(
                    JournalFailed
                ):  # an orphan, whole so far: intake closes it once the disk takes it
                    journal.close()
        self._held.clear()
        return Journals(audio=audio, words=words)

    @property
    def _audio_path(self) -> Path:
        return self._folder / f"{self._setup.call_id}.audio"

    @property
    def _words_path(self) -> Path:
        return self._folder / f"{self._setup.call_id}.words"

    def _put(self, who: Speaker, position: int, ulaw: bytes) -> None:
        while ulaw:
            number, start = divmod(position, self._rate)
            piece = ulaw[: self._rate - start]
            if number >= self._sealed:
                chunk = self._chunks.get(number)
                if chunk is None:
                    chunk = self._chunks[number] = _Chunk(self._rate)
                side = chunk.caller if who is Speaker.CALLER else chunk.agent
                side[start : start + len(piece)] = piece
            ulaw, position = ulaw[len(piece) :], position + len(piece)

    def _stop_audio(self, position: int) -> None:
        """Seal up to `position`, and forget what is beyond it."""
        if self._from is not None:
            last, used = divmod(position, self._rate)
            while self._sealed < last:
                self._seal(self._sealed)
                self._sealed += 1
            if used and last >= self._sealed:
                self._seal(last, used)
                self._sealed = last + 1
        self._from = None

    def _seal(self, number: int, used: int | None = None) -> None:
        chunk = self._chunks.pop(number, None)
        end = self._rate if used is None else used
        if chunk is None or self._from is None:
            return
        start = max(0, self._from - number * self._rate)
        if start >= end:
            return
        position = number * self._rate + start
        try:
            if self._audio is None:
                self._audio = self._journal(self._audio_path, self._keys.audio, "recording")
            self._audio.append(
                AUDIO, position, bytes(chunk.caller[start:end]) + bytes(chunk.agent[start:end])
            )
        except (JournalFailed, OSError):
            self.failed = True
        self.unsynced = True

    def _write_words(self) -> None:
        """Write what is held. What the disk refuses stays held: it is tried again with the next words."""
        with suppress(JournalFailed, OSError):
            if self._words is None:
                self._words = self._journal(self._words_path, self._keys.words, "words")
            while self._held:
                self._words.append(WORDS, self._words.records, orjson.dumps(self._held[0]))
                del self._held[0]
        self.unsynced = True

    def _destroy_words(self) -> None:
        if self._words is not None:
            self._words.abandon()
            self._words_path.unlink(missing_ok=True)
            self._words = None
        self._held.clear()

    def _journal(self, path: Path, key: bytes, part: str) -> JournalWriter:
        context = JournalContext(
            account_id=self._setup.account_id, call_id=self._setup.call_id, part=part, rate=self._rate
        )
        return JournalWriter.create(path, key, context)


def as_line(entry: Any) -> dict[str, Any]:
    """A value of a call as the words journal keeps it."""
    return asdict(entry)
