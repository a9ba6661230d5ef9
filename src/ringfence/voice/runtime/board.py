"""The switchboard of a media process: lets calls in, ticks them all, batches the activity model, drains."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import structlog

from ringfence.core.agent.definition import DefinitionError, parse
from ringfence.core.call import Channel
from ringfence.core.errors import Unavailable
from ringfence.voice.dialogue.machine import Dialogue, DialogueSetup
from ringfence.voice.runtime.call import LiveCall
from ringfence.voice.runtime.ports import Admitted, Held
from ringfence.voice.runtime.services import Services
from ringfence.voice.speech.ports import VadStream
from ringfence.voice.telephony.ports import CallWire, Line, NobodyHome, NotAdmitted

TICK_S: Final = 0.016
SYNC_S: Final = 1.0
BEAT_S: Final = 5.0
HELD_S: Final = 1.0


class Board:
    """The port `Switchboard`. `most` is how many calls this process carries."""

    def __init__(self, services: Services, *, most: int = 200) -> None:
        self._services = services
        self._most = most
        self._calls: dict[VadStream, LiveCall] = {}
        self._leaving: set[LiveCall] = set()
        self._closed = False
        self._beating = self._asking = False

    @property
    def calls(self) -> int:
        """Calls in progress, and those being handed over."""
        return len(self._calls) + len(self._leaving)

    async def connect(
        self,
        wire: CallWire,
        channel: Channel,
        ticket: str,
        *,
        carrier_call_id: str | None = None,
        stepped: bool = False,
    ) -> Line:
        if self._closed or len(self._calls) >= self._most:
            raise NotAdmitted("This installation takes no further calls at the moment.")
        try:
            admitted = await self._services.admission.redeem(ticket, channel, carrier_call_id)
        except Unavailable as error:
            raise NobodyHome("Calls cannot be taken at the moment. Try again soon.") from error
        if admitted is None:
            raise NotAdmitted("This ticket is unknown, or was used, or is too old.")
        call = self._begin(wire, admitted, stepped=stepped and channel is Channel.LOOPBACK)
        self._calls[call.ears.stream] = call
        call.start()
        return call

    async def carrier_secret(self, connection_id: str) -> str:
        try:
            secret = await self._services.admission.carrier_secret(connection_id)
        except Unavailable as error:
            raise NobodyHome("Calls cannot be taken at the moment. Try again soon.") from error
        if secret is None:
            raise NotAdmitted("There is no such connection.")
        return secret

    async def transfer(self, connection_id: str, carrier_call_id: str, number: str) -> None:
        await self._services.admission.transfer(connection_id, carrier_call_id, number)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._services.tasks.spawn(work)

    async def run(self) -> None:
        """Tick until cancelled. A tick that comes late is made up for by the calls' own clocks."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        synced = beaten = asked = due
        while True:
            due = max(due + TICK_S, loop.time() - 1.0)
            await asyncio.sleep(due - loop.time())
            self.tick()
            now = loop.time()
            if now - synced >= SYNC_S:
                synced = now
                self._sync(loop)
            if now - beaten >= BEAT_S and not self._beating:
                beaten = now
                self.spawn(self._beat())
            if now - asked >= HELD_S and not self._asking:
                asked = now
                self.spawn(self._let_go())

    def tick(self) -> None:
        """Answer all windows in one batch a rate, then give every call its turn."""
        for vad in self._services.vads.values():
            for stream, probability in vad.tick():
                call = self._calls.get(stream)
                if call is not None:
                    call.judged(probability)
        for stream, call in list(self._calls.items()):
            call.tick()
            if call.over:
                del self._calls[stream]
                if not call.delivered:
                    self._leaving.add(call)

    async def drain(self, within_s: float) -> None:
        """Let nobody in, give calls `within_s` to end by themselves, then end them with what there is."""
        self._closed = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        while self._calls and loop.time() < deadline:  # noqa: ASYNC110 (the tick ends calls, not an event)
            await asyncio.sleep(0.05)
        for call in list(self._calls.values()):
            call.interrupt()
        deadline = loop.time() + 5.0
        while self.calls and loop.time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def _begin(self, wire: CallWire, admitted: Admitted, *, stepped: bool) -> LiveCall:
        setup = admitted.setup
        try:
            definition = parse(setup.definition)
        except DefinitionError as error:
            raise NotAdmitted("The agent's published definition cannot be read by this version.") from error
        names = definition.engines.model_dump(exclude_none=True)
        engines = self._services.engines.engines(names, admitted.engines)
        dialogue = Dialogue(
            definition,
            DialogueSetup(
                direction=setup.direction,
                channel=setup.channel,
                today=admitted.today.date(),
                recording_allowed=admitted.recording_allowed,
                transcript_allowed=admitted.transcript_allowed,
            ),
        )
        return LiveCall(
            wire, admitted, definition, dialogue, engines, self._services, stepped=stepped, ended=self._ended
        )

    def _ended(self, call: LiveCall) -> None:
        self._leaving.discard(call)
        self.spawn(self._services.engines.release(call.engines))

    def _sync(self, loop: asyncio.AbstractEventLoop) -> None:
        for call in self._calls.values():
            if call.recorder.unsynced:
                loop.run_in_executor(self._services.disk, call.recorder.sync)

    async def _let_go(self) -> None:
        """End what members opened who may not have it open any more. While nobody can be asked, calls go on."""
        held = [
            Held(call.setup.call_id, call.setup.account_id, call.holder)
            for call in self._calls.values()
            if call.holder is not None
        ]
        if not held:
            return
        self._asking = True
        try:
            over = await self._services.admission.withdrawn(held)
        except Unavailable as error:
            structlog.get_logger().warning(
                "who may talk could not be asked", code=error.code, calls=len(held)
            )
            return
        finally:
            self._asking = False
        for call in list(self._calls.values()):
            if call.setup.call_id in over:
                call.interrupt("role_withdrawn")

    async def _beat(self) -> None:
        """Calls that wait to be handed over are alive too: their result is here, and nobody else may end them."""
        here = (*self._calls.values(), *self._leaving)
        alive = [(call.setup.account_id, call.setup.call_id) for call in here]
        if not alive:
            return
        self._beating = True
        try:
            await self._services.admission.beat(alive)
        except Unavailable as error:  # the next sign is only seconds away
            structlog.get_logger().warning(
                "a sign of life could not be given", code=error.code, calls=len(alive)
            )
        finally:
            self._beating = False
