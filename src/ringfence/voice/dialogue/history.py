"""What the model is told of the conversation: of its own words, only those that the caller really heard."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringfence.core.agent.definition import LlmDefinition
from ringfence.core.agent.template import fill
from ringfence.voice.dialogue.line import Line

_LONGEST_RESULT = 4000

_RULES = """
You are on a telephone call; what you write is spoken aloud by a voice. Write plain short sentences, no lists, no
markup, no emoji. You are a machine: say so when asked, and never claim to be a person. The caller was told that
before, and was asked about recording where that is needed; do not bring it up yourself. A sentence of yours that
breaks off was interrupted there: the caller did not hear the rest. Today is {today}.
"""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The agent's words, by the number of the utterance."""

    utterance: int


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model called; `id` binds the result to it."""

    id: str
    tool: str
    arguments: Mapping[str, Any]


class History:
    """Messages in the chat form, made anew for each thought."""

    def __init__(self, line: Line, definition: LlmDefinition) -> None:
        self._line = line
        self._definition = definition
        self._entries: list[Spoken | dict[str, Any]] = []

    def caller(self, text: str) -> None:
        self._entries.append({"role": "user", "content": text})

    def agent(self, utterance: int) -> None:
        self._entries.append(Spoken(utterance))

    def agent_text(self, text: str) -> None:
        """Words that the machine said by itself."""
        self._entries.append({"role": "assistant", "content": text})

    def calls(self, calls: Sequence[Call]) -> None:
        made = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.tool, "arguments": json.dumps(call.arguments, default=str)},
            }
            for call in calls
        ]
        self._entries.append({"role": "assistant", "content": "", "tool_calls": made})

    def result(self, call_id: str, text: str) -> None:
        self._entries.append({"role": "tool", "tool_call_id": call_id, "content": text[:_LONGEST_RESULT]})

    def messages(self, spoken: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """All of it, instructions first. `spoken`: the variables for the instructions' templates."""
        d = self._definition
        rules = _RULES.format(today=f"{self._line.setup.today:%A}, {self._line.setup.today.isoformat()}")
        known = "\n".join(f"If asked about {f.topic}: {f.answer}" for f in d.faq)
        text = "\n".join(fill(row, spoken) for row in d.instructions.splitlines())
        system = {"role": "system", "content": f"{text}\n{known}\n{rules}".strip()}
        return (system, *(m for entry in self._entries if (m := self._message(entry))))

    def _message(self, entry: Spoken | dict[str, Any]) -> dict[str, Any] | None:
        if isinstance(entry, dict):
            return entry
        text = self._line.mouth.said(entry.utterance)
        return {"role": "assistant", "content": text} if text else None
