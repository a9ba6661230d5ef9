"""What a dead media process left: orphan journals become interrupted calls, with everything up to the loss bound.

A process is dead when it lets go of its journal without closing it, which the system does for it. Where there is no
such journal, silence alone must tell, and silence has other causes: while the database was away nobody could give a sign.
So a call is taken only if its silence lasts while we watch.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from ringfence.core.call import CallResult, Outcome, Status
from ringfence.core.errors import Unavailable
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.journal import FileSource, being_written, read_context
from ringfence.vault.live import LiveKeys
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Journals
from ringfence.work.database import Database
from ringfence.work.intake import Intake
from ringfence.work.live import LIVE, LiveRow, read_live
from ringfence.work.orphans import length_s, read_words, torn_off
from ringfence.work.unanswered import close_unanswered

SILENT_AFTER: Final = timedelta(seconds=10)  # two signs of life missed
WATCHED_S: Final = 12.0
RINGS_AT_MOST: Final = timedelta(seconds=120)  # longer than a ticket lives
TORN_AFTER: Final = timedelta(hours=1)
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_silent_calls(%s)"
_SILENT: Final = """
SELECT id, status, started_at, COALESCE(seen_at, started_at) FROM calls_call
WHERE account_id = %s AND status IN ('ringing', 'in_progress') AND COALESCE(seen_at, started_at) < %s
"""
_STATUS: Final = "SELECT status FROM calls_call WHERE account_id = %s AND id = %s"


class Recovery:
    """Runs as the login rf_worker, again and again, on the machine where the journals are."""

    def __init__(self, database: Database, vault: Vault, intake: Intake, folder: Path) -> None:
        self._database = database
        self._vault = vault
        self._intake = intake
        self._folder = folder
        self._watched: dict[UUID, tuple[datetime, float]] = {}

    def run(self) -> int:
        """Take in every call whose process is dead; how many there were. Then remove journals that nobody waits for."""
        before = self._vault.clock.now() - SILENT_AFTER
        with self._database.transaction() as cursor:
            accounts = [row[0] for row in cursor.execute(_ACCOUNTS, (before,)).fetchall()]
        count, silent = 0, set[UUID]()
        for account_id in accounts:
            with self._database.transaction(account_id) as cursor:
                rows = cursor.execute(_SILENT, (account_id, before)).fetchall()
            for call_id, status, started, seen in rows:
                silent.add(call_id)
                if self._dead(call_id, status, started, seen):
                    count += self._end(account_id, call_id)
        self._watched = {call_id: mark for call_id, mark in self._watched.items() if call_id in silent}
        self._tidy()
        return count

    def _dead(self, call_id: UUID, status: str, started: datetime, seen: datetime) -> bool:
        if status == Status.RINGING.value:
            return self._vault.clock.now() - started > RINGS_AT_MOST
        journals = [path for path in self._paths(call_id) if path.exists()]
        if any(being_written(path) for path in journals):
            return False
        if any(torn_off(path) for path in journals):
            return True
        now = self._vault.clock.monotonic()
        last, since = self._watched.get(call_id, (seen, now))
        self._watched[call_id] = (seen, since if last == seen else now)
        return last == seen and now - since >= WATCHED_S

    def _end(self, account_id: UUID, call_id: UUID) -> bool:
        """Whether the call could be ended; what is wrong with one call keeps no other waiting."""
        try:
            with self._database.transaction(account_id) as cursor:
                row = read_live(cursor, self._vault, account_id, call_id, lock=True)
                if row is None:
                    return False
                if row.status is Status.RINGING:
                    close_unanswered(cursor, self._vault, row, self._vault.clock.now(), Outcome.NO_ANSWER)
                    return True
            self._take(row)
        except (EpochGone, Tampered, Unavailable) as error:
            structlog.get_logger().error("a call cannot be ended", call_id=str(call_id), code=error.code)
            return False
        return True

    def _take(self, row: LiveRow) -> None:
        call_id, keys = row.setup.call_id, row.keys
        audio, words_path = self._paths(call_id)
        if keys is None:  # its live day was destroyed: what is left of it opens for nobody
            audio.unlink(missing_ok=True)
            words_path.unlink(missing_ok=True)
            keys = LiveKeys(b"", b"", b"")
        seconds, words = length_s(audio, keys.audio), read_words(words_path, keys.words)
        began = row.answered_at or row.started_at
        heard = max([seconds, *(turn.end_s for turn in words.turns)])
        heard = heard or max(0.0, (row.seen_at - began).total_seconds())
        result = CallResult(
            call_id=call_id, account_id=row.setup.account_id, status=Status.INTERRUPTED,
            outcome=Outcome.INTERRUPTED, answered_at=began, ended_at=began + timedelta(seconds=heard),
            duration_s=round(heard, 3), disclosure=words.disclosure, consent=words.consent,
            words_kept=words_path.exists(), recording_kept=audio.exists(), turns=tuple(words.turns),
            variables=tuple(words.variables.values()),
        )  # fmt: skip
        journals = Journals(
            audio=audio if audio.exists() else None, words=words_path if words_path.exists() else None
        )
        self._intake.take(row.setup, result, journals, keys)

    def _tidy(self) -> None:
        """Journals whose call was taken in or erased: their deliverer died before it could remove them."""
        for path in [p for kind in ("audio", "words") for p in self._folder.glob(f"*.{kind}")]:
            try:
                if not being_written(path) and not self._waited_for(path):
                    path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue  # its deliverer was faster

    def _waited_for(self, path: Path) -> bool:
        source = FileSource(path)
        try:
            context = read_context(source)
        except Tampered:  # not even its header was written
            age = self._vault.clock.now().timestamp() - path.stat().st_mtime
            return age < TORN_AFTER.total_seconds()
        finally:
            source.close()
        with self._database.transaction(context.account_id) as cursor:
            row = cursor.execute(_STATUS, (context.account_id, context.call_id)).fetchone()
        return row is not None and row[0] in LIVE

    def _paths(self, call_id: UUID) -> tuple[Path, Path]:
        return self._folder / f"{call_id}.audio", self._folder / f"{call_id}.words"
