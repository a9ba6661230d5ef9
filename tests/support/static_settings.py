"""The settings as type checking and `makemigrations` need them: every app, no installation."""

from pathlib import Path

from ringfence.core.config import Config, DatabaseUrls, install

_nowhere = Path("/nonexistent")

install(
    Config(
        data_dir=_nowhere,
        run_dir=_nowhere,
        root_key_path=_nowhere,
        keyring_url="",
        ledger_url="",
        object_store_url="",
        database_urls=DatabaseUrls(web="postgresql://nobody@/nowhere"),
        secret_key="type checking signs nothing, but Django wants fifty characters",
    )
)

from ringfence.web.settings import *  # noqa: E402, F403 - the settings read what was just installed
