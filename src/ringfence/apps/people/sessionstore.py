"""Django's sessions, so that the table gives nobody a session: neither the cookie's value nor what a row says can be used.

Rows stand under a keyed hash of the cookie's value, and their content is signed for that row alone: whoever reads the table
knows no cookie, and somebody else's content in one's own row is nothing.
"""

from typing import Any, Final

from django.contrib.sessions.backends.db import SessionStore as Rows

from ringfence.apps.keys.wiring import vault
from ringfence.vault.people import mark_of

KEY_DIGITS: Final = 40  # as long as Django's column


def stored(session_key: str) -> str:
    """Under what a session's row stands."""
    return mark_of(vault().root, "session", session_key).hex()[:KEY_DIGITS]


def read(row_key: str, data: str) -> dict[str, Any]:
    """What the row of this key says; nothing if it was not written for it."""
    store = SessionStore()
    store.row_key = row_key
    found: dict[str, Any] = store.decode(data)
    return found


class SessionStore(Rows):
    row_key: str | None = None

    @property
    def key_salt(self) -> str:
        return f"ringfence.session/{self.row_key or stored(self._key())}"

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(stored(key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored(self._key())
        row.expire_date = self.get_expiry_date(modification=vault().clock.now())  # one clock writes and reads
        return row

    def load(self) -> dict[str, Any]:
        key = self.session_key
        rows = self.model.objects.filter(session_key=stored(key or ""), expire_date__gt=vault().clock.now())
        row = rows.first() if key else None
        if row is None:
            self._session_key = None
            return {}
        said: dict[str, Any] = self.decode(row.session_data)
        return said

    def _key(self) -> str:
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]  # Django's, for engines
        return key
