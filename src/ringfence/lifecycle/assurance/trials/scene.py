"""The stage of a trial: an account of its own, and canary calls that go through the real recorder and the real intake."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import httpx

from ringfence.apps.accounts.accounts import make_account
from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role
from ringfence.apps.agents.agents import create_agent
from ringfence.apps.agents.versions import get_for_call, publish
from ringfence.apps.calls.objects import Objects
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.agent.examples import source
from ringfence.core.call import (
    CallResult,
    CallSetup,
    Channel,
    Consent,
    ConsentAnswer,
    Direction,
    Disclosure,
    Outcome,
    Speaker,
    Status,
    Turn,
)
from ringfence.core.clock import Clock
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable
from ringfence.egress.tls import client_context
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.policy import Plan, Shown
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.recorder import Recorder, as_line
from ringfence.work.admission import begin_call
from ringfence.work.database import Database
from ringfence.work.intake import Intake
from ringfence.work.live import read_live

RATE: Final = 8_000
SECONDS: Final = 4
NUMBER: Final = "+12025550142"
KEY_LIVES: Final = timedelta(minutes=30)
ANSWER_S: Final = 10.0
PLAN: Final = Plan.GROWTH  # it has periods, and a trail

DUE: Final = Shown(required=True)  # kept because a law wants it: here it wants nothing
_NOBODYS: Final = (
    "DELETE FROM billing_usage WHERE account_id = %s",
    "DELETE FROM billing_invoice WHERE account_id = %s",
    "DELETE FROM consents_record WHERE account_id = %s",
)


@dataclass(frozen=True, slots=True)
class Canary:
    """A call with a phrase and a tone that nothing else holds. `ends` is when its parts fall due."""

    id: UUID
    phrase: str
    tone: bytes = field(repr=False)
    ends: datetime | None = None


@dataclass(slots=True)
class Scene:
    """What trials share. `worker` are connections of the login that takes calls in and sweeps; `sweep` is the ordinary sweep."""

    config: Config
    vault: Vault
    worker: Database
    folder: Path
    account_id: UUID
    agent_id: UUID
    web: httpx.Client
    sweep: Callable[[], object]
    _keys: dict[Role, str] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return self.vault.clock

    def ask(self, method: str, path: str, role: Role = Role.OWNER) -> httpx.Response:
        """A request to the API of the running installation, as a key of this account."""
        if role not in self._keys:
            ends = self.clock.now() + KEY_LIVES
            key = issue(self.account_id, name="trial", role=role, clock=self.clock, expires_at=ends)
            self._keys[role] = key.token
        return self.web.request(
            method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {self._keys[role]}"}
        )

    def call(self, ended_at: datetime | None = None) -> Canary:
        """A canary call that was taken in as having ended then."""
        phrase, tone = f"canary {secrets.token_hex(12)}", secrets.token_bytes(RATE)
        new = begin_call(
            self.account_id, get_for_call(self.account_id, self.agent_id), direction=Direction.INBOUND,
            channel=Channel.LOOPBACK, clock=self.clock, from_number=NUMBER,
        )  # fmt: skip
        with self.worker.transaction(self.account_id) as cursor:
            row = read_live(cursor, self.vault, self.account_id, new.id)
        if row is None or row.keys is None:
            raise Unavailable("The canary call was taken in by somebody else.")
        recorder = Recorder(self.folder, row.setup, row.keys, RATE)
        recorder.keep(audio=True, words=True, position=0)
        turn = Turn(speaker=Speaker.CALLER, text=phrase, start_s=0.5, end_s=2.0)
        recorder.note("turn", as_line(turn))
        recorder.heard(RATE, tone)
        journals = recorder.close(SECONDS * RATE)
        intake = Intake(self.worker, self.vault, Objects(self.config.object_store_url))
        intake.take(row.setup, _result(row.setup, turn, ended_at or self.clock.now()), journals, row.keys)
        return Canary(new.id, phrase, tone, self._end(new.id))

    def _end(self, call_id: UUID) -> datetime | None:
        with self.worker.transaction(self.account_id) as cursor:
            row = cursor.execute(
                "SELECT expires_at FROM calls_call WHERE account_id = %s AND id = %s",
                (self.account_id, call_id),
            ).fetchone()
        end: datetime | None = row[0] if row else None
        return end


@contextmanager
def opened(config: Config, vault: Vault, worker: Database, sweep: Callable[[], object]) -> Iterator[Scene]:
    """A scene over the running installation; the account is erased at the end.

    Django is up as the pages' login. Raises Unavailable if nobody answers on the port.
    """
    slug = f"trial-{secrets.token_hex(6)}"
    account_id = make_account(slug=slug, name="Trial", clock=vault.clock, plan=PLAN)
    text = source("front-desk")
    agent_id = create_agent(account_id, slug="canary", name="Canary", draft=text, clock=vault.clock)
    publish(account_id, agent_id, definition=text, name="Canary", clock=vault.clock)
    with TemporaryDirectory() as folder, client(config) as web:
        scene = Scene(config, vault, worker, Path(folder), account_id, agent_id, web, sweep)
        try:
            yield scene
        finally:
            leave(scene)


def leave(scene: Scene) -> bool:
    """Erase the trial's account, as any account is erased whose days of grace are over; whether it is gone everywhere.

    What the law wants kept of a customer is wanted of nobody here: invoices and records of consent go, too.
    """
    gone = Eraser.here(scene.worker, scene.vault).erase(scene.account_id, by="trial")
    with reading_for("legal", DUE), scene.worker.transaction(scene.account_id) as cursor:
        for statement in _NOBODYS:
            cursor.execute(statement, (scene.account_id,))
    return gone


def client(config: Config) -> httpx.Client:
    """Somebody at the installation's own port, with cookies of their own."""
    trust = client_context(str(config.authority) if config.authority.exists() else None)
    return httpx.Client(base_url=config.public_url, verify=trust, timeout=ANSWER_S, trust_env=False)


def _result(setup: CallSetup, turn: Turn, ended_at: datetime) -> CallResult:
    fixed: dict[str, Any] = {"status": Status.COMPLETED, "outcome": Outcome.FINISHED}
    return CallResult(
        call_id=setup.call_id, account_id=setup.account_id, answered_at=ended_at - timedelta(seconds=SECONDS),
        ended_at=ended_at, duration_s=float(SECONDS), words_kept=True, recording_kept=True, turns=(turn,),
        disclosure=Disclosure(ai=True, recorded=True, said_at_s=0.0, script_sha256=""),
        consent=Consent(answer=ConsentAnswer.YES, at_s=0.0), **fixed,
    )  # fmt: skip
