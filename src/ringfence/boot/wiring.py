"""Which implementation stands behind which port: the one place that knows."""

import os
import secrets
from pathlib import Path

import django
from django.apps import apps

from ringfence.boot import environment
from ringfence.boot.clock import SystemClock
from ringfence.boot.declared_keys import DeclaredKeys
from ringfence.core import config as settings
from ringfence.core.config import Config, DatabaseUrls, Login
from ringfence.egress.stores import bucket
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.stores import open_store
from ringfence.vault.vault import Vault


def configure(login: Login) -> Config:
    """Read the environment and install it as this process's settings. What it writes is its user's alone."""
    os.umask(0o077)
    config = environment.read(login=login)
    settings.install(config)
    return config


def open_vault(config: Config) -> Vault:
    """The installation's keys."""
    keys = DeclaredKeys(open_store(config.keyring_url, bucket))
    return Vault.open(keys, FileRootKey.load(config.root_key_path), SystemClock())


def django_alone() -> None:
    """Bring Django up as the configured login, without any key."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ringfence.web.settings"
    django.setup()


def django_of_code() -> None:
    """Bring Django up for what the code says of itself: nothing is connected to, nothing opened. Where it is up already, it stays."""
    if apps.ready:
        return
    nowhere = Path("/nonexistent")
    settings.install(
        Config(
            data_dir=nowhere, run_dir=nowhere, root_key_path=nowhere, keyring_url="", ledger_url="", object_store_url="",
            database_urls=DatabaseUrls(web="postgresql://nobody@/nowhere"), secret_key=secrets.token_urlsafe(48),
        )
    )  # fmt: skip
    django_alone()


def start_django(config: Config) -> Vault:
    """Bring Django up as the configured login, with the vault where apps look for it."""
    django_alone()
    from ringfence.apps.keys import wiring as keys

    vault = open_vault(config)
    keys.install(vault)
    return vault


def begin(login: Login) -> tuple[Config, Vault]:
    """Settings, Django and the keys: what a process needs before it may import what rests."""
    config = configure(login)
    return config, start_django(config)


def live_folder(config: Config) -> Path:
    """Where the journals of calls in progress are; a worker closes those that a killed process left."""
    return config.data_dir / "live"


def socket_of(config: Config, role: str) -> Path:
    """The Unix socket on which a role listens."""
    return config.run_dir / f"{role}.sock"


def ready_file(config: Config, role: str) -> Path:
    """What a role without a Unix socket makes when it is ready; media's holds the port it listens on."""
    return config.run_dir / f"{role}.ready"
