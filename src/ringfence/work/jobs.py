"""Queued work: deferred in the same transaction as what it is about, and marked so that only our own is done."""

from typing import Any, Final
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from ringfence.apps.rows.cursor import Cursor
from ringfence.core.errors import NotAllowed
from ringfence.policy.catalogue import PlaceKind, demand
from ringfence.vault.vault import Vault

QUEUE: Final = "ringfence"
_DEFER: Final = """
SELECT procrastinate_defer_jobs_v1(ARRAY[
  ROW(%s, %s, 0, NULL, NULL, %s, NULL)::procrastinate_job_to_defer_v1])
"""


class NotOurJob(NotAllowed):
    """A queued job whose mark is missing or wrong: nobody of us put it there."""

    code = "not_our_job"


def payload(task: str, account_id: UUID, arguments: dict[str, str]) -> bytes:
    """What the mark covers."""
    return orjson.dumps([task, str(account_id), arguments], option=orjson.OPT_SORT_KEYS)


def defer(cursor: Cursor, vault: Vault, task: str, account_id: UUID, **arguments: str) -> None:
    """Queue a task in the open transaction. Arguments are ids, never content. Raises Undeclared for others than the
    catalogue knows.
    """
    mac = vault.job_mac(payload(task, account_id, arguments))
    body: dict[str, Any] = {"account_id": str(account_id), "mac": mac, **arguments}
    demand(PlaceKind.JOB, task, body)
    cursor.execute(_DEFER, (QUEUE, f"ringfence.{task}", Jsonb(body)))


def check(vault: Vault, task: str, account_id: UUID, mac: str, arguments: dict[str, str]) -> None:
    """Raise NotOurJob unless this installation queued exactly this."""
    if not vault.verify_job(payload(task, account_id, arguments), mac):
        raise NotOurJob("This job was not queued by this installation.")
