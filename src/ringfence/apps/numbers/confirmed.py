"""Numbers that members confirmed to be theirs: a code goes to the number, and comes back through the console."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.wiring import vault
from ringfence.apps.numbers.e164 import e164
from ringfence.apps.numbers.errors import CodeOver, NoSuchNumber, NotCalled, TooManyCodes, WrongCode
from ringfence.apps.numbers.may_dial import may_dial
from ringfence.apps.numbers.models import ConfirmedNumber
from ringfence.apps.numbers.suppressions import is_suppressed
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.blind import number_index
from ringfence.vault.seal import aad, open_, seal

CODE_DIGITS: Final = 6
CODE_LASTS: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 5
MOST_CODES: Final = 5
MOST_CODES_OF_ACCOUNT: Final = 30
CODES_COUNT_FOR: Final = timedelta(days=1)
_TABLE: Final = "numbers_confirmednumber"


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code to be spoken or sent to the number, and to nobody else."""

    id: UUID
    number: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmedFacts:
    """A number as its member sees it. `confirmed_at` of None: the code has not come back yet."""

    id: UUID
    user_id: UUID
    label: str
    number: str = field(repr=False)
    confirmed_at: datetime | None


def request_code(account_id: UUID, user_id: UUID, number: str, *, clock: Clock, label: str = "") -> SentCode:
    """A fresh code for a number; an earlier one is void. Raises `BadNumber`, `NotCalled`, `TooManyCodes`."""
    number = e164(number)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    with tenant(account_id):
        _refuse_uncallable(account_id, number)
        _forget_yesterday(account_id, clock)
        row = _row(account_id, user_id, number, clock)
        _refuse_floods(account_id, row)
        row.number_sealed = _seal(account_id, row.id, number)
        row.code_hash = _code_hash(account_id, row.id, code)
        row.code_expires_at = clock.now() + CODE_LASTS
        row.attempts = 0
        row.codes_sent += 1
        row.user_id, row.label = user_id, label
        row.save()
        record(account_id, Act.CODE_REQUESTED, Thing("confirmed", str(row.id)))
    return SentCode(row.id, number, code)


def confirm(account_id: UUID, confirmed_id: UUID, code: str, clock: Clock) -> None:
    """Take a code back. Raises `WrongCode` with tries left, `CodeOver` without, `NoSuchNumber`.

    A wrong try is counted before it is answered, so that trying in parallel gains nothing.
    """
    with tenant(account_id):
        mine = ConfirmedNumber.objects.filter(account_id=account_id, id=confirmed_id)
        tried = mine.filter(attempts__lt=MOST_ATTEMPTS, code_expires_at__gt=clock.now()).update(
            attempts=F("attempts") + 1
        )
        row = mine.first()
        right = bool(tried and row) and _matches(account_id, row, code)
        if right:
            mine.update(
                confirmed_at=clock.now(), code_hash=None, code_expires_at=None, attempts=0, codes_sent=0
            )
            record(account_id, Act.NUMBER_CONFIRMED, Thing("confirmed", str(confirmed_id)))
    if row is None:
        raise NoSuchNumber("There is no such number.")
    if not tried:
        raise CodeOver("This code is too old or was tried too often. Ask for a new one.")
    if not right:
        raise WrongCode("That is not the code.")


def is_confirmed(account_id: UUID, number: str) -> bool:
    """Whether a member confirmed `number` (E.164)."""
    with tenant(account_id):
        rows = ConfirmedNumber.objects.filter(
            account_id=account_id, number_index=_index(account_id, number), confirmed_at__isnull=False
        )
        return rows.first() is not None


def confirmed_numbers(account_id: UUID) -> tuple[ConfirmedFacts, ...]:
    """All of them, opened, newest first; the unconfirmed too."""
    with tenant(account_id):
        rows = list(
            ConfirmedNumber.objects.filter(account_id=account_id).exclude(number_sealed=b"").order_by("-id")
        )
    return tuple(
        ConfirmedFacts(row.id, row.user_id, row.label, _open(account_id, row), row.confirmed_at)
        for row in rows
    )


def remove_confirmed(account_id: UUID, confirmed_id: UUID) -> None:
    """Forget a number. Raises `NoSuchNumber`. That codes were sent to it is remembered for a day, without the number."""
    with tenant(account_id):
        mine = ConfirmedNumber.objects.filter(account_id=account_id, id=confirmed_id).exclude(
            number_sealed=b""
        )
        gone, _ = mine.filter(codes_sent=0).delete()
        gone += mine.update(number_sealed=b"", label="", code_hash=None, confirmed_at=None)
        if gone:
            record(account_id, Act.CONFIRMED_FORGOTTEN, Thing("confirmed", str(confirmed_id)))
    if not gone:
        raise NoSuchNumber("There is no such number.")


def _refuse_uncallable(account_id: UUID, number: str) -> None:
    """A code is a call, too: nobody who asked not to be called gets one."""
    with connection.cursor() as cursor:
        decision = may_dial(
            number, confirmed=True, suppressed=is_suppressed(cursor, vault(), account_id, number)
        )
    if not decision:
        raise NotCalled(decision.sentence)


def _forget_yesterday(account_id: UUID, clock: Clock) -> None:
    past = ConfirmedNumber.objects.filter(
        account_id=account_id, code_expires_at__lt=clock.now() - CODES_COUNT_FOR
    )
    past.filter(number_sealed=b"").delete()
    past.update(codes_sent=0)


def _row(account_id: UUID, user_id: UUID, number: str, clock: Clock) -> ConfirmedNumber:
    """The number's row, locked; made if there is none."""
    index, row_id = _index(account_id, number), new_id(clock)
    fresh = ConfirmedNumber(
        id=row_id,
        account_id=account_id,
        user_id=user_id,
        number_sealed=b"",
        number_index=index,
        created_at=clock.now(),
    )
    ConfirmedNumber.objects.bulk_create([fresh], ignore_conflicts=True)
    return ConfirmedNumber.objects.select_for_update().get(account_id=account_id, number_index=index)


def _refuse_floods(account_id: UUID, row: ConfirmedNumber) -> None:
    sent = ConfirmedNumber.objects.filter(account_id=account_id).aggregate(sum=Sum("codes_sent"))["sum"] or 0
    if row.codes_sent >= MOST_CODES or sent >= MOST_CODES_OF_ACCOUNT:
        raise TooManyCodes("Too many codes were sent today. Try again tomorrow.")


def _matches(account_id: UUID, row: ConfirmedNumber | None, code: str) -> bool:
    if row is None or row.code_hash is None:
        return False
    return hmac.compare_digest(bytes(row.code_hash), _code_hash(account_id, row.id, code.strip()))


def _index(account_id: UUID, number: str) -> bytes:
    return number_index(vault().account_key(account_id, "confirmed"), number)


def _code_hash(account_id: UUID, row_id: UUID, code: str) -> bytes:
    return number_index(vault().account_key(account_id, "codes"), f"{row_id}:{code}")


def _seal(account_id: UUID, row_id: UUID, number: str) -> bytes:
    return seal(
        vault().account_key(account_id, "contacts"),
        number.encode(),
        aad=aad(account_id, _TABLE, row_id, "number_sealed"),
    )


def _open(account_id: UUID, row: ConfirmedNumber) -> str:
    return open_(
        vault().account_key(account_id, "contacts"),
        bytes(row.number_sealed),
        aad=aad(account_id, _TABLE, row.id, "number_sealed"),
    ).decode()
