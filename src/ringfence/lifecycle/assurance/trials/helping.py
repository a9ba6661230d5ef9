"""Trial of support (guard.staff, use.support): somebody of staff at a canary call, before, under and after its customer's approval."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.staff.people import Person
from ringfence.apps.support import asked, deciding, desk, reading
from ringfence.apps.support.errors import NotReleased
from ringfence.apps.support.requests import Wanted, open_request
from ringfence.core.ids import new_id
from ringfence.lifecycle.assurance.trials.scene import Scene
from ringfence.lifecycle.assurance.values import Evidence, broken, gap, kept
from ringfence.work.database import Database

_BY_HAND: Final = (
    "UPDATE support_ask SET approved = true, decided_by = id, ends_at = %s WHERE account_id = %s AND id = %s"
)
_AS_IT_WAS: Final = "UPDATE support_ask SET approved = NULL, decided_by = NULL, ends_at = NULL WHERE account_id = %s AND id = %s"


class _Undo(Exception):
    """A look of a trial leaves nothing behind: nobody of staff was there."""


def staff(scene: Scene) -> Evidence:
    """Refused before, refused for a row that somebody wrote, open under the approval, refused after it was taken back."""
    url = scene.config.database_urls.staff
    if url is None:
        return gap("The operator's console has no database login here: STAFF_DATABASE_URL is not set.")
    canary, console = scene.call(), Database(url, most=1)
    me = Person(
        id=new_id(scene.clock), user_id=new_id(scene.clock), email="", name="Trial", added_at=scene.clock.now(), removed_at=None
    )  # fmt: skip
    console.open()
    try:
        return _tried(scene, console, me, canary.id, canary.phrase)
    finally:
        console.close()


def _tried(scene: Scene, console: Database, me: Person, call_id: UUID, phrase: str) -> Evidence:
    member, account_id = Actor(ActorKind.MEMBER, new_id(scene.clock)), scene.account_id
    with acting(member):
        request_id = open_request(
            account_id, Wanted(subject="call", text="A trial.", calls=[call_id]), scene.clock
        )
    with console.transaction(account_id) as cursor:
        wanted = desk.Wanted(reason="A trial.", hours=1, call_id=call_id)
        ask_id = desk.put(cursor, scene.vault, me.id, account_id, request_id, wanted, scene.clock)
        seen = asked.read(cursor, scene.vault, account_id, ask_id).mark
    if _look(scene, console, me, ask_id, call_id) is not None:
        return broken("Staff read a call that nobody had released.")
    _write(scene, _BY_HAND, scene.clock.now() + timedelta(hours=1), account_id, ask_id)
    if _look(scene, console, me, ask_id, call_id) is not None:
        return broken("A row in the table of approvals opened a call.")
    _write(scene, _AS_IT_WAS, account_id, ask_id)
    with acting(member):
        deciding.approve(account_id, ask_id, new_id(scene.clock), seen=seen, clock=scene.clock)
        under = _look(scene, console, me, ask_id, call_id)
        deciding.withdraw(account_id, ask_id, scene.clock)
    if under is None or phrase not in under:
        return broken("What a customer released did not open.")
    if _look(scene, console, me, ask_id, call_id) is not None:
        return broken("A call stayed open to staff after its customer took the approval back.")
    return kept(
        "Staff were refused a canary call before its customer's approval, and for a row that was written by hand; it opened under the "
        "approval, and no more after it was taken back.",
        refused="3", opened="1",
    )  # fmt: skip


def _look(scene: Scene, console: Database, me: Person, ask_id: UUID, call_id: UUID) -> str | None:
    """What staff read; None where they are refused."""
    found: list[str] = []
    with (
        suppress(NotReleased, _Undo),
        acting(Actor(ActorKind.STAFF, me.id)),
        console.transaction(scene.account_id) as cursor,
    ):
        read = reading.call(cursor, scene.vault, me, scene.account_id, ask_id, call_id, scene.clock)[1]
        found = [turn["text"] for turn in (read.turns or [])] if read else []
        raise _Undo
    return " ".join(found) or None


def _write(scene: Scene, statement: str, *values: UUID | datetime) -> None:
    """As a stolen login of the pages would."""
    with tenant(scene.account_id), connection.cursor() as cursor:
        cursor.execute(statement, list(values))
