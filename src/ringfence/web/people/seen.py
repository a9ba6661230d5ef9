"""Where a request comes from, in no more detail than its owner needs to know it again."""

import re
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from django.http import HttpRequest

from ringfence.apps.people.sessions import Seen

# The first that fits; what calls itself several things is named by the rarer one.
_BROWSERS: Final = (
    ("Edge", re.compile(r"\bEdgA?/|\bEdgiOS/")), ("Opera", re.compile(r"\bOPR/")), ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chromium", re.compile(r"HeadlessChrome/|Chromium/")), ("Chrome", re.compile(r"Chrome/|CriOS/")),
    ("Safari", re.compile(r"Safari/")),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", re.compile(r"Android")), ("an iPhone", re.compile(r"iPhone")), ("an iPad", re.compile(r"iPad")),
    ("Windows", re.compile(r"Windows")), ("a Mac", re.compile(r"Mac OS X|Macintosh")), ("Linux", re.compile(r"Linux|X11")),
)  # fmt: skip
UNKNOWN: Final = "Another program"
NO_ADDRESS: Final = "unknown"
HERE: Final = "this machine"
V4_PREFIX: Final = 24
V6_PREFIX: Final = 48


def seen(request: HttpRequest) -> Seen:
    """The place of this request."""
    address = request.META.get("REMOTE_ADDR") or NO_ADDRESS
    return Seen(
        browser=browser(request.META.get("HTTP_USER_AGENT", "")), address=address[:45], network=network(address)
    )  # fmt: skip


def browser(agent: str) -> str:
    """“Firefox on Linux”: the family alone, so that an update is no new browser."""
    name = next((name for name, marks in _BROWSERS if marks.search(agent)), None)
    system = next((name for name, marks in _SYSTEMS if marks.search(agent)), None)
    if name is None:
        return UNKNOWN
    return f"{name} on {system}" if system else name


def network(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one: what one connection at home or at work keeps."""
    try:
        found = ip_address(address)
    except ValueError:
        return NO_ADDRESS
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if found.is_loopback:
        return HERE  # a browser reaches `localhost` as 127.0.0.1 and as ::1, as it likes
    prefix = V4_PREFIX if found.version == 4 else V6_PREFIX  # noqa: PLR2004 - versions of the protocol
    return str(ip_network(f"{found}/{prefix}", strict=False))
