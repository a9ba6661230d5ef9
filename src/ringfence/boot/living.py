"""Lives and plans in a worker: what an owner confirmed is carried out on time. Imported once Django is up."""

import asyncio
from typing import Final

import structlog

from ringfence.apps.billing.usage import BILLING
from ringfence.apps.consents.records import forget_old
from ringfence.apps.rows.purpose import reading_for
from ringfence.boot.trail import Step
from ringfence.lifecycle.accounts.erasure import Eraser, erase_due
from ringfence.lifecycle.holds.holds import Holds
from ringfence.lifecycle.plans.billing import bill, forget
from ringfence.lifecycle.plans.changing import Plans
from ringfence.lifecycle.sweep.sweeper import Sweeper
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

CHANGE_S: Final = 10.0
HOLD_S: Final = 30.0
BILL_S: Final = 3600.0
LET_GO_S: Final = 1800.0
ERASE_S: Final = 60.0
SETTLE_S: Final = 300.0
_TO_ERASE: Final = "SELECT * FROM lookup.accounts_to_erase(%s)"
_CHANGES: Final = "SELECT * FROM lookup.accounts_with_changes(%s)"
_HOLDS: Final = "SELECT * FROM lookup.accounts_with_holds_to_see_to()"
_TO_BILL: Final = "SELECT * FROM lookup.accounts_to_bill()"
_OLD_INVOICES: Final = "SELECT * FROM lookup.accounts_with_old_invoices(%s)"
_OLD_CONSENTS: Final = "SELECT * FROM lookup.accounts_with_old_consents(%s)"
_UNSETTLED: Final = "SELECT * FROM lookup.accounts_with_unsettled_erasures(%s)"


def life_jobs(
    vault: Vault, database: Database, sweeper: Sweeper, biller: Database | None
) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def change() -> None:
        await asyncio.to_thread(change_plans, database, vault)

    async def hold() -> None:
        await asyncio.to_thread(see_to_holds, database, vault)

    async def bill_all() -> None:
        if biller is None:
            structlog.get_logger().error("no invoices are made: BILLING_DATABASE_URL is not set")
        else:
            await asyncio.to_thread(close_months, biller, vault, sweeper)

    async def let_go() -> None:
        await asyncio.to_thread(forget_consents, database, vault, sweeper)

    async def erase() -> None:
        await asyncio.to_thread(erase_accounts, database, vault, sweeper)

    async def look_again() -> None:
        await asyncio.to_thread(settle_accounts, database, vault)

    return [
        (change, CHANGE_S),
        (hold, HOLD_S),
        (bill_all, BILL_S),
        (let_go, LET_GO_S),
        (erase, ERASE_S),
        (look_again, SETTLE_S),
    ]


def change_plans(database: Database, vault: Vault) -> None:
    """Put lower plans into force whose time has come, and let every row follow what was changed."""
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_CHANGES, (vault.clock.now(),)).fetchall()]
    for account_id in accounts:
        Plans(database, vault).carry_on(account_id)


def see_to_holds(database: Database, vault: Vault) -> None:
    """Name the calls that came, release what has come to its end, let go of what was released."""
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_HOLDS).fetchall()]
    for account_id in accounts:
        Holds(database, vault).carry_on(account_id)


def close_months(database: Database, vault: Vault, sweeper: Sweeper) -> None:
    """An invoice for each month that is over; those whose years have passed go, unless the clock is in doubt.

    `database` is rf_billing's, which can see no call.
    """
    with reading_for(BILLING):
        _close_months(database, vault, sweeper)


def _close_months(database: Database, vault: Vault, sweeper: Sweeper) -> None:
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_TO_BILL).fetchall()]
        old = [row[0] for row in cursor.execute(_OLD_INVOICES, (vault.clock.now(),)).fetchall()]
    for account_id in accounts:
        bill(database, vault.clock, account_id)
    if old and sweeper.look_at_clock() is None:
        for account_id in old:
            forget(database, vault.clock, account_id)


def forget_consents(database: Database, vault: Vault, sweeper: Sweeper) -> None:
    """Records of consent and opt-out whose years have passed go, unless the clock is in doubt."""
    with database.transaction() as cursor:
        old = [row[0] for row in cursor.execute(_OLD_CONSENTS, (vault.clock.now(),)).fetchall()]
    if old and sweeper.look_at_clock() is None:
        for account_id in old:
            with database.transaction(account_id) as cursor:
                forget_old(cursor, account_id, vault.clock.now())


def erase_accounts(database: Database, vault: Vault, sweeper: Sweeper) -> int:
    """Erase whose days of grace are over. A clock that is not believed erases nobody."""
    if sweeper.look_at_clock() is not None:
        return 0
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_TO_ERASE, (vault.clock.now(),)).fetchall()]
    return erase_due(Eraser.here(database, vault), accounts)


def settle_accounts(database: Database, vault: Vault) -> None:
    """Look once more for what late writers may have brought back of accounts that are gone."""
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_UNSETTLED, (vault.clock.now(),)).fetchall()]
    for account_id in accounts:
        Eraser.here(database, vault).settle(account_id)
