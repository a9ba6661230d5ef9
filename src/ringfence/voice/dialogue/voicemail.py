"""Whether a machine picked up: its greeting is long, or says what such greetings say."""

import re

from ringfence.core.agent.words import plain
from ringfence.core.call import Direction, Outcome
from ringfence.voice.dialogue.events import Heard
from ringfence.voice.dialogue.line import Line

LONG_S = 5.0  # a person who picks up says less before listening
WITHIN_S = 10.0  # the greeting begins at once
TONE_S = 25.0  # how long to wait for its end

_GREETING = re.compile(
    r"leave (?:me |us )?(?:a|your) (?:brief |short |detailed )?(?:message|name)|(?:after|at) the (?:tone|beep)|"
    r"voice ?mail|mailbox|is not available|unavailable|cannot (?:take|come to|answer)|cant (?:take|come to|answer)|"
    r"forwarded to|mailbox is full"
)


def sounds_like_a_machine(text: str) -> bool:
    """Whether `text` is a greeting that a person on the telephone would not say."""
    return bool(_GREETING.search(" ".join(plain(text))))


class Pickup:
    """Watches the first words of a call that we placed, and deals with a machine."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._watching = line.setup.direction is Direction.OUTBOUND
        self._since: float | None = None
        self.leaving = False  # a message will be left when the greeting is over

    def speech_started(self) -> None:
        if self._watching:
            self._since = self._line.at
            self._line.timer("voicemail", LONG_S)

    def speech_stopped(self) -> None:
        """The other side fell silent: if it was a machine, this is the moment."""
        self._since = None
        self._line.timer("voicemail", None)
        if self.leaving:
            self._leave()

    def heard(self, heard: Heard) -> bool:
        """Judge the first words; those after them come from whoever answered. True if a machine said them."""
        if not self._watching:
            return False
        self._watching = False
        self._line.timer("voicemail", None)
        early = heard.start_s <= WITHIN_S and not heard.typed
        if early and (heard.end_s - heard.start_s >= LONG_S or sounds_like_a_machine(heard.text)):
            self._machine()
            if self.leaving:
                self._leave()
            return True
        return False

    def timer(self, name: str) -> bool:
        """Whether a timer was one of ours; it was dealt with then."""
        if name == "voicemail" and self._watching and self._since is not None and self._since <= WITHIN_S:
            self._watching = False
            self._machine()
        elif name == "tone" and self.leaving:
            self._leave()
        return name in {"voicemail", "tone"}

    def _machine(self) -> None:
        self._line.stop_speaking()
        if self._line.definition.voicemail.do == "hang_up":
            self._line.finish(None, Outcome.VOICEMAIL)
        else:
            self.leaving = True
            self._line.timer("tone", TONE_S)

    def _leave(self) -> None:
        self.leaving = False
        said = self._line.definition
        self._line.end(f"{said.disclosure.ai} {said.voicemail.message or ''}", Outcome.VOICEMAIL)
