"""With what the running installation was started: a command of another shell, whose environment says otherwise, asks it.

`ringfence up` writes a file into its run folder, which is its user's alone, once it is ready; there is nothing secret in it. What a
killed run left is taken away by the next start, and until then there is nothing to ask. On a fleet the environment counts.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from ringfence.boot import environment
from ringfence.core.config import Config

FILE: Final = "settings.json"
SAID: Final = (
    "port", "http_port", "public_url", "privacy_address", "tls_chain", "object_store_url", "keyring_url", "ledger_url", "nearby",
    "try_direct",
)  # fmt: skip


def say(config: Config) -> None:
    """Write down with what this installation runs."""
    values: dict[str, Any] = {name: getattr(config, name) for name in SAID}
    draft = _file(config).with_suffix(".part")
    draft.write_bytes(orjson.dumps(values, default=str))
    draft.rename(_file(config))


def forget(config: Config) -> None:
    """It runs no longer."""
    _file(config).unlink(missing_ok=True)


def as_it_runs(config: Config) -> Config:
    """The settings with which the installation of this data folder runs; those of the environment where nobody said."""
    if not environment.embedded():
        return config
    try:
        said: dict[str, Any] = orjson.loads(_file(config).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return config
    known = {name: value for name, value in said.items() if name in SAID}
    if known.get("tls_chain") is not None:
        known["tls_chain"] = Path(known["tls_chain"])
    return replace(config, **known)


def _file(config: Config) -> Path:
    return config.run_dir / FILE
