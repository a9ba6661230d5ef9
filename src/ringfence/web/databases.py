"""A libpq URL as Django's database settings."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

_MOVED = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
KEPT_OPEN_S = 600
PREPARED_AFTER = 5  # uses of a statement; felt by our own cursors alone, Django's put values into the text


def database(url: str) -> dict[str, Any]:
    """The settings of one connection. Everything in `url` that Django has no name for goes to libpq as it is."""
    parts = conninfo_to_dict(url)
    settings: dict[str, Any] = {_MOVED[k]: str(v) for k, v in parts.items() if k in _MOVED}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": KEPT_OPEN_S,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "prepare_threshold": PREPARED_AFTER,
            **{k: v for k, v in parts.items() if k not in _MOVED},
        },
        **settings,
    }
