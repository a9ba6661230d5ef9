"""The only reader of the environment. Every variable is in `VARIABLES`, and a test holds the documentation against it."""

import os
import stat
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Final, cast, get_args

from ringfence.apps.billing.terms import terms
from ringfence.boot import database_address
from ringfence.core.config import Config, DatabaseUrls, Login, SignUp
from ringfence.core.errors import BadInput
from ringfence.egress.nearby import Nearby
from ringfence.egress.smtp import Relay
from ringfence.policy.words import is_address
from ringfence.vault.rootkey import FileRootKey

VARIABLES: Final = {
    "RINGFENCE_DATA": "Folder of everything that rests; the keyring, the ledger and the root key stand beside it.",
    "RINGFENCE_PORT": "The one port, 8443 unless set.",
    "RINGFENCE_PUBLIC_URL": "The address by which carriers and people reach this installation; signatures cover it.",
    "RINGFENCE_TLS_CERT": "The certificate to show: a PEM file with its chain. Unset, the installation makes its own for this machine.",
    "RINGFENCE_TLS_KEY": "That certificate's private key, as PEM. Both are read again when they change; no call is dropped.",
    "RINGFENCE_HTTP_PORT": "A port on which plain HTTP is led to https for pages, and refused for everything else. Unset, there is none.",
    "RINGFENCE_PRIVACY_ADDRESS": "Where privacy requests go; unset, it is a gap that the trust page shows.",
    "RINGFENCE_BILLING": "A TOML file with what the operator charges and how it is paid; unset, plans are charged as agreed.",
    "RINGFENCE_SIGN_UP": "Who opens an account on the pages: closed (nobody; the default), invited (whom the operator asked), open.",
    "RINGFENCE_SMTP_URL": "The mail server, over TLS: smtps://user:password@host:465?from=address, or smtp:// with STARTTLS.",
    "RINGFENCE_ROOT_KEY": "Path of the root key file.",
    "DATABASE_URL": "A role's own database login; off this machine with sslmode=verify-full. Unset, the embedded server is used.",
    "AUDIT_DATABASE_URL": "A worker's second login, rf_audit, which prunes the audit trail; unset, the embedded server is used.",
    "BILLING_DATABASE_URL": "A worker's third login, rf_billing, which makes invoices and sees no call; unset, the embedded server is used.",
    "STAFF_DATABASE_URL": "A web process's second login, rf_staff, for the operator's console; unset, the embedded server is used.",
    "OBJECT_STORE_URL": "Where recordings rest: a folder or a bucket.",
    "KEYRING_URL": "Where the keys of time rest: a folder or a bucket, never the database.",
    "RINGFENCE_KEYRING_BACKUP": "Where the keyring's own copy rests: a folder or bucket apart from the database's backups.",
    "RINGFENCE_NEARBY": "Machines of the operator's own on which engines, carriers and tools may be: 127.0.0.1:11434 10.1.0.0/16.",
    "RINGFENCE_TRY_DIRECT": "An address outside, as in 192.0.2.10:443: tried now and then, to see that nothing leaves past the gate. Unset, nothing is tried.",
    "LEDGER_URL": "Where the record of erasures rests, apart from the database.",
}

LONGEST_SOCKET_PATH: Final = 90


class BadEnvironment(BadInput):
    """A variable of the environment has a value that cannot be used."""

    code = "bad_environment"


def read(environment: Mapping[str, str] | None = None, *, login: Login = "web") -> Config:
    """Build the settings. Makes the root key at first start; raises BadEnvironment, saying which variable to mend."""
    env = os.environ if environment is None else environment
    data = Path(env.get("RINGFENCE_DATA") or ".ringfence/data").absolute()
    port = _port(env.get("RINGFENCE_PORT") or "8443")
    chain, key = _certificate(env)
    key_path = root_key_path(env)
    public_url = (env.get("RINGFENCE_PUBLIC_URL") or f"https://localhost:{port}").rstrip("/")
    if not public_url.startswith("https://"):
        raise BadEnvironment("RINGFENCE_PUBLIC_URL must begin with https://; nothing is served in the clear.")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    root = _root_key(key_path, data)
    run_dir = _run_dir(data)
    return Config(
        data_dir=data,
        run_dir=run_dir,
        root_key_path=key_path,
        keyring_url=env.get("KEYRING_URL") or f"{data}.keyring",
        ledger_url=env.get("LEDGER_URL") or f"{data}.ledger",
        keyring_backup_url=env.get("RINGFENCE_KEYRING_BACKUP") or None,
        object_store_url=env.get("OBJECT_STORE_URL") or str(data / "objects"),
        database_urls=_database_urls(env, login, root, run_dir),
        login=login,
        port=port,
        http_port=_http_port(env, port),
        tls_chain=chain,
        tls_key=key,
        public_url=public_url,
        secret_key=root.subkey("django").hex(),
        gate_word=root.subkey("gate").hex(),
        nearby=_nearby(env),
        try_direct=_try_direct(env),
        privacy_address=_privacy_address(env),
        billing_file=_billing_file(env),
        smtp_url=_smtp_url(env),
        sign_up=_sign_up(env.get("RINGFENCE_SIGN_UP") or "closed"),
    )


def root_key_path(environment: Mapping[str, str] | None = None) -> Path:
    """Where the root key is, or will be."""
    env = os.environ if environment is None else environment
    data = Path(env.get("RINGFENCE_DATA") or ".ringfence/data").absolute()
    return Path(env.get("RINGFENCE_ROOT_KEY") or f"{data}.root.key").absolute()


