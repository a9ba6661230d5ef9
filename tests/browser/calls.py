"""Calls as the platform makes them: a ticket, a sealed journal, intake, and the work after the call."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from ringfence.apps.agents.agents import create_agent
from ringfence.apps.agents.versions import get_for_call, publish
from ringfence.apps.calls.objects import Objects
from ringfence.core.agent.examples import source
from ringfence.core.call import (
    CallResult,
    CallSetup,
    Channel,
    Consent,
    ConsentAnswer,
    Direction,
    Disclosure,
    Given,
    Outcome,
    Problem,
    Speaker,
    Status,
    Turn,
    TurnTiming,
    Variable,
)
from ringfence.core.clock import ManualClock
from ringfence.core.g711 import encode
from ringfence.policy import version
from ringfence.vault.journal import JournalContext, JournalWriter
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Journals
from ringfence.work.admission import begin_call
from ringfence.work.aftercall.run import AfterCall
from ringfence.work.database import Database
from ringfence.work.intake import Intake

RATE = 8_000


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is to be logged. `said` is speaker, words, start and end in seconds."""

    said: tuple[tuple[str, str, float, float], ...] = ()
    variables: tuple[Variable, ...] = ()
    outcome: Outcome = Outcome.FINISHED
    status: Status = Status.COMPLETED
    direction: Direction = Direction.INBOUND
    channel: Channel = Channel.LOOPBACK
    consent: ConsentAnswer = ConsentAnswer.YES
    from_number: str | None = "+12025550173"
    to_number: str | None = "+12025550100"
    problems: tuple[Problem, ...] = ()
    interrupted: int = -1

    @property
    def seconds(self) -> float:
        return max((end for *_, end in self.said), default=4.0) + 1.0


BOOKING = Script(
    said=(
        ("agent", "Hello. You are speaking with an automated assistant, not a person. May we record this call?", 0.4, 6.1),
        ("caller", "Yes please.", 6.9, 7.6),
        ("agent", "Thank you. This is Harbour Street Clinic. Are you calling about an appointment, a prescription, or a bill?", 8.4, 14.9),
        ("caller", "An appointment.", 15.6, 16.7),
        ("agent", "Which day would suit you?", 17.3, 18.9),
        ("caller", "Friday, if there is something before the ferry leaves.", 19.8, 23.2),
        ("agent", "You said Friday, the eleventh of December. Is that right?", 24.1, 27.7),
        ("caller", "Yes.", 28.3, 28.7),
        ("agent", "Thank you. We have noted your wish, and will call you back to confirm it. Goodbye.", 29.4, 34.6),
    ),
    variables=(
        Variable(name="reason", type="choice", given=Given.GIVEN, value="appointment"),
        Variable(name="day", type="date", given=Given.GIVEN, value="2026-12-11"),
        Variable(name="middle_name", type="text", given=Given.EMPTY),
        Variable(name="birthday", type="date", given=Given.NOT_GIVEN),
    ),
)  # fmt: skip


