"""What is done when a person claims a right: at once, and answered aloud."""

from ringfence.core.call import ConsentAnswer, Direction, Outcome, RightAsked
from ringfence.voice.dialogue.line import Line
from ringfence.voice.dialogue.mind import Mind
from ringfence.voice.dialogue.opening import Opening
from ringfence.voice.dialogue.replies import reply
from ringfence.voice.dialogue.rights import Right


class Claims:
    """Acts on rights; the conversation then goes back to its question, unless the wish ends it."""

    def __init__(self, line: Line, opening: Opening) -> None:
        self._line = line
        self._opening = opening
        self.person_asked = False  # the transfer under way is ours, not the flow's

    def act(self, claimed: tuple[Right, ...], said: str, mind: Mind, *, by_key: bool = False) -> None:
        """Do what was asked for in `said` (or by a key), and say so."""
        line = self._line
        recorded = line.audio or bool(line.words)
        text = " ".join(reply(right, line.definition, recorded=recorded) for right in claimed)
        for right in claimed:
            line.note(RightAsked(right=right.value, at_s=line.at))
        if Right.STOP_CALLING in claimed:
            line.suppress(by_key=by_key)
        mind.aside(said, text)
        line.mouth.forget_cut()
        declined = bool({Right.DONT_RECORD, Right.DELETE_DATA} & set(claimed)) and not line.refused
        if declined and mind is self._opening and not self._leaves(claimed):
            if claimed != (Right.DONT_RECORD,):
                line.say(text)
            self._opening.refuse()
            return
        if declined:
            line.refuse(ConsentAnswer.NO)
        self._answer(claimed, text, mind)

    def _answer(self, claimed: tuple[Right, ...], text: str, mind: Mind) -> None:
        line = self._line
        if not self._leaves(claimed):
            line.say(text)
            mind.repeat()
        elif Right.STOP_CALLING in claimed and line.setup.direction is Direction.OUTBOUND:
            line.end(f"{text} {line.definition.phrases.goodbye}", Outcome.OPTED_OUT)
        else:
            self.to_a_person(text)

    def _leaves(self, claimed: tuple[Right, ...]) -> bool:
        """Whether what was asked for ends this conversation."""
        line = self._line
        if Right.STOP_CALLING in claimed and line.setup.direction is Direction.OUTBOUND:
            return True
        return Right.PERSON in claimed and line.definition.person is not None

    def to_a_person(self, text: str) -> bool:
        """Hand the call to the definition's person, if it has one and this was not tried just now."""
        person = self._line.definition.person
        if person is None or self.person_asked:
            return False
        self.person_asked = True
        self._line.hand_over(self._line.definition.transfers[person], text)
        return True

    def person_failed(self, mind: Mind) -> bool:
        """Nobody took the call that was asked for: back to the question. False if it was not asked for here."""
        if not self.person_asked:
            return False
        self.person_asked = False
        self._line.say(self._line.definition.phrases.transfer_failed)
        mind.repeat()
        return True
