"""One account with everything around a call: an agent, the desk that admits, the recorder, intake, and the work after it.

Every step runs as the login that does it in service.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from ringfence.apps.agents.agents import create_agent, set_periods
from ringfence.apps.agents.versions import get_for_call, publish
from ringfence.apps.calls.objects import Objects
from ringfence.core.agent.examples import source
from ringfence.core.call import (
    CallResult,
    Channel,
    Consent,
    ConsentAnswer,
    Direction,
    Disclosure,
    Given,
    Outcome,
    Speaker,
    Status,
    Turn,
    TurnTiming,
    Variable,
)
from ringfence.core.clock import ManualClock
from ringfence.core.g711 import encode
from ringfence.policy import AgentPeriods, Plan
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Admitted, Journals
from ringfence.voice.runtime.recorder import Recorder, as_line
from ringfence.work.admission import NewCall, begin_call
from ringfence.work.aftercall.run import AfterCall
from ringfence.work.database import Database
from ringfence.work.desk import Desk
from ringfence.work.intake import Intake
from ringfence.work.recovery import Recovery
from tests.support.gate import open_gate

RATE = 8_000
CALLER, AGENT = "+12025550173", "+12025550100"
SAID = (
    ("agent", "Hello, you are speaking with a machine. May we record this call?", 0.5, 3.0),
    ("caller", "Yes.", 3.5, 4.0),
    ("agent", "Which day would suit you?", 4.5, 6.0),
    ("caller", "Friday, before the ferry leaves the harbour.", 6.5, 9.0),
)
VARIABLES = (
    Variable(name="day", type="date", given=Given.GIVEN, value="2026-01-09"),
    Variable(name="people", type="number", given=Given.GIVEN, value=4.0),
    Variable(name="member", type="yes_no", given=Given.GIVEN, value=True),
    Variable(name="note", type="text", given=Given.EMPTY),
    Variable(name="birthday", type="date", given=Given.NOT_GIVEN),
)


@dataclass
class Office:
    """`clock` is everybody's."""

    account_id: UUID
    clock: ManualClock
    vault: Vault
    media: Database
    worker: Database
    objects: Objects
    folder: Path
    plan: Plan = Plan.STARTER
    agents: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(self.media, self.vault, open_gate())
        self.intake = Intake(self.media, self.vault, self.objects)
        self.after = AfterCall(self.worker, self.vault, self.objects)
        self.recovery = Recovery(
            self.worker, self.vault, Intake(self.worker, self.vault, self.objects), self.folder
        )

    def agent(self, slug: str = "front-desk", periods: AgentPeriods | None = None) -> UUID:
        """The id of an agent that is made when first asked for."""
        if slug not in self.agents:
            text = source("front-desk")
            self.agents[slug] = create_agent(
                self.account_id, slug=slug, name=slug, draft=text, clock=self.clock
            )
            publish(self.account_id, self.agents[slug], definition=text, name=slug, clock=self.clock)
        if periods is not None:
            set_periods(self.account_id, self.agents[slug], periods, self.plan)
        return self.agents[slug]

    def ring(self, *, agent: str = "front-desk", caller: str | None = CALLER, **kind: Any) -> NewCall:
        """A call that has a ticket and nothing else."""
        fixed = {"direction": Direction.INBOUND, "channel": Channel.LOOPBACK, **kind}
        return begin_call(
            self.account_id, get_for_call(self.account_id, self.agent(agent)), clock=self.clock,
            from_number=caller, to_number=AGENT, **fixed,
        )  # fmt: skip

    def answer(self, new: NewCall, channel: Channel = Channel.LOOPBACK) -> "Talk":
        admitted = asyncio.run(self.desk.redeem(new.ticket, channel, None))
        assert admitted is not None
        return Talk(self, admitted)

    def call(
        self, *, said: Any = SAID, variables: Any = VARIABLES, agent: str = "front-desk", caller: str | None = CALLER,
        audio: bool = True, words: bool = True, run_after: bool = True, outcome: Outcome = Outcome.FINISHED,
        seconds: float = 10.0, **kind: Any,
    ) -> UUID:  # fmt: skip
        """A whole call, to the end of the work after it. The clock is then at the call's end."""
        talk = self.answer(
            self.ring(agent=agent, caller=caller, **kind), kind.get("channel", Channel.LOOPBACK)
        )
        talk.talk(said, variables, audio=audio, words=words, seconds=seconds)
        talk.hang_up(outcome)
        if run_after:
            self.after.run(self.account_id, talk.id)
        return talk.id


