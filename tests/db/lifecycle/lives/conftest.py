"""A life is lived in a database, an object store and a ledger of its own."""

from tests.db.lifecycle.backups.conftest import database

__all__ = ["database"]
