"""Bring the database's schema, logins and grants to what this version needs. Safe to repeat."""

from hashlib import sha256
from pathlib import Path

import psycopg

from ringfence.boot.environment import database_password
from ringfence.boot.postgres import DATABASE, EmbeddedPostgres
from ringfence.core.config import Config
from ringfence.vault.rootkey import FileRootKey

SOURCES = Path(__file__).parents[1] / "apps"


def fingerprint() -> str:
    """What the schema depends on, in one hash: migrations and SQL files."""
    digest = sha256()
    for path in sorted(
        [*SOURCES.glob("*/migrations/*.py"), *SOURCES.glob("*/sql/*.sql"), SOURCES / "accounts/logins.py"]
    ):
        digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def make_logins(server: EmbeddedPostgres, root: FileRootKey) -> None:
    """The embedded server's database and roles."""
    from ringfence.apps.accounts import logins

    passwords = logins.Passwords(
        **{name: database_password(root, f"rf_{name}") for name in ("owner", "web", "media", "worker")}
    )
    with psycopg.connect(server.make_database(), autocommit=True) as admin:
        logins.create(admin, DATABASE, passwords)


def migrate(config: Config) -> None:
    """Apply migrations and grants as the owner. Django must be up with the owner's login."""
    from django.core.management import call_command

    from ringfence.apps.accounts import logins

    call_command("migrate", verbosity=0, interactive=False)
    with psycopg.connect(config.database_urls.of("owner"), autocommit=True) as owner:
        logins.apply(owner)
