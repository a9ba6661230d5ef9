"""A language model leads: its words are spoken as they come, its tools are used, and its failures are bridged.

Dead air is never left to the model: after two seconds the agent says something by itself, and a model that stays
away is given up for this turn; after three turns in a row the call goes to a person, or ends politely.
"""

from ringfence.core.agent.definition import LlmDefinition
from ringfence.core.call import Outcome
from ringfence.voice.dialogue.captured import Captured
from ringfence.voice.dialogue.commands import StopThinking, Think
from ringfence.voice.dialogue.events import EngineFailed, Heard, Thought, ToolReturned
from ringfence.voice.dialogue.history import History
from ringfence.voice.dialogue.line import Line
from ringfence.voice.dialogue.mind import Mind
from ringfence.voice.dialogue.sentences import Sentences
from ringfence.voice.dialogue.toolbox import Toolbox
from ringfence.voice.dialogue.tools import schemas

PATIENCE_S = 1.3  # of silence, before the agent says something by itself
FILLERS = ("One moment, please.", "I am still looking into it.")
MOST_ROUNDS = 5  # of tools in one turn
MOST_FAILURES = 3
LONGEST_ANSWER = 3000  # characters in one turn


class Talk(Mind):
    """One request to the model is open at a time; a new word of the caller replaces it."""

    def __init__(self, line: Line, definition: LlmDefinition) -> None:
        self._line = line
        self._definition = definition
        self._captured = Captured(line, {n: c.answer for n, c in definition.variables.items()})
        self._history = History(line, definition)
        self._tools = Toolbox(line, definition, self._captured, self._history)
        self._schemas = schemas(definition)
        self._request: int | None = None
        self._utterance: int | None = None  # the one that is open
        self._sentences = Sentences()
        self._length = 0
        self._fillers = self._rounds = self._failures = self._silences = self._misses = 0
        self._hushed: list[Thought] | None = None  # what came while the caller spoke

    @property
    def waiting(self) -> bool:
        return self._hushed is not None or not self._busy

    @property
    def _busy(self) -> bool:
        return self._request is not None or self._tools.pending

    def begin(self) -> None:
        self._history.agent(self._line.say(self._definition.first_message))
        self._line.listen(None)

    # -- the caller ---------------------------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        self._drop()
        self._silences = self._misses = self._rounds = 0
        self._history.caller(heard.text)
        self._think()

    def misheard(self) -> None:
        if self._busy:
            return
        self._misses += 1
        if self._misses > self._definition.turns.reprompts:
            self._line.end(self._definition.phrases.give_up, Outcome.NOT_UNDERSTOOD)
        else:
            self._history.agent(self._line.say(self._definition.phrases.not_understood))

    def silent(self) -> None:
        self._silences += 1
        if self._silences > self._definition.turns.reprompts:
            self._line.end(self._definition.phrases.give_up, Outcome.NO_INPUT)
        else:
            self._history.agent(self._line.say(self._definition.phrases.still_there))

    def aside(self, said: str, reply: str) -> None:
        self._drop()
        self._history.caller(said)
        self._history.agent_text(reply)

    def hush(self) -> None:
        if self._hushed is None:
            self._hushed = []

    def go_on(self, said_again: int | None = None) -> None:
        if said_again is not None:
            self._utterance = None  # the open one was cut off; what follows begins anew
            self._history.agent(said_again)
        held, self._hushed = self._hushed or [], None
        for thought in held:
            self._thought(thought)
        if self._busy:
            self._line.timer("think", PATIENCE_S)

    def repeat(self) -> None:
        self.go_on()

    # -- the model ----------------------------------------------------------------------------------------------

    def _think(self) -> None:
        self._fillers = self._length = 0
        self._sentences = Sentences()
        self._request = self._tools.number()
        messages = self._history.messages(self._captured.spoken())
        self._line.do(Think(request=self._request, messages=messages, tools=self._schemas))
        self._line.timer("think", PATIENCE_S)

    def event(self, event: Thought | ToolReturned | EngineFailed) -> None:
        match event:
            case Thought():
                if self._hushed is not None and event.request == self._request:
                    self._hushed.append(event)
                else:
                    self._thought(event)
            case ToolReturned():
                if self._tools.returned(event.request, event.result, ok=event.ok):
                    self._think_on()
            case EngineFailed(engine="llm") if self._request is not None:
                self._fail()
            case EngineFailed(engine="tool"):
                if self._tools.failed(event.code):
                    self._think_on()
            case EngineFailed(engine="transfer"):
                self._history.agent(self._line.say(self._definition.phrases.transfer_failed))
            case _:
                pass  # of a model that was given up meanwhile

    def _thought(self, event: Thought) -> None:
        if event.request != self._request:
            return
        if event.text:
            self._length += len(event.text)
            for sentence in self._sentences.push(event.text):
                self._speak(sentence, more=True)
        if event.tool:
            self._tools.called(event.tool, event.arguments)
        if event.done or self._length > LONGEST_ANSWER:
            if not event.done:
                self._line.do(StopThinking(request=event.request))
                self._line.problem("llm", "too_long")
            self._finished()

    def _speak(self, text: str, *, more: bool) -> None:
        if not any(c.isalnum() for c in text):
            return
        if self._utterance is None:
            self._utterance = self._line.say(text, more=more)
            self._history.agent(self._utterance)
        else:
            self._line.go_on(self._utterance, text, more=more)

    def _finished(self) -> None:
        """The answer is complete: close the speech, use the tools."""
        self._request = None
        self._speak(self._sentences.flush(), more=True)
        spoke = self._utterance is not None
        self._close_speech()
        if not spoke and not self._tools.waiting:
            self._line.problem("llm", "empty")
            self._fail()
            return
        self._failures = 0
        if not self._tools.waiting:
            return
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            self._tools.drop()
            self._line.problem("llm", "endless_tools")
            self._fail()
        elif self._tools.use(spoke=spoke):
            self._think_on()
        elif self._tools.pending:
            self._fillers = 0
            self._line.timer("think", PATIENCE_S)

    def _think_on(self) -> None:
        """Let the model see what its tools gave, unless the call goes elsewhere by now."""
        if self._line.outcome is None and self._line.transfer_to is None:
            self._think()

    def _close_speech(self) -> None:
        if self._utterance is not None:
            self._line.go_on(self._utterance, "", more=False)
            self._utterance = None

    def _drop(self) -> None:
        """Nothing of what is under way counts any more."""
        if self._request is not None:
            self._line.do(StopThinking(request=self._request))
            self._request = None
        self._close_speech()
        self._tools.drop()
        self._hushed = None

    # -- dead air -----------------------------------------------------------------------------------------------

    def quiet(self) -> None:
        if self._busy:
            self._line.timer("think", PATIENCE_S)

    def timer(self, name: str) -> None:
        if name.startswith("tool"):
            if self._tools.timed_out(name):
                self._think_on()
        elif name == "think" and self._busy and self._hushed is None:
            spoken_until = self._line.quiet_at - self._line.at if self._line.mouth.left else 0.0
            if spoken_until > 0:
                self._line.timer("think", spoken_until + PATIENCE_S)
            else:
                self._bridge()

    def _bridge(self) -> None:
        """Silence for too long: say something while the model or a tool keeps the caller waiting; give the model up in the end."""
        self._close_speech()
        if self._fillers < len(FILLERS):
            self._line.say(FILLERS[self._fillers])
            self._fillers += 1
        elif self._request is not None:
            self._line.problem("llm", "stalled")
            self._fail()
        else:
            self._fillers = len(FILLERS) - 1  # a tool has a limit of its own
            self._line.say(FILLERS[-1])

    def _fail(self) -> None:
        """The model gave nothing: say so, and after several times let a person take over, or end."""
        self._drop()
        self._failures += 1
        phrases, person = self._definition.phrases, self._definition.person
        if self._failures < MOST_FAILURES:
            self._history.agent(self._line.say(phrases.trouble))
        elif person and not self._tools.transfer_tried:
            self._tools.transfer_tried = True
            self._line.hand_over(self._definition.transfers[person], phrases.trouble_person)
        else:
            self._line.end(phrases.give_up, Outcome.FAILED)

    def close(self) -> None:
        if self._request is not None:
            self._line.do(StopThinking(request=self._request))
            self._request = None
        self._captured.close()
