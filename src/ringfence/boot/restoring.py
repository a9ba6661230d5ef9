"""`ringfence restore`: a backup into an empty installation, and the erasure ledger over it, before anything is served.

Steps, each safe to repeat from the beginning: begin, load, bring, replay, finish. A restore that was killed leaves the file
`restoring`: nothing starts over it, and the next restore begins anew. The root key, the keyring and the ledger are not in any
backup; they have to be in their places.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson

from ringfence.apps.calls.objects import Objects
from ringfence.boot import dump, environment, migrate
from ringfence.boot.backing_up import server_of
from ringfence.boot.supervisor import claim
from ringfence.boot.wiring import configure, open_vault
from ringfence.core.config import Config
from ringfence.core.errors import Conflict, NotFound
from ringfence.lifecycle.backup import archive, run
from ringfence.lifecycle.backup.targets import find
from ringfence.vault.rootkey import FileRootKey

RESTORING: Final = "restoring"
Ask = Callable[..., dict[str, Any]]


class NotEmpty(Conflict):
    """There is an installation already."""

    code = "not_empty"


class NoKeys(NotFound):
    """What opens a backup is not in its place."""

    code = "no_keys"


class Interrupted(Conflict):
    """A restore was begun here and did not end."""

    code = "restore_interrupted"


def refuse_half_restored(data_dir: Path) -> None:
    """Raise Interrupted over what a killed restore left."""
    if (data_dir / RESTORING).exists():
        raise Interrupted(
            "A restore was interrupted here, so nothing is started. Run `ringfence restore FROM` again."
        )


def restore(source: str, progress: archive.Progress, ask: Ask) -> dict[str, Any]:
    """Restore a backup; what came back, and how many erasures were done again. `ask` runs one of our commands."""
    _keys_first()
    config = configure("owner")
    target, name = find(source)
    begin(config)
    held = claim(config.data_dir)
    server = server_of(config)
    try:
        with run.opened(target, name, open_vault(config)) as pieces:
            server.start()
            migrate.make_logins(server, FileRootKey.load(config.root_key_path))
            counts = load(config, server.make_database(), pieces, progress)
        bring(ask)
        replayed = ask("ledger", "replay", "--json")
        finish(config)
    finally:
        server.stop()
        os.close(held)
    return {"name": name, **counts, "deleted_again": replayed["count"]}


def begin(config: Config) -> None:
    """Say that a restore is going on here; clear away what an interrupted one left. Raises NotEmpty."""
    mark, database, objects = config.data_dir / RESTORING, config.data_dir / "postgres", _folder(config)
    if not environment.embedded():
        raise NotEmpty(
            "Restore works on the embedded database. For another one, unset DATABASE_URL, restore, and move it there."
        )
    if mark.exists():
        shutil.rmtree(database, ignore_errors=True)
        if objects is not None:
            shutil.rmtree(objects, ignore_errors=True)
    if database.exists() or (objects is not None and objects.exists() and any(objects.iterdir())):
        raise NotEmpty(
            "There is an installation in RINGFENCE_DATA already. Restore into an empty folder, "
            "with the root key, the keyring and the ledger beside it."
        )
    mark.touch(mode=0o600)


def load(config: Config, url: str, pieces: Any, progress: archive.Progress) -> dict[str, Any]:
    """Database and objects, as they come. What breaks off halfway is not served: the mark of the restore stays."""
    store, said = Objects(config.object_store_url), dict[str, Any]()
    with dump.loading(url) as pipe:
        for name, content in pieces:
            if name.startswith(archive.DATABASE):
                data = content.read()
                pipe.write(data)
                progress("database", len(data))
            elif name.startswith(archive.OBJECTS):
                if not pipe.closed:
                    pipe.close()
                progress("objects", _put(config, store, archive.object_of(name), content))
            elif name == archive.LAST:
                said = orjson.loads(content.read())
    return said


def bring(ask: Ask) -> None:
    """The schema to this version's."""
    ask("migrate", "--json")


def finish(config: Config) -> None:
    (config.data_dir / RESTORING).unlink(missing_ok=True)


def _put(config: Config, store: Objects, name: str, content: Any) -> int:
    """One object, by way of a file that is as sealed as the object is."""
    draft = config.data_dir / "restored.part"
    try:
        with draft.open("wb") as file:
            shutil.copyfileobj(content, file, archive.PIECE)
        return store.put(name, draft)
    finally:
        draft.unlink(missing_ok=True)


def _folder(config: Config) -> Path | None:
    """The objects' folder, if it is one."""
    url = config.object_store_url
    return None if "://" in url and not url.startswith("file://") else Path(url.removeprefix("file://"))


def _keys_first() -> None:
    """A new root key would open nothing: the old one must be there before anything is made. Raises NoKeys."""
    path = environment.root_key_path()
    if not path.exists():
        raise NoKeys(
            f"There is no root key at {path}. Bring the root key, the keyring and the ledger of the installation first."
        )
