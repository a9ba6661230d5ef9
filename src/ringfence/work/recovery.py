"""What a dead media process left: orphan journals become interrupted calls, with everything up to the loss bound."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.apps.calls.content import LOG, Place, live_numbers_key, open_json
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
    Speaker,
    Status,
    Turn,
    Variable,
)
from ringfence.vault.errors import Tampered
from ringfence.vault.journal import FileSource, JournalReader, close_orphan
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Journals
from ringfence.work.database import Database
from ringfence.work.intake import Intake

SILENT_AFTER: Final = timedelta(seconds=20)
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_silent_calls(%s)"
_CALLS: Final = """
SELECT id, agent_id, agent_slug, agent_version, direction, channel, plan, policy_version, started_at, answered_at,
       seen_at, live_keys, numbers_sealed
FROM calls_call WHERE account_id = %s AND status IN ('ringing', 'in_progress') AND COALESCE(seen_at, started_at) < %s
"""


class Recovery:
    """Runs as the login rf_worker, on the machine where the journals are."""

    def __init__(self, database: Database, vault: Vault, intake: Intake, folder: Path) -> None:
        self._database = database
        self._vault = vault
        self._intake = intake
        self._folder = folder

    def run(self) -> int:
        """Take in every call whose process gave no sign for a while; how many there were."""
        before = self._vault.clock.now() - SILENT_AFTER
        with self._database.transaction() as cursor:
            accounts = [row[0] for row in cursor.execute(_ACCOUNTS, (before,)).fetchall()]
        count = 0
        for account_id in accounts:
            with self._database.transaction(account_id) as cursor:
                rows = cursor.execute(_CALLS, (account_id, before)).fetchall()
            for row in rows:
                self._take(account_id, row)
                count += 1
        return count

    def _take(self, account_id: UUID, row: tuple[Any, ...]) -> None:
        (
            call_id,
            agent_id,
            slug,
            number,
            direction,
            channel,
            plan,
            policy,
            started,
            answered,
            seen,
            blob,
            sealed,
        ) = row
        keys = self._vault.recover_live_keys(account_id, call_id, started, bytes(blob))
        numbers = open_json(
            live_numbers_key(keys.words), sealed, Place(account_id, call_id), LOG, "numbers_sealed"
        )
        setup = CallSetup(
            call_id=call_id, account_id=account_id, agent_id=agent_id, agent_slug=slug, agent_version=number,
            definition="", direction=Direction(direction), channel=Channel(channel), plan=plan, policy_version=policy,
            from_number=numbers["from"], to_number=numbers["to"],
        )  # fmt: skip
        audio, seconds = self._close(call_id, "audio", keys.audio)
        words = self._words(call_id, keys.words)
        began = answered or started
        heard = max([seconds, *(turn.end_s for turn in words.turns)])
        if not heard and answered:
            heard = max(0.0, (seen - answered).total_seconds())
        result = CallResult(
            call_id=call_id, account_id=account_id, status=Status.INTERRUPTED,
            outcome=Outcome.INTERRUPTED if answered else Outcome.NO_ANSWER, answered_at=began,
            ended_at=began + timedelta(seconds=heard), duration_s=heard, disclosure=words.disclosure,
            consent=words.consent, words_kept=words.path is not None, recording_kept=audio is not None,
            turns=tuple(words.turns), variables=tuple(words.variables.values()),
        )  # fmt: skip
        self._intake.take(setup, result, Journals(audio=audio, words=words.path), keys)

    def _close(self, call_id: UUID, part: str, key: bytes) -> tuple[Path | None, float]:
        path = self._folder / f"{call_id}.{part}"
        if not path.exists():
            return None, 0.0
        try:
            close_orphan(path, key)
        except Tampered:
            path.unlink()  # not even its header was written
            return None, 0.0
        source = FileSource(path)
        try:
            reader = JournalReader(source, key)
        finally:
            source.close()
        if not reader.entries:
            path.unlink()
            return None, 0.0
        last = reader.entries[-1]
        samples = (last.length - 16) // 2
        return path, (last.position + samples) / reader.context.rate

    def _words(self, call_id: UUID, key: bytes) -> "_Words":
        found = _Words()
        found.path, _ = self._close(call_id, "words", key)
        if found.path is None:
            return found
        source = FileSource(found.path)
        try:
            for _entry, payload in JournalReader(source, key):
                found.add(orjson.loads(payload))
        finally:
            source.close()
        return found


class _Words:
    """What a words journal says."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.turns: list[Turn] = []
        self.variables: dict[str, Variable] = {}
        self.disclosure = Disclosure(ai=True, recorded=False, said_at_s=None, script_sha256="")
        self.consent = Consent(answer=ConsentAnswer.NOT_ASKED)

    def add(self, line: dict[str, Any]) -> None:
        value = line["value"]
        match line["kind"]:
            case "turn":
                self.turns.append(Turn(**{**value, "speaker": Speaker(value["speaker"])}))
            case "variable":
                self.variables[value["name"]] = Variable(**{**value, "given": Given(value["given"])})
            case "disclosure":
                self.disclosure = Disclosure(**value)
            case "consent":
                self.consent = Consent(**{**value, "answer": ConsentAnswer(value["answer"])})
