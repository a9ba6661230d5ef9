"""What browsers are told with every answer, whoever makes it: the pages, the API, the server in front of them, or the front.

One table, and a test walks every address with it. Nothing may be loaded, framed, sent or remembered that our own pages do not
need. Names and values: CSP Level 3, Permissions Policy, Referrer Policy, HSTS (RFC 6797), the Fetch standard's Cross-Origin-*.
"""

import re
from ipaddress import ip_address
from types import MappingProxyType
from typing import Final

STATIC: Final = "/static/"
TALK: Final = re.compile(r"/agents/[0-9a-f-]{36}/talk/")
FOR_ALL: Final = frozenset(
    {
        "/privacy",
        "/privacy.json",
        "/privacy/changes",
        "/trust",
        "/trust.json",
        "/.well-known/ringfence-keys.json",
        "/.well-known/gpc.json",
    }
)
A_YEAR_S: Final = 365 * 24 * 3600

CONTENT: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
# What a page could ask a browser for. Passkeys and a recording that begins to play are ours; the microphone is the talk page's.
_OURS: Final = ("autoplay", "publickey-credentials-create", "publickey-credentials-get")
_NOT_OURS: Final = (
    "accelerometer", "browsing-topics", "camera", "clipboard-read", "display-capture", "encrypted-media",
    "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts",
    "magnetometer", "midi", "payment", "picture-in-picture", "screen-wake-lock", "serial", "storage-access", "usb",
    "window-management", "xr-spatial-tracking",
)  # fmt: skip


def _may(microphone: str) -> str:
    asked = {**dict.fromkeys(_OURS, "self"), **dict.fromkeys(_NOT_OURS, ""), "microphone": microphone}
    return ", ".join(f"{name}=({who})" for name, who in sorted(asked.items()))


EVERY: Final = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in CONTENT.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": _may(""),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
)
AT_THE_TALK_PAGE: Final = MappingProxyType({"Permissions-Policy": _may("self")})
NOT_KEPT: Final = MappingProxyType({"Cache-Control": "no-store"})


def may_be_kept(path: str) -> bool:
    """Whether an answer may say by itself for how long browsers keep it: it is the same for everybody."""
    return path in FOR_ALL or path.startswith(STATIC)


def real(host: str) -> bool:
    """Whether a host is a name of its own. `localhost` is everybody's: a browser told to reach it over TLS alone would no longer
    find whatever else its owner runs there, on any port. Addresses cannot be told so (RFC 6797, section 8.1.1).
    """
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return "." in host and not host.endswith(".localhost")
    return False


def of(path: str, host: str) -> dict[str, str]:
    """The headers of an answer to `path` on an installation whose public host is `host`."""
    headers = {**EVERY}
    if TALK.fullmatch(path):
        headers |= AT_THE_TALK_PAGE
    if not path.startswith(STATIC):
        headers |= NOT_KEPT
    if real(host):
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR_S}; includeSubDomains"
    return headers
