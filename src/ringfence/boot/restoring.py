"""`ringfence restore`: a backup into an empty installation, and the erasure ledger over it, before anything is served.

Steps: look, begin, load, bring, replay, finish. The first reads the whole backup and touches nothing; the others are safe to repeat
from the beginning. A restore that was killed leaves the file `restoring`, which names the place of its objects: nothing starts over it, and the next restore begins
anew. The root key, the keyring and the ledger are not in any backup; they have to be in their places.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg

from ringfence.apps.calls.objects import Objects
from ringfence.boot import dump, environment, migrate
from ringfence.boot.backing_up import server_of
from ringfence.boot.half_restored import mark_of
from ringfence.boot.postgres import EmbeddedPostgres
from ringfence.boot.supervisor import claim
from ringfence.boot.wiring import configure, open_vault
from ringfence.core.config import Config
from ringfence.core.errors import Conflict, NotFound, RingfenceError
from ringfence.lifecycle.backup import archive, run
from ringfence.lifecycle.backup.targets import Target, find
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.vault import Vault

DRAFT: Final = "restored.part"
Ask = Callable[..., dict[str, Any]]


class NotEmpty(Conflict):
    """There is an installation already."""

    code = "not_empty"


class NoKeys(NotFound):
    """What opens a backup is not in its place."""

    code = "no_keys"


class NotRestored(RingfenceError):
    """A restore failed on its way; what it had made is cleared away."""

    code = "not_restored"


def restore(source: str, progress: archive.Progress, ask: Ask) -> dict[str, Any]:
    """Restore a backup; what came back, and how many erasures were done again. `ask` runs one of our commands.

    Raises what `archive.read` raises before anything is touched, and NotRestored once everything was cleared away again.
    """
    _keys_first()
    config = configure("owner")
    target, name = find(source)
    vault, server = open_vault(config), server_of(config)
    demand_empty(config)
    look(target, name, vault, progress)
    held = claim(config.data_dir)
    try:
        begin(config, server)
        try:
            with run.opened(target, name, vault) as pieces:
                counts = load(config, empty_database(config, server), pieces, progress)
            bring(ask)
            replayed = replay(ask)
        except (RingfenceError, OSError, psycopg.Error) as error:
            server.stop()
            clear(config, server)
            raise NotRestored(
                f"Nothing was restored, and RINGFENCE_DATA is as empty as before. {error} Mend that, or take another backup."
            ) from error
        finish(config)
    finally:
        server.stop()
        os.close(held)
    return {"name": name, **counts, "deleted_again": replayed}


def demand_empty(config: Config) -> None:
    """Raise NotEmpty over an installation, and over objects of anybody's. What a killed restore left is neither."""
    if not environment.embedded():
        raise NotEmpty(
            "Restore works on the embedded database. For another one, unset DATABASE_URL, restore, and move it there."
        )
    half = _half_restored(config)
    objects = _folder(config)
    others = objects is not None and _holds_any(objects) and half != config.object_store_url
    if others or ((config.data_dir / "postgres").exists() and half is None):
        raise NotEmpty(
            "There is an installation in RINGFENCE_DATA already. Restore into an empty folder, "
            "with the root key, the keyring and the ledger beside it."
        )


def look(target: Target, name: str, vault: Vault, progress: archive.Progress) -> None:
    """The whole backup, before anything of it rests here: one that is cut, changed or another's leaves everything as it was."""
    with run.opened(target, name, vault) as pieces:
        archive.check(pieces, progress)


def begin(config: Config, server: EmbeddedPostgres) -> None:
    """Clear away what an interrupted restore left, and say that one is going on here. Raises NotEmpty.

    The data folder is held: no other restore works here.
    """
    demand_empty(config)
    if _half_restored(config) is not None:
        clear(config, server)
    mark_of(config.data_dir).write_text(config.object_store_url)


def clear(config: Config, server: EmbeddedPostgres) -> None:
    """Everything that a restore makes goes; the mark last. A server that outlived its restore would write on: it ends first."""
    server.end_leftover()
    for folder in (config.data_dir / "postgres", config.data_dir / "postgres.new"):
        if folder.exists():
            shutil.rmtree(folder)
    if (objects := _folder(config)) is not None and _half_restored(config) == config.object_store_url:
        _empty(objects)
        with suppress(OSError):  # a disk is mounted there, or it is not there
            objects.rmdir()
    for name in (DRAFT, "postgres.password", "postgres.log"):
        (config.data_dir / name).unlink(missing_ok=True)
    mark_of(config.data_dir).unlink(missing_ok=True)


def empty_database(config: Config, server: EmbeddedPostgres) -> str:
    """A server with its logins and a database with nothing in it; the superuser's address of that."""
    server.start()
    migrate.make_logins(server, FileRootKey.load(config.root_key_path))
    return server.make_database()


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


def replay(ask: Ask) -> int:
    """What was deleted after the backup is deleted again; how many erasures."""
    count: int = ask("ledger", "replay", "--json")["count"]
    return count


def finish(config: Config) -> None:
    mark_of(config.data_dir).unlink(missing_ok=True)


def _put(config: Config, store: Objects, name: str, content: Any) -> int:
    """One object, by way of a file that is as sealed as the object is."""
    draft = config.data_dir / DRAFT
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


def _half_restored(config: Config) -> str | None:
    """The objects' place of a restore that did not end; None if there was none."""
    try:
        return mark_of(config.data_dir).read_text()
    except FileNotFoundError:
        return None


def _holds_any(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _empty(folder: Path) -> None:
    """All that is in it."""
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _keys_first() -> None:
    """A new root key would open nothing: the old one must be there before anything is made. Raises NoKeys."""
    path = environment.root_key_path()
    if not path.exists():
        raise NoKeys(
            f"There is no root key at {path}. Bring the root key, the keyring and the ledger of the installation first."
        )
