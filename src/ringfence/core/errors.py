"""The root of every error the platform raises on purpose.

    RingfenceError
    ├── BadInput          the caller sent something wrong; sending it again unchanged will not help
    ├── NotAllowed        the caller may not do this
    ├── NotFound          no such thing for this caller
    ├── Gone              it was here and never will be again
    ├── Conflict          the thing changed meanwhile, or the same key carried other content
    └── Unavailable       something we depend on is away; trying later may help

Each package draws its own tree below one of these. A message tells the person what to do next.
"""

from typing import ClassVar


class RingfenceError(Exception):
    """Root. `code` is stable and safe to log; `retry` says whether the same call may succeed later."""

    code: ClassVar[str] = "error"
    retry: ClassVar[bool] = False


class BadInput(RingfenceError):
    code = "bad_input"


class NotAllowed(RingfenceError):
    code = "not_allowed"


class NotFound(RingfenceError):
    code = "not_found"


class Gone(RingfenceError):
    code = "gone"


class Conflict(RingfenceError):
    code = "conflict"


class Unavailable(RingfenceError):
    code = "unavailable"
    retry = True
