"""The installation's settings as one value. Built by `ringfence.boot` from the environment, installed once per process."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from ringfence.core.errors import RingfenceError

SignUp = Literal["open", "closed", "invited"]
Login = Literal["owner", "web", "media", "worker", "audit", "billing", "gate", "staff"]


class NotConfigured(RingfenceError):
    """Code asked for the settings in a process where boot installed none."""

    code = "not_configured"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseUrls:
    """One libpq URL per login; a process of a fleet has only its own. The owner's serves `ringfence migrate` alone."""

    owner: str | None = field(default=None, repr=False)
    web: str | None = field(default=None, repr=False)
    media: str | None = field(default=None, repr=False)
    worker: str | None = field(default=None, repr=False)
    audit: str | None = field(default=None, repr=False)
    billing: str | None = field(default=None, repr=False)
    gate: str | None = field(default=None, repr=False)
    staff: str | None = field(default=None, repr=False)

    def of(self, login: Login) -> str:
        """The URL of `login`; raises `NotConfigured` where this process was not given one."""
        url: str | None = getattr(self, login)
        if url is None:
            raise NotConfigured(f"This process has no database address for the login rf_{login}.")
        return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a process needs to know. `login` is the database login that it serves with."""

    data_dir: Path
    run_dir: Path
    root_key_path: Path
    keyring_url: str
    ledger_url: str
    object_store_url: str
    keyring_backup_url: str | None = None
    database_urls: DatabaseUrls
    login: Login = "web"
    port: int = 8443
    http_port: int | None = None  # where pages are led to https, and nothing else is done
    tls_chain: Path | None = None  # the operator's own; without one the installation makes its certificate
    tls_key: Path | None = None
    public_url: str = "https://localhost:8443"
    secret_key: str = field(default="", repr=False)
    gate_word: str = field(default="", repr=False)  # by which the gate knows processes of this installation
    try_direct: str | None = None  # an address outside, to see whether a process could leave without the gate
    nearby: str = ""  # machines of the operator's own that recipients may be on
    privacy_address: str | None = None
    billing_file: Path | None = None  # what the operator charges, and how it is paid
    smtp_url: str | None = field(default=None, repr=False)
    sign_up: SignUp = "closed"
    debug: bool = False

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def authority(self) -> Path:
        """What our own clients trust of the front: the certificate that the operator gave, or the installation's own authority."""
        return self.tls_chain or self.data_dir / "tls" / "authority.pem"


_installed: Config | None = None


def install(config: Config) -> None:
    """Make `config` this process's settings. Forked children inherit it."""
    global _installed  # noqa: PLW0603 - one per process, by design
    _installed = config


def current() -> Config:
    """What boot installed; raises `NotConfigured` before that."""
    if _installed is None:
        raise NotConfigured("Start through the `ringfence` command: nothing has installed the settings yet.")
    return _installed
