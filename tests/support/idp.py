"""A real identity provider (OpenID Connect), in a process of its own, over TLS.

with identity_provider(folder, {"sub": {"email": …, "email_verified": True}}) as provider:
    provider.issuer, provider.authority
    callback = provider.sign_in(authorization_url, "sub")
"""

import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from ringfence.boot.certificates import ensure
from ringfence.boot.clock import SystemClock

# The provider's own packages warn of what they will change one day; that is no matter of ours.
PROGRAM = """
import json, sys, warnings
warnings.simplefilter("ignore")
from oidc_provider_mock import User, app
from werkzeug.serving import make_server
port, chain, key, claims = sys.argv[1:]
users = [User(sub=sub, claims=said) for sub, said in json.loads(claims).items()]
made = app(user_claims=users)
made.debug = False
make_server("127.0.0.1", int(port), made, threaded=True, ssl_context=(chain, key)).serve_forever()
"""


@dataclass(frozen=True)
class Provider:
    issuer: str
    authority: Path

    def sign_in(self, url: str, sub: str) -> str:
        """What a browser does there: say who one is; where it is sent back to, on our site."""
        trust = ssl.create_default_context(cafile=str(self.authority))
        with httpx.Client(verify=trust, trust_env=False) as browser:
            assert browser.get(url).status_code == 200
            answer = browser.post(url, data={"sub": sub})
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


@contextmanager
def identity_provider(folder: Path, claims: dict[str, dict[str, Any]]) -> Iterator[Provider]:
    """Runs while the block does. `claims` are its people, by `sub`."""
    files = ensure(folder, "localhost", SystemClock())
    port = _free()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(port), str(files.chain), str(files.key), json.dumps(claims)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _await(port)
        yield Provider(f"https://localhost:{port}", files.authority)
    finally:
        process.kill()
        process.wait()


def _free() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _await(port: int, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("The identity provider did not start.")
