"""Plans are changed and swept: every test has a database of its own."""

from tests.db.lifecycle.sweep.conftest import broom, database

__all__ = ["broom", "database"]
