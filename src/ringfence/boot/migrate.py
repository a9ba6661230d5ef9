"""Bring the database's schema, logins and grants to what this version needs. Safe to repeat."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from ringfence.boot import declared
from ringfence.boot.environment import database_password
from ringfence.boot.postgres import DATABASE, EmbeddedPostgres
from ringfence.core.config import Config
from ringfence.vault.rootkey import FileRootKey

SOURCES: Final = Path(__file__).parents[1] / "apps"
FOREIGN: Final = ("django", "procrastinate")  # packages that bring tables of their own
_MARK: Final = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()
"""


def fingerprint() -> str:
    """What the schema depends on, in one hash: migrations, SQL files and the packages with tables."""
    digest = sha256(" ".join(f"{name} {version(name)}" for name in FOREIGN).encode())
    for path in sorted(
        [*SOURCES.glob("*/migrations/*.py"), *SOURCES.glob("*/sql/*.sql"), SOURCES / "accounts/logins.py"]
    ):
        digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def make_logins(server: EmbeddedPostgres, root: FileRootKey) -> None:
    """The embedded server's database and roles."""
    from ringfence.apps.accounts import logins

    passwords = logins.Passwords(
        **{
            name: database_password(root, f"rf_{name}")
            for name in ("owner", "web", "media", "worker", "audit", "gate", "staff")
        }
    )
    with psycopg.connect(server.make_database(), autocommit=True) as admin:
        logins.create(admin, DATABASE, passwords)


def migrate(config: Config) -> None:
    """Apply migrations and grants as the owner. Django must be up with the owner's login. Raises Undeclared, before
    any grant, if the schema then holds what nobody declared.
    """
    from django.core.management import call_command

    from ringfence.apps.accounts import logins

    call_command("migrate", verbosity=0, interactive=False)
    declared.check(config.database_urls.of("owner"))
    with psycopg.connect(config.database_urls.of("owner"), autocommit=True) as owner:
        logins.apply(owner)
        owner.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(owner.info.dbname), sql.Literal(fingerprint())
            )
        )


def up_to_date(owner_url: str) -> bool:
    """Whether the database says of itself that it has this version's schema. False too while there is none."""
    try:
        with psycopg.connect(owner_url) as owner:
            row = owner.execute(_MARK).fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and row[0] == fingerprint()
