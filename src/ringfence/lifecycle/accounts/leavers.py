"""People whom their last account removed: they go, with their sessions, factors and settled invitations. Runs as rf_worker.

They belonged to accounts, and none is left whose erasure would take them along (keep.account). Somebody who was made a moment ago may
be on the way into an account, and somebody of the operator's is kept as staff are. A person who is made a member at this very moment
stays: whoever adds them holds their row.
"""

from datetime import timedelta
from typing import Any, Final

from ringfence.apps.people.sessionstore import read
from ringfence.core.clock import Clock
from ringfence.lifecycle.doors import Transactions

ON_THE_WAY: Final = timedelta(days=1)
_LEFT: Final = "SELECT * FROM lookup.people_who_left(%s)"
_SESSIONS: Final = "SELECT session_key, session_data FROM django_session"
_END_SESSIONS: Final = "DELETE FROM django_session WHERE session_key = ANY(%s)"
_ERASE: Final = "SELECT lookup.erase_people_who_left(%s)"


def erase_leavers(database: Transactions, clock: Clock) -> int:
    """How many went. Again changes nothing."""
    made_before = clock.now() - ON_THE_WAY
    with database.transaction() as cursor:
        left = {str(row[0]) for row in cursor.execute(_LEFT, (made_before,)).fetchall()}
        if not left:
            return 0
        end_sessions(cursor, left)
        row = cursor.execute(_ERASE, (made_before,)).fetchone()
    return row[0] if row else 0


def end_sessions(cursor: Any, people: set[str]) -> None:
    """Sessions of these people, by their ids, while it is known whose they are."""
    ended = [key for key, data in cursor.execute(_SESSIONS).fetchall() if person_of(key, data) in people]
    cursor.execute(_END_SESSIONS, (ended,))


def person_of(session_key: str, session_data: str) -> str:
    """The id of whoever's session it is; empty for nobody's."""
    person: str = read(session_key, session_data).get("_auth_user_id", "")
    return person
