"""The clock of web requests: the vault's, so that a page and a key never disagree about the time."""

from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock


def clock() -> Clock:
    return vault().clock
