"""Sending what waits, and taking away what is over: sign-ups nobody confirmed, links, counts, sessions of long ago.

A mail goes once its sealed row was committed, and its row goes once a mail server took it; a worker killed in between sends it
again, under the same Message-ID. Without a mail server nothing is sent, and nothing waits for longer than a day.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from ringfence.apps.rows.purpose import reading_for
from ringfence.core.personal import Category
from ringfence.egress.gate import Gate, Way
from ringfence.egress.letters import Letter, message
from ringfence.egress.recipients import Going, Kind
from ringfence.egress.smtp import MailRefused, Relay
from ringfence.vault.people import open_of_person
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

COLUMN: Final = "mail"
AT_ONCE: Final = 20
SESSIONS_KEPT: Final = timedelta(days=60)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_NEXT: Final = """
SELECT id, sealed, tries FROM people_mail WHERE next_at <= %s AND expires_at > %s ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_SENT: Final = "DELETE FROM people_mail WHERE id = %s"
_LATER: Final = "UPDATE people_mail SET tries = tries + 1, next_at = %s WHERE id = %s"
_OVER: Final = "DELETE FROM people_count WHERE expires_at <= %s"
_TIDY: Final = (
    "DELETE FROM people_mail WHERE expires_at <= %(now)s",
    "DELETE FROM people_signup WHERE expires_at <= %(now)s",
    "DELETE FROM people_errand WHERE expires_at <= %(now)s",
    "DELETE FROM socialaccount_socialaccount WHERE lookup.account_of_sign_on(substr(provider, 5)::uuid) IS NULL",
    "DELETE FROM people_identity WHERE lookup.account_of_sign_on(sign_on) IS NULL",
    "DELETE FROM people_session WHERE COALESCE(ended_at, seen_at) <= %(old)s",
)


def send_waiting(database: Database, vault: Vault, relay: Relay, gate: Gate) -> int:
    """Send what is due; how many mails went."""
    sent, way = 0, gate.way(Going(kind=Kind.MAIL, purpose="service", category=Category.ACCOUNT))
    for _ in range(AT_ONCE):
        with database.transaction() as cursor:
            now = vault.clock.now()
            cursor.execute(_NEXT, (now, now))
            row = cursor.fetchone()
            if row is None:
                break
            sent += _send(cursor, vault, relay, way, *row)
    return sent


def tidy(database: Database, vault: Vault) -> None:
    """Take away what is over."""
    now = vault.clock.now()
    with database.transaction() as cursor:
        for statement in _TIDY:
            cursor.execute(statement, {"now": now, "old": now - SESSIONS_KEPT})
        with reading_for("security"):
            cursor.execute(_OVER, (now,))


def _send(cursor: Any, vault: Vault, relay: Relay, way: Way, mail_id: UUID, sealed: bytes, tries: int) -> int:
    letter = Letter.unpacked(open_of_person(vault.root, mail_id, COLUMN, bytes(sealed)))
    mail = message(letter, sender=relay.sender, id=str(mail_id), at=vault.clock.now().timestamp())
    with suppress(MailRefused):
        relay.send(mail, way)
        cursor.execute(_SENT, (mail_id,))
        return 1
    pause = min(timedelta(seconds=10 * 2**tries), _LONGEST_PAUSE)
    cursor.execute(_LATER, (vault.clock.now() + pause, mail_id))
    structlog.get_logger().warning("the mail server did not take a mail", count=tries + 1)
    return 0
