"""What call data may be used for: asked by everyone who opens them, before they do."""

from typing import Final

from ringfence.core.errors import NotAllowed
from ringfence.core.personal import Category
from ringfence.policy import NOTHING_SHOWN, Shown, may

PROVIDING: Final = "service"


def check_purpose(purpose: str, shown: Shown = NOTHING_SHOWN) -> None:
    """Raise NotAllowed unless the policy lets this purpose use call data. What the policy does not say is not allowed."""
    decision = may(purpose, Category.CALL, shown)
    if not decision:
        raise NotAllowed(f"Call data may not be used for this purpose. {decision.reason}")
