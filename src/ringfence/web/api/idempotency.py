"""Writes that are done once, however often they are sent: the `Idempotency-Key` header.

The key's hash is claimed before the work and its answer is kept sealed for a day. The same key with other content is a
conflict; one whose first request is still at work is told to come back. Of what has an end of its own, as a call has, the id alone
is kept, and the second answer is what there is by then: no copy outlives what it is a copy of.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Status

from ringfence.apps.accounts.models import IdempotentWrite
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.keys.wiring import vault
from ringfence.core.errors import BadInput, Conflict
from ringfence.core.ids import new_id
from ringfence.vault.seal import aad, open_, seal
from ringfence.web.api.principal import holder_of
from ringfence.web.clock import clock

HEADER: Final = "Idempotency-Key"
KEPT: Final = timedelta(days=1)
AT_WORK: Final = timedelta(
    minutes=5
)  # longer than any request lives; what claimed before and never answered has died
LONGEST_KEY: Final = 200
PURPOSE: Final = "idempotency"
Operation = Callable[..., Any]
Again = Callable[[HttpRequest, UUID], dict[str, Any]]


class KeyReused(Conflict):
    code = "idempotency_key_reused"


def once(operation: Operation) -> Operation:
    """Honour the header on a writing operation. Without it, the operation just runs."""
    return _once(operation, None)


def once_made(again: Again) -> Callable[[Operation], Operation]:
    """The same for an operation that makes something with an end of its own: `again` answers for it by its id, as a read would."""
    return lambda operation: _once(operation, again)


def _once(operation: Operation, again: Again | None) -> Operation:
    @wraps(operation)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return operation(request, *args, **kwargs)
        if not key or len(key) > LONGEST_KEY:
            raise BadInput(f"An {HEADER} has 1 to {LONGEST_KEY} characters.")
        row, fresh = _claim(request, key)
        if not fresh:
            return _replay(request, row, again)
        try:
            answer = operation(request, *args, **kwargs)
        except BaseException:  # edge: whatever it was, the key is free again and the error goes on
            _forget(row)
            raise
        _keep(row, answer, again)
        return answer

    return wrapped


def _claim(request: HttpRequest, key: str) -> tuple[IdempotentWrite, bool]:
    account_id = holder_of(request).account_id
    asked = sha256(b"\0".join((str(request.method).encode(), request.path.encode(), request.body))).digest()
    hashed = sha256(key.encode()).digest()
    now = clock().now()
    with tenant(account_id):
        mine = IdempotentWrite.objects.filter(account_id=account_id, key_sha256=hashed)
        mine.filter(created_at__lt=now - KEPT).delete()
        mine.filter(status=None, created_at__lt=now - AT_WORK).delete()
        row = IdempotentWrite(
            id=new_id(clock()), account_id=account_id, key_sha256=hashed, request_sha256=asked, created_at=now
        )
        IdempotentWrite.objects.bulk_create([row], ignore_conflicts=True)
        found = mine.get()
    return found, found.id == row.id


def _replay(request: HttpRequest, row: IdempotentWrite, again: Again | None) -> HttpResponse:
    asked = sha256(b"\0".join((str(request.method).encode(), request.path.encode(), request.body))).digest()
    if bytes(row.request_sha256) != asked:
        raise KeyReused(f"This {HEADER} was used for another request. Choose a new one.")
    if row.status is None or row.body_sealed is None:
        raise Conflict("The first request with this key is still being worked on. Try again in a moment.")
    body = open_(_key(row), bytes(row.body_sealed), aad=_place(row))
    if again is not None:
        body = _as_json(again(request, UUID(orjson.loads(body)["id"])))
    response = HttpResponse(body, status=row.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response


def _keep(row: IdempotentWrite, answer: Any, again: Again | None) -> None:
    status, body = (answer.status_code, answer.value) if isinstance(answer, Status) else (200, answer)
    data = b"" if body is None else _as_json(body if again is None else {"id": body["id"]})
    with tenant(row.account_id):
        IdempotentWrite.objects.filter(account_id=row.account_id, id=row.id).update(
            status=status, body_sealed=seal(_key(row), data, aad=_place(row))
        )


def _as_json(body: Any) -> bytes:
    return orjson.dumps(body, default=str, option=orjson.OPT_UTC_Z)


def _forget(row: IdempotentWrite) -> None:
    with tenant(row.account_id):
        IdempotentWrite.objects.filter(account_id=row.account_id, id=row.id).delete()


def _key(row: IdempotentWrite) -> bytes:
    return vault().account_key(row.account_id, PURPOSE)


def _place(row: IdempotentWrite) -> bytes:
    return aad(row.account_id, "accounts_idempotentwrite", row.id, "body")
