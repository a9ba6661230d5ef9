"""The model and the tools of a call: pieces in the order they come, and never silence without a cause."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ringfence.core.agent.model import AgentDefinition, LlmDefinition, Tool
from ringfence.voice.dialogue.commands import Think, UseTool
from ringfence.voice.dialogue.events import EngineFailed, Event, Thought, ToolReturned
from ringfence.voice.runtime.services import Tasks, Wake, nobody
from ringfence.voice.runtime.timing import Costs, TurnClock
from ringfence.voice.runtime.tools import ToolFailed
from ringfence.voice.speech.ports import Llm, SpeechError

FIRST_WITHIN_S: Final = 2.5
NEXT_WITHIN_S: Final = 2.5
Ask = Callable[[Tool, dict[str, Any]], Awaitable[str]]  # a tool of the call's account; raises ToolFailed


class Thinking:
    """Runs `Think` and `UseTool`, one task each."""

    def __init__(
        self,
        llm: Llm | None,
        definition: AgentDefinition,
        ask: Ask,
        tasks: Tasks,
        turns: TurnClock,
        costs: Costs,
    ) -> None:
        self._llm = llm
        self._tools = {t.name: t for t in definition.tools} if isinstance(definition, LlmDefinition) else {}
        self._temperature = definition.temperature if isinstance(definition, LlmDefinition) else 0.0
        self._ask = ask
        self._tasks = tasks
        self._turns = turns
        self._costs = costs
        self._running: dict[int, asyncio.Task[None]] = {}
        self.events: list[Event] = []
        self.wake: Wake = nobody

    @property
    def busy(self) -> bool:
        return any(not task.done() for task in self._running.values())

    def think(self, command: Think) -> None:
        self._running[command.request] = self._tasks.spawn(self._think(command))

    def stop(self, request: int | None = None) -> None:
        """Give up one request, or all."""
        for number in [request] if request is not None else list(self._running):
            task = self._running.pop(number, None)
            if task is not None:
                task.cancel()

    def use(self, command: UseTool) -> None:
        self._running[command.request] = self._tasks.spawn(self._use(command))

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self.wake()

    async def _think(self, command: Think) -> None:
        if self._llm is None:
            self._tell(EngineFailed(at=0.0, engine="llm", code="engine_not_configured"))
            return
        loop = asyncio.get_running_loop()
        asked = loop.time()
        pieces = self._llm.chat(command.messages, tools=command.tools, temperature=self._temperature)
        within = FIRST_WITHIN_S
        try:
            while True:
                async with asyncio.timeout(within):
                    piece = await anext(pieces, None)
                if piece is None:
                    break
                if within == FIRST_WITHIN_S and self._turns.llm_s is None:
                    self._turns.llm_s = loop.time() - asked
                within = NEXT_WITHIN_S
                for name, count in piece.usage.items():
                    self._costs.add(f"llm_{name}", count)
                if piece.text or piece.tool:
                    self._tell(
                        Thought(
                            at=0.0,
                            request=command.request,
                            text=piece.text,
                            tool=piece.tool,
                            arguments=piece.arguments,
                        )
                    )
            self._tell(Thought(at=0.0, request=command.request, done=True))
        except TimeoutError:
            self._tell(EngineFailed(at=0.0, engine="llm", code="engine_stalled"))
        except SpeechError as error:
            self._tell(EngineFailed(at=0.0, engine="llm", code=error.code))
        finally:
            await pieces.aclose()

    async def _use(self, command: UseTool) -> None:
        tool = self._tools.get(command.name)
        result, ok = "tool_unknown", False
        if tool is not None:
            try:
                result, ok = await self._ask(tool, command.arguments), True
            except ToolFailed as failure:
                result = str(failure)
        self._tell(ToolReturned(at=0.0, request=command.request, result=result, ok=ok))
