"""How TLS is spoken, on either side of every connection.

Versions and suites follow RFC 9325 (BCP 195): forward secrecy and authenticated encryption, or no connection. Nothing that
the other side asks for weakens that, and a certificate for another name is refused.
"""

import ssl
from typing import Final

import httpx

from ringfence.policy import load

SUITES: Final = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2"  # of TLS 1.2; those of 1.3 are all of this kind
OLDEST: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def strict(context: ssl.SSLContext) -> ssl.SSLContext:
    """The same context, from the version that the policy names, with strong suites alone; it cannot be talked down."""
    context.minimum_version = OLDEST[load().guard.tls]
    context.maximum_version = ssl.TLSVersion.TLSv1_3
    context.set_ciphers(SUITES)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    return context


def client_context(authority: str | None = None) -> ssl.SSLContext:
    """For a connection out: certificate and name are checked against what the public trusts, or `authority` (PEM) alone.

    Takes some milliseconds to make: keep it with the client that uses it.
    """
    if authority is not None:
        known = strict(ssl.create_default_context(cafile=authority))
        known.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it may be the very certificate that is shown
        return known
    context = httpx.create_ssl_context(trust_env=False)  # the list that comes along: a machine may have none
    context.load_default_certs()  # and the machine's own, where an operator's private authority is
    return strict(context)
