"""The promises as data, the catalogue of all that rests, the decisions drawn from them. Pure.

`load()` gives the policy in force; `due` and `days` answer from it.
"""

from datetime import datetime

from ringfence.policy.errors import BadPolicy, PolicyError
from ringfence.policy.load import load, parse
from ringfence.policy.values import NO_PERIODS, AgentPeriods, Part, Plan, Policy

__all__ = [
    "NO_PERIODS",
    "AgentPeriods",
    "BadPolicy",
    "Part",
    "Plan",
    "Policy",
    "PolicyError",
    "days",
    "due",
    "load",
    "parse",
    "version",
]


def version() -> str:
    """The version of the policy in force; every call carries the one it was born under."""
    return load().version


def days(part: Part, plan: Plan, periods: AgentPeriods = NO_PERIODS) -> int | None:
    """For how many days a part is kept. None: without limit. 0: it must not be written."""
    return load().days(part, plan, periods)


def due(part: Part, plan: Plan, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
    """The first moment, in UTC, at which the part must not be readable; None if there is none."""
    return load().due(part, plan, periods, ended_at)