class Talk:
    """A call in progress: what the runtime does, without a wire."""

    def __init__(self, office: Office, admitted: Admitted) -> None:
        self.office = office
        self.admitted = admitted
        self.id = admitted.setup.call_id
        self.answered_at = office.clock.now()
        self.seconds = 0.0
        self.turns: list[Turn] = []
        self.variables: list[Variable] = []
        self.recorder = Recorder(office.folder, admitted.setup, admitted.keys, RATE)

    def talk(
        self, said: Any = SAID, variables: Any = VARIABLES, *, audio: bool = True, words: bool = True,
        seconds: float = 10.0, tone: Callable[[float], bytes] | None = None,
    ) -> None:  # fmt: skip
        """Speak and be recorded for a while."""
        sound = tone or hum
        self.recorder.keep(audio=audio, words=words, position=0)
        for who, text, start, end in said:
            turn = Turn(speaker=Speaker(who), text=text, start_s=start, end_s=end)
            self.turns.append(turn)
            self.recorder.note("turn", as_line(turn))
        for variable in variables:
            self.variables.append(variable)
            self.recorder.note("variable", as_line(variable))
        self.recorder.heard(round(self.seconds * RATE), sound(seconds))
        self.recorder.said(round(self.seconds * RATE), sound(seconds / 2))
        self.seconds += seconds
        self.office.clock.advance(seconds)
        self.recorder.settle(round(self.seconds * RATE))
        asyncio.run(self.office.desk.beat([(self.office.account_id, self.id)]))

    def result(self, outcome: Outcome = Outcome.FINISHED) -> CallResult:
        setup, kept = self.admitted.setup, self.recorder.words_kept
        return CallResult(
            call_id=setup.call_id, account_id=setup.account_id, status=Status.COMPLETED, outcome=outcome,
            answered_at=self.answered_at, ended_at=self.answered_at + timedelta(seconds=self.seconds),
            duration_s=self.seconds,
            disclosure=Disclosure(ai=True, recorded=True, said_at_s=0.5, script_sha256="0" * 64),
            consent=Consent(answer=ConsentAnswer.YES if kept else ConsentAnswer.NO, at_s=4.0, script_sha256="1" * 64),
            words_kept=kept, recording_kept=self.recorder.audio_kept, turns=tuple(self.turns) if kept else (),
            variables=tuple(self.variables),
            timings=(TurnTiming(at_s=4.0, response_ms=740.0, wait_ms=700.0, stt_ms=21.0, tts_ms=12.0),),
            costs={"stt_seconds": 3.0},
        )  # fmt: skip

    def close(self) -> Journals:
        return self.recorder.close(round(self.seconds * RATE))

    def hang_up(self, outcome: Outcome = Outcome.FINISHED) -> None:
        journals = self.close()
        asyncio.run(
            self.office.intake.deliver(
                self.admitted.setup, self.result(outcome), journals, self.admitted.keys
            )
        )

    def die(self) -> None:
        """What kill -9 leaves: the journals as they are, and no lock on them."""
        for journal in (self.recorder._audio, self.recorder._words):
            if journal is not None:
                journal.abandon()


def hum(seconds: float, pitch: float = 220.0, level: float = 9000) -> bytes:
    """A tone, as µ-law."""
    time = np.arange(round(seconds * RATE)) / RATE
    return encode((np.sin(2 * np.pi * pitch * time) * level).astype("<i2").tobytes())
