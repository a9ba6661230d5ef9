"""The agent's voice on its way out: utterances are synthesised ahead, sent a little ahead, and known to the character.

Audio leaves in messages of 100 ms, at most `LEAD_S` before it is due. So whatever the wire buffers, what the caller
has heard is known from the time alone, and a barge-in takes back no more than the lead.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from ringfence.core.call import Speaker
from ringfence.voice.telephony.ports import CallWire

LEAD_S: Final = 0.2
MESSAGE_S: Final = 0.1


@dataclass(slots=True)
class _Piece:
    """One `Say`: its text and the audio made of it so far."""

    text: str
    audio: bytearray = field(default_factory=bytearray)
    taken: int = 0
    complete: bool = False


@dataclass(slots=True)
class Utterance:
    number: int
    pieces: list[_Piece] = field(default_factory=list)
    complete: bool = False  # no further `Say` of this number will come
    begun: float | None = None
    ends: float = 0.0  # when what was sent of it has been played
    told: int = 0  # pieces that were there when it last ran dry

    def chars_played(self, cut: float = 0.0) -> int:
        """Characters heard if the last `cut` samples sent were not played: whole pieces, then by proportion."""
        heard = 0.0
        left = sum(piece.taken for piece in self.pieces) - cut
        for piece in self.pieces:
            share = min(max(left, 0.0), piece.taken)
            left -= piece.taken
            whole = len(piece.audio) if piece.complete else max(len(piece.audio), share + 1)
            heard += (
                len(piece.text) * (share / whole) if whole else (len(piece.text) if piece.complete else 0)
            )
        return int(heard)


@dataclass(frozen=True, slots=True)
class Finished:
    """An utterance of which nothing more will be played."""

    number: int
    chars: int
    begun: float


class Mouth:
    """What waits to be said. Times are seconds of the call."""

    def __init__(self, wire: CallWire) -> None:
        self._wire = wire
        self._queue: deque[Utterance] = deque()
        self._message = int(wire.rate * MESSAGE_S)
        self._until = 0.0  # everything sent has been played by then

    @property
    def speaking(self) -> bool:
        """Whether anything is being played or waits to be."""
        return bool(self._queue)

    @property
    def sounding(self) -> bool:
        """Whether the caller hears the agent now, or is about to."""
        return any(utterance.begun is not None for utterance in self._queue)

    def begin(self, number: int, text: str, *, more: bool) -> _Piece:
        """Queue a piece of text; its audio is added as it is made."""
        utterance = next((u for u in self._queue if u.number == number), None)
        if utterance is None:
            utterance = Utterance(number)
            self._queue.append(utterance)
        piece = _Piece(text)
        utterance.pieces.append(piece)
        utterance.complete = not more
        return piece

    def pump(self, now: float) -> list[tuple[float, bytes]]:
        """Send what is due. What was sent: pairs of the moment it is played and µ-law."""
        sent: list[tuple[float, bytes]] = []
        for utterance in self._queue:
            for piece in utterance.pieces:
                if not self._send_piece(utterance, piece, now, sent):
                    return sent
            if not utterance.complete:
                return sent
        return sent

    def finished(self, now: float) -> list[Finished]:
        """Utterances that have been played to their end by `now`."""
        done = []
        while self._queue and self._queue[0].ends <= now and self._all_sent(self._queue[0]):
            utterance = self._queue.popleft()
            begun = now if utterance.begun is None else utterance.begun
            done.append(Finished(utterance.number, sum(len(p.text) for p in utterance.pieces), begun))
        return done

    def dry(self, now: float) -> Finished | None:
        """The utterance whose text goes on later, if all there is of it has been played; told once a piece."""
        if not self._queue:
            return None
        first = self._queue[0]
        if first.complete or first.ends > now or first.told == len(first.pieces):
            return None
        if not all(p.complete and p.taken >= len(p.audio) for p in first.pieces):
            return None
        first.told = len(first.pieces)
        begun = now if first.begun is None else first.begun
        return Finished(first.number, sum(len(p.text) for p in first.pieces), begun)

    def stop(self, now: float) -> list[Finished]:
        """Silence at once: take back what was not played, forget the rest."""
        if not self._queue:
            return []
        self._wire.clear()
        unplayed = max(0.0, self._until - now) * self._wire.rate
        cut = []
        for utterance in self._queue:
            begun = now if utterance.begun is None else utterance.begun
            cut.append(Finished(utterance.number, utterance.chars_played(unplayed), begun))
        self._queue.clear()
        self._until = min(self._until, now)
        return cut

    def _all_sent(self, utterance: Utterance) -> bool:
        return utterance.complete and all(p.complete and p.taken >= len(p.audio) for p in utterance.pieces)

    def _send_piece(
        self, utterance: Utterance, piece: _Piece, now: float, sent: list[tuple[float, bytes]]
    ) -> bool:
        """Send what is due of one piece, its caption first; whether all of it is on its way."""
        while piece.taken < len(piece.audio):
            if self._until >= now + LEAD_S:
                return False
            waiting = len(piece.audio) - piece.taken
            if waiting < self._message and not piece.complete:
                return False
            if not piece.taken:
                self._wire.caption(Speaker.AGENT, piece.text)
            part = bytes(piece.audio[piece.taken : piece.taken + self._message])
            piece.taken += len(part)
            starts = max(self._until, now)
            if utterance.begun is None:
                utterance.begun = starts
            self._until = utterance.ends = starts + len(part) / self._wire.rate
            self._wire.send_audio(part)
            sent.append((starts, part))
        return piece.complete