@dataclass
class Logger:
    """Puts calls of one account into the log. `clock` is moved to the start of each."""

    account_id: UUID
    clock: ManualClock
    vault: Vault
    database: Database
    worker: Database
    folder: Path
    objects: Objects
    agents: dict[str, UUID] = field(default_factory=dict)

    def agent(self, slug: str = "front-desk", example: str = "front-desk") -> UUID:
        if slug not in self.agents:
            text = source(example)
            made = create_agent(self.account_id, slug=slug, name=slug, draft=text, clock=self.clock)
            publish(self.account_id, made, definition=text, name=slug, clock=self.clock)
            self.agents[slug] = made
        return self.agents[slug]

    def live(self, script: Script = BOOKING, agent: str = "front-desk") -> UUID:
        """A call that has only begun."""
        return self._begin(script, agent, self.clock.now())[0].call_id

    def log(self, script: Script = BOOKING, *, at: datetime | None = None, agent: str = "front-desk") -> UUID:
        """A whole call that began at `at`, or now."""
        now = self.clock.moment
        start = at or now
        setup, keys = self._begin(script, agent, start)
        self.clock.moment = start + timedelta(seconds=script.seconds)
        kept = script.consent is ConsentAnswer.YES
        audio = self._audio(setup, keys.audio, script) if kept else None
        Intake(self.database, self.vault, self.objects).take(
            setup, _result(setup, script, start, kept=kept), Journals(audio=audio, words=None), keys
        )
        AfterCall(self.worker, self.vault, self.objects).run(self.account_id, setup.call_id)
        self.clock.moment = max(now, self.clock.moment)
        return setup.call_id

    def _begin(self, script: Script, agent: str, start: datetime) -> tuple[CallSetup, Any]:
        agent_id = self.agent(agent)
        now, self.clock.moment = self.clock.moment, start
        found = get_for_call(self.account_id, agent_id)
        made = begin_call(
            self.account_id, found, direction=script.direction, channel=script.channel, clock=self.clock,
            from_number=script.from_number, to_number=script.to_number,
        )  # fmt: skip
        self.clock.moment = now
        setup = CallSetup(
            call_id=made.id, account_id=self.account_id, agent_id=agent_id, agent_slug=agent,
            agent_version=found.version, definition=found.definition, direction=script.direction,
            channel=script.channel, plan="starter", policy_version=version(), from_number=script.from_number,
            to_number=script.to_number,
        )  # fmt: skip
        return setup, _keys_of(self.vault, self.account_id, made.id, start)

    def _audio(self, setup: CallSetup, key: bytes, script: Script) -> Path:
        path = self.folder / f"{setup.call_id}.audio"
        context = JournalContext(
            account_id=self.account_id, call_id=setup.call_id, part="recording", rate=RATE
        )
        writer = JournalWriter.create(path, key, context)
        caller, agent = _voices(script)
        for start in range(0, len(caller), RATE):
            writer.append(1, start, caller[start : start + RATE] + agent[start : start + RATE])
        writer.close()
        return path


def _keys_of(vault: Vault, account_id: UUID, call_id: UUID, start: datetime) -> Any:
    from ringfence.apps.accounts.tenancy import tenant
    from ringfence.apps.calls.models import Call

    with tenant(account_id):
        blob = Call.objects.values_list("live_keys", flat=True).get(account_id=account_id, id=call_id)
    return vault.recover_live_keys(account_id, call_id, start, bytes(blob or b""))


def _voices(script: Script) -> tuple[bytes, bytes]:
    """Tones that swell with syllables, where somebody speaks: nobody's voice, and plain to see in a waveform."""
    frames = round(script.seconds * RATE)
    time = np.arange(frames) / RATE
    sides = []
    for side, pitch in (("caller", 210.0), ("agent", 140.0)):
        loud = np.zeros(frames)
        for speaker, words, start, end in script.said:
            if speaker == side:
                inside = (time >= start) & (time < end)
                pace = max(2.0, len(words.split()) * 1.6 / (end - start))
                loud[inside] = 0.15 + 0.85 * np.abs(np.sin(np.pi * pace * (time[inside] - start)))
        tone = np.sin(2 * np.pi * pitch * time) + 0.4 * np.sin(2 * np.pi * 2.4 * pitch * time)
        sides.append(encode((tone * loud * 9000).astype("<i2").tobytes()))
    return sides[0], sides[1]


def _result(setup: CallSetup, script: Script, start: datetime, *, kept: bool) -> CallResult:
    turns = tuple(
        Turn(speaker=Speaker(who), text=text, start_s=a, end_s=b, interrupted=n == script.interrupted)
        for n, (who, text, a, b) in enumerate(script.said)
    )
    timings = tuple(
        TurnTiming(
            at_s=turn.start_s, response_ms=760 + 90 * n, wait_ms=700, stt_ms=38, llm_ms=None, tts_ms=22 + n
        )
        for n, turn in enumerate(turns)
        if n and turn.speaker is Speaker.AGENT
    )
    answered = script.outcome is not Outcome.NO_ANSWER
    return CallResult(
        call_id=setup.call_id, account_id=setup.account_id, status=script.status, outcome=script.outcome,
        answered_at=start, ended_at=start + timedelta(seconds=script.seconds), duration_s=script.seconds,
        disclosure=Disclosure(ai=answered, recorded=kept, said_at_s=0.4 if answered else None, script_sha256="0" * 64),
        consent=Consent(answer=script.consent, at_s=7.6, script_sha256="1" * 64), words_kept=kept,
        recording_kept=kept, turns=turns if kept else (), variables=script.variables, timings=timings,
        problems=script.problems, costs={"stt_seconds": 8.4, "tts_characters": 412.0},
    )  # fmt: skip
