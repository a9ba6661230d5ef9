"""A real PostgreSQL for tests: one server per test process, every login with its own password, nobody a superuser.

Rows stay: tests keep apart by making accounts of their own, as the platform's customers are kept apart.
"""

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from ringfence.apps.keys import wiring
from ringfence.apps.rows.purpose import enter_process
from ringfence.boot.postgres import SUPERUSER, EmbeddedPostgres
from ringfence.core.clock import ManualClock
from ringfence.core.config import Config, DatabaseUrls, Login, current, install
from ringfence.policy.logins import logins
from tests.support.gate import WORD, open_gate
from tests.support.keys import a_vault

TEMPLATE = "ringfence_template"
LOGINS: tuple[Login, ...] = ("owner", "web", "media", "worker", "audit", "billing", "gate", "staff")


@dataclass(frozen=True)
class Database:
    """One database of the server. `sockets` and `passwords` make the addresses."""

    name: str
    sockets: Path
    passwords: dict[str, str]

    def url(self, login: Login) -> str:
        return f"postgresql://rf_{login}:{self.passwords[f'rf_{login}']}@/{self.name}?host={self.sockets}"

    @property
    def urls(self) -> DatabaseUrls:
        return DatabaseUrls(**{login: self.url(login) for login in LOGINS})

    def connect(self, login: Login) -> psycopg.Connection[Any]:
        """A plain connection in autocommit, as that login."""
        return psycopg.connect(self.url(login), autocommit=True)

    def superuser(self) -> psycopg.Connection[Any]:
        """For looking at what nobody may see, and for breaking things on purpose."""
        address = f"postgresql://{SUPERUSER}:{self.passwords[SUPERUSER]}@/{self.name}?host={self.sockets}"
        return psycopg.connect(address, autocommit=True)

    def clone(self, name: str) -> "Database":
        """A copy of the template under another name."""
        other = replace(self, name=name)
        with replace(self, name="postgres").superuser() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER rf_owner")
        hand_over(other)
        return other

    def drop(self) -> None:
        with replace(self, name="postgres").superuser() as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def hand_over(database: Database) -> None:
    """What a superuser does once for a database: roles, passwords, ownership."""
    from ringfence.apps.accounts import logins

    passwords = logins.Passwords(**{login: database.passwords[f"rf_{login}"] for login in LOGINS})
    with database.superuser() as server:
        logins.create(server, database.name, passwords)


@contextmanager
def running_server() -> Iterator[Database]:
    """A server with an empty database named `postgres`; gone at the end, and with this process."""
    folder = Path(tempfile.mkdtemp(prefix="rf-db-"))
    passwords = {
        name: secrets.token_urlsafe(18) for name in (SUPERUSER, *(f"rf_{login}" for login in LOGINS))
    }
    server = EmbeddedPostgres(folder, folder, passwords[SUPERUSER])
    server.start()
    database = Database("postgres", folder, passwords)
    with database.superuser() as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("ALTER SYSTEM SET synchronous_commit = off")
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield database
    finally:
        server.stop()
        shutil.rmtree(folder)


def configure(database: Database, folder: Path) -> Config:
    """Install settings for this process that lead to `database` and `folder`."""
    config = Config(
        data_dir=folder / "data",
        run_dir=folder / "run",
        root_key_path=folder / "root.key",
        keyring_url=str(folder / "keyring"),
        ledger_url=str(folder / "ledger"),
        object_store_url=str(folder / "objects"),
        database_urls=database.urls,
        login="web",
        secret_key=secrets.token_urlsafe(48),
        gate_word=WORD,
    )
    install(config)
    enter_process(logins()["rf_web"].purposes)
    config.run_dir.mkdir(exist_ok=True)
    (config.run_dir / "gate.ready").write_text(str(open_gate().port()))
    wiring.install(a_vault(folder / "vault", ManualClock()))  # whatever is done is written down, sealed
    point_at(database)
    return config


def point_at(database: Database) -> None:
    """Give Django one connection per login to `database`; `default` is the web's. The settings lead there, too."""
    from django.db import connections

    from ringfence.web.databases import database as settings

    connections.close_all()
    install(replace(current(), database_urls=database.urls))
    for login in LOGINS:
        connections.databases[login] = settings(database.url(login))
    connections.databases["default"] = dict(connections.databases["web"])
    connections.configure_settings(connections.databases)
    for alias in ("default", *LOGINS):
        with suppress(AttributeError):  # this thread had none yet
            del connections[alias]


def migrate(database: Database) -> None:
    """What `ringfence migrate` does, as the owner."""
    from django.core.management import call_command

    from ringfence.apps.accounts import logins

    call_command("migrate", database="owner", verbosity=0)
    with database.connect("owner") as owner:
        logins.apply(owner)


@contextmanager
def as_login(login: Login) -> Iterator[None]:
    """Within it, this thread's default connection is that login's."""
    from django.db import connections

    before = connections["default"]
    connections["default"] = connections[login]
    try:
        yield
    finally:
        connections["default"] = before
