"""Whether a database's address may be used: a Unix socket, this machine, or TLS with the server's certificate and name checked.

It is judged as libpq will read it ("34.1.2 Parameter Key Words" of its documentation): several hosts at once, `hostaddr`
before `host`, and libpq's own variables where the address is silent.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from itertools import zip_longest
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ringfence.core.errors import BadInput

CHECKED: Final = "verify-full"
NEWEST_ENOUGH: Final = frozenset({"TLSv1.2", "TLSv1.3"})
_VARIABLES: Final = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "service": "PGSERVICE", "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "gssencmode": "PGGSSENCMODE",
}  # fmt: skip


class DatabaseInTheClear(BadInput):
    """A database off this machine whose certificate would not be checked."""

    code = "database_in_the_clear"


def check(name: str, url: str, env: Mapping[str, str]) -> str:
    """The address itself. Raises DatabaseInTheClear, naming the variable it came from and never the address, which has a password."""
    try:
        given = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    except psycopg.ProgrammingError:
        raise DatabaseInTheClear(
            f"{name} is no address of a database; it begins with postgresql://."
        ) from None
    asked = {key: given.get(key) or env.get(variable, "") for key, variable in _VARIABLES.items()}
    if asked["service"]:
        raise DatabaseInTheClear(
            f"{name} names a service of libpq's. Write its host and the rest into the address itself."
        )
    if all(_here(host, address) for host, address in _each(asked["host"], asked["hostaddr"])):
        return url
    if given.get("sslmode") != CHECKED:
        raise DatabaseInTheClear(
            f"{name} leads to another machine, and nothing would check who answers there. Add sslmode={CHECKED} to it, and "
            "sslrootcert with the file of the authority that signed the server's certificate (or sslrootcert=system)."
        )
    if asked["ssl_min_protocol_version"] not in NEWEST_ENOUGH | {""}:
        raise DatabaseInTheClear(
            f"{name} allows an old version of TLS. Take ssl_min_protocol_version out of it."
        )
    if asked["gssencmode"] not in {"disable", ""}:
        raise DatabaseInTheClear(f"{name} asks for GSSAPI instead of TLS. Take gssencmode out of it.")
    return url


def _each(hosts: str, addresses: str) -> list[tuple[str, str]]:
    """Host and address of every server that is named, side by side."""
    return list(zip_longest(hosts.split(","), addresses.split(",") if addresses else (), fillvalue=""))


def _here(host: str, address: str) -> bool:
    """Whether a server is this machine: no host at all is libpq's own Unix socket, `@` and `/` begin the path of one."""
    if address:
        return _loopback(address)
    return not host or host.startswith(("/", "@")) or host == "localhost" or _loopback(host)


def _loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False
