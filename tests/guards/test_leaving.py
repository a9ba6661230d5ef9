"""Nothing connects but the gate's own room: a client that is made elsewhere fails here until it is named, with why it stays on this machine.

The database's driver is the one that is not looked for: the database is the installation itself (docs/decisions/0019).
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parents[2] / "src" / "ringfence"
# Calls that open a connection, and modules that are made for nothing else.
OPENING: Final = {
    "AsyncClient", "AsyncHTTPTransport", "Client", "HTTPTransport", "Session", "create_connection", "open_connection",
    "sock_connect", "ws_connect", "urlopen", "from_url", "S3Store", "GCSStore", "AzureStore", "HTTPStore", "getaddrinfo",
    "gethostbyname", "connect_ex",
}  # fmt: skip
MODULES: Final = {
    "aiohttp", "ftplib", "http.client", "imaplib", "nntplib", "poplib", "smtplib", "socketserver", "telnetlib", "urllib.request",
    "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
HERE: Final = {
    "boot/front.py": "to the other processes of this machine",
    "boot/proving.py": "a connection to the database, by Django's name for it",
    "lifecycle/assurance/wire.py": "to the installation's own port",
    "lifecycle/assurance/trials/scene.py": "to the installation's own port",
    "lifecycle/assurance/trials/walls.py": "to the installation's own port",
    "voice/telephony/loopback/caller.py": "the synthetic caller, to the installation's own port",
    "web/people/signing_on.py": "the sign-in library's own client, whose proxy is the gate",
    "apps/numbers/connections.py": "opens a carrier's credentials",
    "work/dial.py": "opens a carrier's credentials",
    "web/console/numbers.py": "opens a carrier's credentials",
}  # fmt: skip


def opening(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in OPENING:
                yield name
        if isinstance(node, ast.ClassDef):
            yield from (
                each.attr for each in node.bases if isinstance(each, ast.Attribute) and each.attr in OPENING
            )
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in MODULES)
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            yield str(node.module)


def test_only_the_gates_room_connects() -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in sorted(SOURCE.rglob("*.py"))
        if not path.is_relative_to(SOURCE / "egress") and any(opening(path))
    }
    assert found - set(HERE) == set(), (
        "take a way through the gate (egress.clients, egress.stores), or say why it stays here"
    )
    assert {each for each in HERE if each not in found} <= {"apps/numbers/connections.py"}, (
        "explained, and no longer there"
    )
