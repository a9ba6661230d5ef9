"""The tools of a turn: those the platform has itself, and the agent's own over HTTP."""

from collections.abc import Mapping
from typing import Any

from ringfence.core.agent.definition import LlmDefinition
from ringfence.core.call import Outcome
from ringfence.voice.dialogue.captured import Captured
from ringfence.voice.dialogue.commands import UseTool
from ringfence.voice.dialogue.history import Call, History
from ringfence.voice.dialogue.line import Line
from ringfence.voice.dialogue.tools import END, SET, TRANSFER, read_value, wrong_with

_CONNECTING = "I will connect you now. Please stay on the line."


class Toolbox:
    """What the model called: first noted (`called`), then used together (`use`) once its answer is complete."""

    def __init__(self, line: Line, definition: LlmDefinition, captured: Captured, history: History) -> None:
        self._line = line
        self._definition = definition
        self._captured = captured
        self._history = history
        self._own = {tool.name: tool for tool in definition.tools}
        self._calls: list[Call] = []
        self._running: dict[int, str] = {}  # request → the call's id
        self._requests = self._ids = 0
        self.transfer_tried = False

    @property
    def waiting(self) -> bool:
        """Tools were called and not used yet."""
        return bool(self._calls)

    @property
    def pending(self) -> bool:
        """A tool has not returned yet."""
        return bool(self._running)

    def number(self) -> int:
        """A fresh number for a request."""
        self._requests += 1
        return self._requests

    def called(self, tool: str, arguments: Mapping[str, Any]) -> None:
        self._ids += 1
        self._calls.append(Call(f"call_{self._ids}", tool, dict(arguments)))

    def use(self, *, spoke: bool) -> bool:
        """Use what was called. True if the model should go on at once with the results."""
        calls, self._calls = self._calls, []
        self._history.calls(calls)
        failed = False
        for call in calls:
            if result := self._use(call, spoke=spoke):
                failed = failed or result.startswith("error")
                self._history.result(call.id, result)
        only_written = all(call.tool == SET for call in calls)
        return not self._running and not (only_written and spoke and not failed)

    def _use(self, call: Call, *, spoke: bool) -> str | None:
        """Use one tool; its result, or None if that comes later."""
        if call.tool == END:
            self._line.finish(None if spoke else self._definition.phrases.goodbye, Outcome.FINISHED)
            return "ok"
        if call.tool == TRANSFER:
            return self._transfer(call, spoke=spoke)
        if call.tool == SET:
            return self._set(call)
        if call.tool in self._own:
            return self._http(call, spoke=spoke)
        self._line.problem("llm", "unknown_tool")
        return "error: there is no tool of this name"

    def _transfer(self, call: Call, *, spoke: bool) -> str:
        number = self._definition.transfers.get(str(call.arguments.get("to")))
        if number is None:
            return f"error: 'to' should be one of {', '.join(self._definition.transfers)}"
        self._line.hand_over(number, "" if spoke else _CONNECTING)
        return "ok"

    def _set(self, call: Call) -> str:
        name = str(call.arguments.get("name"))
        capture = self._definition.variables.get(name)
        if capture is None:
            return f"error: there is no variable '{name[:40]}'"
        value, empty = read_value(capture.answer, call.arguments.get("value"), self._line.setup.today)
        if empty:
            self._captured.empty(name)
        elif value is None:
            return f"error: this is no {capture.answer.kind}; ask the caller again"
        else:
            self._captured.give(name, value)
        return "ok"

    def _http(self, call: Call, *, spoke: bool) -> str | None:
        tool = self._own[call.tool]
        if wrong := wrong_with(tool, call.arguments):
            self._line.problem("llm", "bad_arguments")
            return f"error: {wrong}"
        request = self.number()
        self._running[request] = call.id
        self._line.do(UseTool(request=request, name=tool.name, arguments=dict(call.arguments)))
        self._line.timer(f"tool{request}", tool.timeout_s)
        if tool.say_before and not spoke:
            self._line.say(tool.say_before)
        return None

    def returned(self, request: int, result: str, *, ok: bool) -> bool:
        """A tool gave its result. True if it was the last one awaited."""
        call = self._running.pop(request, None)
        if call is None:
            return False
        self._line.timer(f"tool{request}", None)
        self._history.result(call, result if ok else f"error: {result}")
        return not self._running

    def failed(self, code: str) -> bool:
        """The oldest tool under way broke."""
        return bool(self._running) and self.returned(next(iter(self._running)), code, ok=False)

    def timed_out(self, timer: str) -> bool:
        """A tool took too long."""
        for request in self._running:
            if timer == f"tool{request}":
                self._line.problem("tool", "timeout")
                return self.returned(request, "the tool took too long", ok=False)
        return False

    def drop(self) -> None:
        """The caller went on: what still runs has no result for the model."""
        self._calls = []
        for request in list(self._running):
            self.returned(request, "interrupted by the caller", ok=False)
