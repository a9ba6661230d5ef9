"""A real identity provider (OpenID Connect), in a process of its own, over TLS.

with identity_provider(folder, {"sub": {"email": …, "email_verified": True}}) as provider:
    provider.issuer, provider.authority
    callback = provider.sign_in(authorization_url, "sub")

Of a person whose `sub` begins with "lie:" its token is another than it signed: "lie:honest" alone comes unchanged.
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

import base64, hashlib, hmac
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import request
OTHER = rsa.generate_private_key(65537, 2048)

def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

def macced(head, said, secret):
    first = b64(json.dumps(dict(head, alg="HS256")).encode()) + "." + said
    return first + "." + b64(hmac.new(secret, first.encode(), hashlib.sha256).digest())

def lied(token, kind):
    "The token as somebody would give it out who does not have the provider's key."
    head, said, signature = token.split(".")
    header, claims = json.loads(unb64(head)), json.loads(unb64(said))
    if kind == "unsigned":
        return b64(json.dumps(dict(header, alg="none")).encode()) + "." + said + "."
    if kind == "public-key":
        [key] = made.test_client().get("/jwks").json["keys"]
        public = jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(key))
        return macced(header, said, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    if kind == "secret":
        return macced(header, said, request.form["client_secret"].encode())
    if kind == "other-key":
        return jwt.encode(claims, OTHER, algorithm="RS256", headers=header)
    if kind == "changed":
        return head + "." + b64(json.dumps(dict(claims, name="Eve")).encode()) + "." + signature
    return token

@made.after_request
def lie(answer):
    if request.path.endswith("/token") and answer.is_json and "id_token" in answer.json:
        token = answer.json["id_token"]
        sub = json.loads(unb64(token.split(".")[1]))["sub"]
        if sub.startswith("lie:"):
            kind = sub.removeprefix("lie:")
            said = {**answer.json, "id_token": lied(token, kind)}
            if kind == "silent":
                del said["id_token"]
            answer.set_data(json.dumps(said))
    if request.path.endswith("/userinfo") and answer.is_json and answer.json.get("sub") == "lie:somebody-else":
        answer.set_data(json.dumps({**answer.json, "sub": "person-0"}))
    return answer

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
