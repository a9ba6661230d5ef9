"""Whether a machine picked up: its greeting is long, or says what such greetings say."""

import re

from ringfence.core.agent.words import plain

LONG_S = 5.0  # a person who picks up says less before listening
WITHIN_S = 10.0  # the greeting begins at once
TONE_S = 25.0  # how long to wait for its end

_GREETING = re.compile(
    r"leave (?:me |us )?(?:a|your) (?:brief |short |detailed )?(?:message|name)|(?:after|at) the (?:tone|beep)|"
    r"voice ?mail|mailbox|is not available|unavailable|cannot (?:take|come to|answer)|cant (?:take|come to|answer)|"
    r"forwarded to|mailbox is full"
)


def sounds_like_a_machine(text: str) -> bool:
    """Whether `text` is a greeting that a person on the telephone would not say."""
    return bool(_GREETING.search(" ".join(plain(text))))
