"""What requests are for, by where they enter. Within it a page may state one of the entry's other purposes."""

from typing import Final

# The longest beginning that fits. A path that has none is served for no purpose, and reads nothing personal.
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    "/": ("service", "security", "billing", "legal", "improve"),
    "/api/": ("service", "security", "billing", "legal"),
    "/webhooks/": ("service", "security", "legal", "billing"),
    "/operator/": (
        "service",
        "security",
        "improve",
    ),  # a call that was released is opened for support, which `calls.released` asks
    "/sign-in/": ("service", "security", "improve"),
    "/sign-up/": ("service", "security", "improve"),
    "/step-up/": ("service", "security", "improve"),
}


def purposes_of(path: str) -> tuple[str, ...]:
    """The purposes of whatever enters here."""
    return ENTRIES[max((each for each in ENTRIES if path.startswith(each)), key=len)]
