"""The operator's own people from the command line; each command is a process that serves as rf_web."""

from typing import Any
from urllib.parse import quote

from ringfence.boot.clock import SystemClock
from ringfence.boot.people import begin, sign_in_address


def create(email: str, name: str) -> dict[str, Any]:
    """Make a person staff; `sign_in` works once. They set up a second factor before anything opens."""
    config = begin()
    from ringfence.apps.staff.people import add

    person, user = add(email, name, SystemClock())
    return {"id": str(person.id), "email": person.email, "sign_in": _link(config, user)}


def link(email: str) -> dict[str, Any]:
    """Another sign-in link, for somebody who has no passkey and no password at hand."""
    config = begin()
    from django.db import connection

    from ringfence.apps.accounts.models import User
    from ringfence.apps.staff.deeds import Deed, write
    from ringfence.apps.staff.people import by_email

    person = by_email(email)
    with connection.cursor() as cursor:
        write(cursor, Deed.LINKED, SystemClock(), thing=str(person.id))
    return {"email": person.email, "sign_in": _link(config, User.objects.get(id=person.user_id))}


def remove(email: str) -> None:
    """Somebody is of the operator's no longer; their sessions end at once."""
    begin()
    from ringfence.apps.staff.people import remove as gone

    gone(email, SystemClock())


def listed() -> list[dict[str, Any]]:
    """Everybody who is, and who was."""
    begin()
    from ringfence.apps.staff.people import everybody

    return [
        {
            "id": str(each.id), "email": each.email, "name": each.name, "since": each.added_at.isoformat(),
            "until": each.removed_at.isoformat() if each.removed_at else None,
        }
        for each in everybody()
    ]  # fmt: skip


def _link(config: Any, user: Any) -> str:
    return f"{sign_in_address(config, user)}&next={quote('/operator/')}"
