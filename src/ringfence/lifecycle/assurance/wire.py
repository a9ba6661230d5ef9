"""Looks at the wire (guard.transit): what the port speaks and refuses, until when its certificate is good, how the database is reached."""

import json
import socket
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection

from ringfence.egress.tls import client_context
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept
from ringfence.policy import load

HERE: Final = "127.0.0.1"
ANSWER_S: Final = 3.0
SOON: Final = timedelta(days=14)
OLD: Final = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
WEAK: Final = "ALL:!ECDHE+AESGCM:!ECDHE+CHACHA20:!aNULL:@SECLEVEL=0"
ANY: Final = "ALL:@SECLEVEL=0"


def transit(looking: Looking) -> Evidence:
    try:
        version, suite, ends = _agreed(looking)
    except ssl.SSLCertVerificationError as error:
        return broken("The port shows a certificate that browsers refuse.", why=error.verify_message)
    except ssl.SSLError:
        return broken("The port does not speak TLS as the policy asks for.")
    except OSError:
        return gap("TLS is ended elsewhere, by the load balancer: it cannot be measured from here.")
    spoken = [name for name, old in OLD.items() if _speaks(looking, old, ANY)]
    if _speaks(looking, ssl.TLSVersion.TLSv1_2, WEAK):
        spoken.append("a suite without forward secrecy or authenticated encryption")
    if spoken:
        return broken("The port still speaks what it should refuse.", speaks=", ".join(spoken))
    left = ends - looking.clock.now()
    facts = {
        "agreed": f"{version}, {suite}", "refused": ", ".join([*OLD, "weak suites"]), "certificate_ends": f"{ends:%d %b %Y}",
        "database": _database(),
    }  # fmt: skip
    says = f"The port speaks TLS {load().guard.tls} or newer with strong suites, and refuses everything else."
    if left < SOON:
        says += f" Its certificate ends in {left.days} days: renew it."
    if not_taken := _not_taken(looking):
        says += " A certificate on file is not taken; the log says what to do."
        facts["not_taken"] = not_taken
    return kept(says, **facts)


def _agreed(looking: Looking) -> tuple[str, str, datetime]:
    """What one of our own clients agrees with the port, and the certificate's last moment. Raises OSError."""
    trust = client_context(str(looking.config.authority))
    with (
        socket.create_connection((HERE, looking.config.port), timeout=ANSWER_S) as plain,
        trust.wrap_socket(plain, server_hostname=looking.config.public_host) as wrapped,
    ):
        cipher, shown = wrapped.cipher(), wrapped.getpeercert()
        ends = ssl.cert_time_to_seconds(str(shown["notAfter"])) if shown else 0
        return wrapped.version() or "", cipher[0] if cipher else "", datetime.fromtimestamp(ends, UTC)


def _speaks(looking: Looking, version: ssl.TLSVersion, suites: str) -> bool:
    """Whether the port agrees to this version with one of these suites. Raises OSError where nobody listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )  # what is looked at is the wall, not the name
    with warnings.catch_warnings():  # that nobody should use this version is what is looked at
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    context.set_ciphers(suites)
    with socket.create_connection((HERE, looking.config.port), timeout=ANSWER_S) as plain:
        try:
            with context.wrap_socket(plain):
                return True
        except (ssl.SSLError, ConnectionError):
            return False


def _not_taken(looking: Looking) -> str | None:
    """Why the front does not show what is in the certificate's files, in its own word."""
    try:
        told: dict[str, Any] = json.loads((looking.config.run_dir / "front.ready").read_text())
    except (OSError, ValueError):
        return None
    return told.get("refused")


def _database() -> str:
    connection.ensure_connection()
    return "over TLS, its name checked" if connection.connection.pgconn.ssl_in_use else "on this machine"


LOOKS: Final[dict[str, Look]] = {"guard.transit": transit}
