"""The database as the operator's console sees it: as the login rf_staff, which selects no sealed part of a call."""

from ringfence.core.config import current
from ringfence.work.database import Database

_open: dict[str, Database] = {}


def rows() -> Database:
    """The connections of the process. Raises NotConfigured where the console has no login."""
    url = current().database_urls.of("staff")
    if url not in _open:
        _open[url] = Database(url)
        _open[url].open()
    return _open[url]


def close() -> None:
    """Let go of every connection."""
    while _open:
        _open.popitem()[1].close()
