"""Looking at every chain again, once a day, with the customer's own verifier; and the state of it all in a few numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.lifecycle.audit.export import export_trail
from ringfence.lifecycle.audit.ledger import HeadLedger
from ringfence.vault.audit.verify import Verdict, verify_audit_export

EVERY: Final = timedelta(days=1)
_TO_CHECK: Final = "SELECT * FROM lookup.accounts_to_check(%s)"
_CHECKED: Final = """
INSERT INTO audit_check (id, account_id, checked_at, batches, problems) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (account_id) DO UPDATE
SET checked_at = excluded.checked_at, batches = excluded.batches, problems = excluded.problems
"""
_STATUS: Final = "SELECT * FROM lookup.audit_status()"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStatus:
    """For `/trust`: nobody's data. `unsealed` counts among the newest 5,000 events; `broken` are chains with a problem."""

    last_head_at: datetime | None
    last_head_age_s: float | None
    unsealed: int
    oldest_check_at: datetime | None
    newest_check_at: datetime | None
    broken: int


def check_trails(ledger: HeadLedger, clock: Clock) -> int:
    """Verify each account's chain that was not looked at for a day; how many have a problem. As the login rf_worker."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_CHECK, (clock.now() - EVERY,))
        accounts = [row[0] for row in cursor.fetchall()]
    return sum(0 if check_trail(account_id, ledger, clock).ok else 1 for account_id in accounts)


def check_trail(account_id: UUID, ledger: HeadLedger, clock: Clock) -> Verdict:
    """Verify one account's chain against the signing key of this installation, and write down what was found."""
    data = b"".join(export_trail(account_id, ledger=ledger, clock=clock))
    verdict = verify_audit_export(data, vault().signers.by_id())
    with tenant(account_id), connection.cursor() as cursor:
        cursor.execute(
            _CHECKED, (new_id(clock), account_id, clock.now(), verdict.batches, len(verdict.problems))
        )
    if not verdict.ok:
        structlog.get_logger().error(
            "an audit chain does not verify", account_id=str(account_id), count=len(verdict.problems)
        )
    return verdict


def audit_status(clock: Clock) -> AuditStatus:
    """When the last batch was sealed, what waits, and when the chains were last looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS)
        row: tuple[Any, ...] = cursor.fetchone()
    last_head, unsealed, oldest, newest, broken = row
    return AuditStatus(
        last_head_at=last_head,
        last_head_age_s=(clock.now() - last_head).total_seconds() if last_head else None,
        unsealed=unsealed,
        oldest_check_at=oldest,
        newest_check_at=newest,
        broken=broken,
    )
