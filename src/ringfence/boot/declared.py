"""No process serves over a database that holds what nobody declared (collect.nothing-else), nor under a policy that is
not written down (publish.policy).

One query, at `ringfence migrate` and at the start of each role.
"""

from datetime import date
from typing import Any, Final

import psycopg
import structlog

from ringfence.apps.rows.schema import LIVE, tables
from ringfence.boot import logs
from ringfence.boot.clock import SystemClock
from ringfence.policy.catalogue import Catalogue, PlaceKind, catalogue, compare, explain, lapsed
from ringfence.policy.errors import BadPolicy, Undeclared
from ringfence.policy.load import load, source
from ringfence.vault.seal import KEY_BYTES

CIPHER: Final = "AES"


def enforce(database_url: str) -> None:
    """What a role does before it serves: `check`, and write down which policy is in force from now on. Django is up."""
    from ringfence.apps.policies.enforced import remember

    check(database_url)
    clock = SystemClock()
    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        if remember(cursor, load(), source(), clock):
            structlog.get_logger().info("a version of the policy is in force", code=load().version)


def live_schema(connection: psycopg.Connection[Any]) -> dict[str, dict[str, str]]:
    """Every table that is there: column → type."""
    return tables(connection.execute(LIVE).fetchall())


def check(database_url: str) -> None:
    """Raise Undeclared, with the lines to add, unless what rests and what is logged is exactly what is declared."""
    known = catalogue()
    with psycopg.connect(database_url) as connection:
        live = live_schema(connection)
    if found := compare(known, live):
        raise Undeclared(explain(found, known, live))
    _check_logs(known)
    _check_walls()
    _warn(known, SystemClock().now().date())


def _check_logs(known: Catalogue) -> None:
    declared = known.of(PlaceKind.LOG)["lines"].fields
    if differing := sorted(set(logs.DECLARED) ^ set(declared)):
        raise Undeclared(
            f"boot/logs.py and [log.lines.fields] in installation.toml differ in: {', '.join(differing)}."
        )
    if unfit := sorted(name for name, field in declared.items() if not field.loggable):
        raise Undeclared(f"These keys are declared as what no log may hold: {', '.join(unfit)}.")


def _check_walls() -> None:
    """The keys that are used are as long as the policy says; the front takes the version of TLS from it."""
    guard = load().guard
    if (guard.cipher, guard.bits) != (CIPHER, KEY_BYTES * 8):
        raise BadPolicy(
            1, f"[guard] promises {guard.cipher}-{guard.bits}; the vault seals with AES-256 and nothing else."
        )


def _warn(known: Catalogue, today: date) -> None:
    if ended := lapsed(known, today):
        structlog.get_logger().warning("exemptions of the catalogue have lapsed", count=len(ended))
