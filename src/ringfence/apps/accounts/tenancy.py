"""Whose rows a transaction may see.

    with tenant(account_id):
        calls = list(Call.objects.filter(account_id=account_id, …))

The setting is LOCAL to one transaction: a session-level SET would travel to the next borrower of the connection.
A queryset is lazy, and one that is first read after the block would find nothing and say nothing; `guard` turns that
silence into `NoTenant`. Fetch inside the block, hand plain values out.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ringfence.apps.accounts.errors import NoTenant, OtherTenant
from ringfence.apps.rows.cursor import set_tenant
from ringfence.apps.rows.purpose import demand

# Of no account: people, who may belong to several; the policy and what is measured about it, which are everybody's;
# the sweeps, which go over all; how much of the erasure ledger the database knows.
OUTSIDE: Final = frozenset(
    {
        "analytics.view", "analytics.day", "analytics.mark", "analytics.choice",
        "accounts.user", "keys.enteredmark", "keys.forgedrow", "policies.enforcedpolicy", "assurance.measurement", "sweeps.sweep", "sweeps.clockmark",
        "calls.ledgermark", "people.session", "people.place", "people.identity", "people.profile", "people.signup", "people.errand", "people.mail",
        "people.count", "recipients.house", "recipients.housepassage", "recipients.houserefusal",
        "staff.person", "staff.deed",
    }
)  # fmt: skip

_current: ContextVar[UUID | None] = ContextVar("ringfence_tenant", default=None)


@contextmanager
def tenant(account_id: UUID) -> Iterator[None]:
    """A transaction in which the rows of `account_id`, and no others, exist.

    Within itself it may be opened again for the same account and joins that transaction. Raises `OtherTenant` for
    another account, and RuntimeError inside a transaction that was opened without a tenant.
    """
    outer = _current.get()
    if outer is not None:
        if outer != account_id:
            raise OtherTenant("Finish with one account before opening another.")
        with transaction.atomic(savepoint=False):
            yield
        return
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            set_tenant(cursor, account_id)
        mark = _current.set(account_id)
        try:
            yield
        finally:
            _current.reset(mark)


def current_tenant() -> UUID | None:
    """The account of the enclosing `tenant` block, if there is one."""
    return _current.get()


def guard(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """Make a serving connection refuse statements on fenced tables outside `tenant`, and on personal ones for a purpose that may
    not use them. A receiver of connection_created.
    """
    if connection.settings_dict.get("USER") == "rf_owner" or _refuse_silence in connection.execute_wrappers:
        return
    connection.execute_wrappers.append(_refuse_silence)


def guarded(connection: BaseDatabaseWrapper) -> bool:
    """Whether statements of this connection are held against tenant and purpose."""
    return _refuse_silence in connection.execute_wrappers


def fenced_tables() -> frozenset[str]:
    """Every table whose rows belong to an account, as the models say."""
    return frozenset(
        model._meta.db_table  # noqa: SLF001 - Django's public API
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("ringfence.apps.")  # noqa: SLF001
        and model._meta.label_lower not in OUTSIDE  # noqa: SLF001
    )


def _refuse_silence(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if _current.get() is None and _names_fenced_table(sql):
        raise NoTenant("Open `tenant(account_id)` first, and read querysets to their end inside it.")
    demand(sql)
    return execute(sql, params, many, context)


def _names_fenced_table(sql: str) -> bool:
    return _pattern().search(sql) is not None


def _pattern(_cache: list[re.Pattern[str]] = []) -> re.Pattern[str]:  # noqa: B006 - made once, when the models are there
    if not _cache:
        _cache.append(re.compile(r"\b(?:" + "|".join(sorted(fenced_tables())) + r")\b"))
    return _cache[0]
