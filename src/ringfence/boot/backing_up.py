"""`ringfence backup`: with the installation running or not."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from ringfence.apps.calls.objects import Objects
from ringfence.boot import dump, environment
from ringfence.boot.half_restored import refuse_half_restored
from ringfence.boot.migrate import fingerprint
from ringfence.boot.postgres import DATABASE, EmbeddedPostgres
from ringfence.boot.supervisor import claim
from ringfence.boot.wiring import configure, open_vault
from ringfence.core.config import Config
from ringfence.lifecycle.backup import archive, run
from ringfence.lifecycle.backup.targets import open_target
from ringfence.vault.rootkey import FileRootKey


def backup(to: str, progress: archive.Progress) -> dict[str, Any]:
    """Write a backup to a folder or bucket; what it holds, and until when it opens."""
    config = configure("owner")
    vault = open_vault(config)
    began = time.monotonic()
    with reading(config) as url, dump.snapshot(url, fingerprint()) as taken:
        made = run.make(open_target(to), vault, taken, Objects(config.object_store_url), progress)
    return {**made.document(), "seconds": round(time.monotonic() - began, 2)}


@contextmanager
def reading(config: Config) -> Iterator[str]:
    """The address of a login that may read every row. The embedded server is started for it if it does not run."""
    if not environment.embedded():
        yield config.database_urls.of("owner")
        return
    refuse_half_restored(config.data_dir)
    server = server_of(config)
    url = server.admin_url.replace("@/postgres?", f"@/{DATABASE}?")
    if answers(url):
        yield url
        return
    held = claim(config.data_dir)
    try:
        server.start()
        yield url
    finally:
        server.stop()
        os.close(held)


def server_of(config: Config) -> EmbeddedPostgres:
    root = FileRootKey.load(config.root_key_path)
    return EmbeddedPostgres(config.data_dir, config.run_dir, environment.database_password(root, "postgres"))


def answers(url: str) -> bool:
    """Whether the server is there."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