def embedded(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the database is our own: no address of another was given."""
    return not (os.environ if environment is None else environment).get("DATABASE_URL")


def database_password(root: FileRootKey, login: str) -> str:
    """The password of an embedded server's login: derived from the root key, so that none needs to be kept."""
    return root.subkey(f"database/{login}").hex()


def _root_key(path: Path, data: Path) -> FileRootKey:
    """Made at first start, and never again: over existing data a new key would open nothing."""
    if (data / "postgres").exists():
        return FileRootKey.load(path)
    return FileRootKey.create(path)


def _database_urls(env: Mapping[str, str], login: Login, root: FileRootKey, run_dir: Path) -> DatabaseUrls:
    """A process has its own login alone. A worker has the pruner's and the biller's besides, web the operator's console's; on a fleet,
    if they were given.
    """

    def own(name: str) -> str:
        return f"postgresql://rf_{name}:{database_password(root, f'rf_{name}')}@/ringfence?host={run_dir}"

    given = _given(env, "DATABASE_URL")
    urls = {login: given or own(login)}
    beside: dict[Login, dict[Login, str]] = {
        "worker": {"audit": "AUDIT_DATABASE_URL", "billing": "BILLING_DATABASE_URL"}, "web": {"staff": "STAFF_DATABASE_URL"},
    }  # fmt: skip
    for other, variable in beside.get(login, {}).items():
        if url := _given(env, variable) or (None if given else own(other)):
            urls[other] = url
    return DatabaseUrls(**urls)


def _given(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name)
    return database_address.check(name, url, env) if url else None


def _billing_file(env: Mapping[str, str]) -> Path | None:
    """Refused at the start, not when the first month is over."""
    path = env.get("RINGFENCE_BILLING")
    if not path:
        return None
    terms(found := Path(path).absolute())
    return found


def _smtp_url(env: Mapping[str, str]) -> str | None:
    """Refused at the start, not when the first mail is due."""
    url = env.get("RINGFENCE_SMTP_URL") or None
    if url is not None:
        Relay.of(url)
    return url


def _nearby(env: Mapping[str, str]) -> str:
    """Refused at the start, not when something wants to leave."""
    text = env.get("RINGFENCE_NEARBY") or ""
    Nearby.of(text)
    return text


def _try_direct(env: Mapping[str, str]) -> str | None:
    """An address by number and a port, so that no name is looked up."""
    text = env.get("RINGFENCE_TRY_DIRECT") or None
    if text is not None:
        host, _, port = text.rpartition(":")
        try:
            ip_address(host.strip("[]"))
        except ValueError:
            raise BadEnvironment(f"RINGFENCE_TRY_DIRECT is an address and a port, not {text!r}.") from None
        _port(port, "The port of RINGFENCE_TRY_DIRECT")
    return text


def _privacy_address(env: Mapping[str, str]) -> str | None:
    said = env.get("RINGFENCE_PRIVACY_ADDRESS") or None
    if said is not None and not is_address(said):
        raise BadEnvironment(f"RINGFENCE_PRIVACY_ADDRESS is an e-mail address, not {said!r}.")
    return said


def _sign_up(text: str) -> SignUp:
    if text not in get_args(SignUp):
        raise BadEnvironment(f"RINGFENCE_SIGN_UP is one of {', '.join(get_args(SignUp))}, not {text!r}.")
    return cast("SignUp", text)


def _certificate(env: Mapping[str, str]) -> tuple[Path | None, Path | None]:
    """Both files or none. What is in them the front looks at, when it starts and whenever they change."""
    chain, key = env.get("RINGFENCE_TLS_CERT"), env.get("RINGFENCE_TLS_KEY")
    if bool(chain) != bool(key):
        raise BadEnvironment(
            "RINGFENCE_TLS_CERT and RINGFENCE_TLS_KEY go together: set both, or neither for a certificate of our own."
        )
    return (Path(chain).absolute(), Path(key).absolute()) if chain and key else (None, None)


def _http_port(env: Mapping[str, str], port: int) -> int | None:
    text = env.get("RINGFENCE_HTTP_PORT")
    found = _port(text, "RINGFENCE_HTTP_PORT") if text else None
    if found == port:
        raise BadEnvironment("RINGFENCE_HTTP_PORT must be another port than RINGFENCE_PORT.")
    return found


def _port(text: str, name: str = "RINGFENCE_PORT") -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 (ports end there)
        raise BadEnvironment(f"{name} must be a port from 1 to 65535, not {text!r}.")
    return int(text)


def _run_dir(data: Path) -> Path:
    """Where sockets are: in the data folder, or, where that path is too long for a socket, a private folder."""
    folder = data / "run"
    if len(str(folder)) > LONGEST_SOCKET_PATH:
        name = f"ringfence-{os.getuid()}-{sha256(str(data).encode()).hexdigest()[:12]}"
        folder = Path(tempfile.gettempdir()) / name
    folder.mkdir(exist_ok=True, mode=0o700)
    status = folder.lstat()
    if (
        not stat.S_ISDIR(status.st_mode)
        or status.st_uid != os.getuid()
        or stat.S_IMODE(status.st_mode) & 0o077
    ):
        raise BadEnvironment(f"{folder} is not a private folder of this user. Remove it and start again.")
    return folder
