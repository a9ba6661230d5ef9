"""Every look, and going through them all."""

from collections.abc import Mapping
from typing import Final

import structlog

from ringfence.apps.assurance.measurements import LOOK, write
from ringfence.core.errors import RingfenceError
from ringfence.lifecycle.assurance import (
    collecting,
    guarding,
    helping,
    keeping,
    leaving,
    publishing,
    purposes,
    using,
    wire,
)
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, gap

LOOKS: Final[Mapping[str, Look]] = {
    **collecting.LOOKS,
    **guarding.LOOKS,
    **helping.LOOKS,
    **wire.LOOKS,
    **keeping.LOOKS,
    **leaving.LOOKS,
    **publishing.LOOKS,
    **using.LOOKS,
    **purposes.LOOKS,
}


def look(looking: Looking) -> dict[str, Evidence]:
    """What every look found. One that could not be done is a gap, and keeps no other from being done."""
    return {promise: _one(promise, each, looking) for promise, each in LOOKS.items()}


def measure(looking: Looking) -> dict[str, Evidence]:
    """Look at everything, and write it down for the page. Runs as the worker's login."""
    found = look(looking)
    write(
        [(promise, seen.state.value, seen.says, seen.facts) for promise, seen in found.items()],
        LOOK,
        looking.clock,
    )
    return found


def _one(promise: str, each: Look, looking: Looking) -> Evidence:
    try:
        return each(looking)
    except RingfenceError as error:
        structlog.get_logger().warning("a promise could not be measured", code=error.code, reference=promise)
        return gap("It could not be measured.", cause=error.code)
