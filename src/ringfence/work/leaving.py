"""The gate's books as the database keeps them (the port `egress.proxy.Book`), and telling an account's trail what was refused."""

from typing import Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.recipients import book
from ringfence.core.clock import Clock
from ringfence.egress.proxy import Line, Note
from ringfence.egress.recipients import Going, Recipient
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_refusals()"
_UNTOLD: Final = (
    "SELECT id FROM recipients_refusal WHERE account_id = %s AND told_at IS NULL ORDER BY id LIMIT 1000"
)
_TOLD: Final = "UPDATE recipients_refusal SET told_at = %s WHERE account_id = %s AND id = ANY(%s)"


class Books:
    """Runs as the login rf_gate. Every method raises DatabaseAway while PostgreSQL does not answer: then nothing leaves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._houses: set[UUID] = set()

    def find(self, going: Going, host: str, port: int) -> Recipient | None:
        with self._database.transaction(going.account_id) as cursor:
            return book.find(cursor, going, host, port)

    def begun(self, recipient: Recipient, going: Going) -> None:
        if recipient.account_id is None:
            self._houses.add(recipient.id)
        self._add(recipient.id, going, (1, 0, 0))

    def carried(self, lines: list[Line]) -> None:
        for line in lines:
            self._add(line.recipient_id, line.going, (0, line.sent, line.received))

    def refused(self, note: Note) -> None:
        account_id = note.going.account_id if note.going else None
        with self._database.transaction(account_id) as cursor:
            book.refused(cursor, note.going, note.host, note.port, note.reason, self._clock.now())

    def _add(self, recipient_id: UUID, going: Going, counts: tuple[int, int, int]) -> None:
        house = recipient_id in self._houses
        with self._database.transaction(None if house else going.account_id) as cursor:
            book.carried(cursor, recipient_id, going, self._clock.now(), counts, house=house)


def tell_refusals(database: Database, vault: Vault) -> int:
    """Write what was refused into the trails of those whose data it was; how many lines. Once for each place, reason and day."""
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_ACCOUNTS).fetchall()]
    return sum(_tell(database, vault, account_id) for account_id in accounts)


def _tell(database: Database, vault: Vault, account_id: UUID) -> int:
    with database.transaction(account_id) as cursor:
        ids = [row[0] for row in cursor.execute(_UNTOLD, (account_id,)).fetchall()]
        if ids:
            note(
                cursor, vault, account_id, Act.LEAVING_REFUSED, *(Thing("refusal", str(each)) for each in ids)
            )
            cursor.execute(_TOLD, (vault.clock.now(), account_id, ids))
    return len(ids)
