"""What decides what to say next: the opening, then a guided flow or a language model. The machine holds the floor."""

from ringfence.core.agent.answers import Answer
from ringfence.voice.dialogue.events import EngineFailed, Heard, Thought, ToolReturned


class Mind:
    """The questions a machine asks of whoever leads the conversation."""

    @property
    def waiting(self) -> bool:
        """Whether it is the caller's turn once all was said."""
        return True

    @property
    def expects(self) -> Answer | None:
        """The answer that is waited for; keys of the telephone are read by it."""
        return None

    def begin(self) -> None:
        """Take over the conversation."""

    def heard(self, heard: Heard) -> None:
        """The caller said something that is neither a right nor an aside."""

    def misheard(self) -> None:
        """The caller said something, and nothing of it was understood."""

    def silent(self) -> None:
        """The caller said nothing for as long as an answer may take."""

    def repeat(self) -> None:
        """Put the question again: what came between was dealt with."""

    def aside(self, said: str, reply: str) -> None:
        """The machine answered something itself."""

    def spoken(self, number: int) -> None:
        """An utterance ended."""

    def hush(self) -> None:
        """The caller speaks: say nothing until it is known what."""

    def go_on(self, said_again: int | None = None) -> None:
        """It was nothing after all; what was cut off is being said again as utterance `said_again`."""

    def quiet(self) -> None:
        """All that there is to say so far was heard."""

    def event(self, event: Thought | ToolReturned | EngineFailed) -> None:
        """An engine's answer, or its failure."""

    def timer(self, name: str) -> None:
        """A timer of its own ran out."""

    def close(self) -> None:
        """The call is over: write down what is known."""


def sure_enough(heard: Heard, limit: float) -> bool:
    """Whether what was heard was heard well; what was typed is certain."""
    return heard.typed or heard.confidence >= limit
