"""What a feature is: the part of the console that an address belongs to."""

from types import MappingProxyType
from typing import Final

API: Final = "api"  # used by programs, with a key
# The longest beginning of a route that fits names the feature.
_BEGINNINGS: Final = (
    ("learn/calls/", "call_logs"), ("agents/", "agents"), ("numbers/", "numbers"), ("receipts/", "receipts"), ("audit/", "audit"),
    ("consents/", "consents"), ("support/", "support"), ("recipients/", "recipients"), ("retention/", "retention"), ("settings/members/", "members"),
    ("settings/company/", "company"), ("settings/sign-in/", "ways_in"), ("settings/plan/", "plan"),
    ("settings/billing/", "billing"), ("settings/usage/", "usage"), ("settings/keys/", "api_keys"),
    ("settings/engines/", "engines"), ("settings/", "settings"),
)  # fmt: skip
FEATURES: Final = MappingProxyType(
    {
        "call_logs": "Call Logs", "agents": "Agents", "numbers": "Numbers", "receipts": "Receipts", "audit": "Who looked",
        "consents": "Consent", "support": "Support", "recipients": "Who received what", "retention": "Retention & holds",
        "members": "Members", "company": "Company", "ways_in": "Ways in", "plan": "Plan", "billing": "Billing", "usage": "Usage", "api_keys": "API keys", "engines": "Engines",
        "settings": "Settings", API: "API",
    }
)  # fmt: skip


def feature_of(route: str) -> str | None:
    """The feature that a route, as the addresses spell it, is part of; None for what is no feature of an account."""
    fitting = [(len(start), name) for start, name in _BEGINNINGS if route.startswith(start)]
    return max(fitting)[1] if fitting else None
