"""The promises as data, the catalogue of all that rests, the decisions drawn from them. Pure.

`load()` gives the policy in force; `may`, `days`, `due` and `until` answer from it. Each of them is in `decide`.
"""

from datetime import datetime

from ringfence.core.personal import Category
from ringfence.policy import decide
from ringfence.policy.decide import NOTHING_SHOWN, Answer, Decision, Shown
from ringfence.policy.errors import BadPolicy, NoPeriod, PolicyError, Undeclared
from ringfence.policy.load import load, parse
from ringfence.policy.term import Term
from ringfence.policy.values import NO_PERIODS, AgentPeriods, Part, Plan, Policy
from ringfence.policy.words import fill, quotable

__all__ = [
    "NOTHING_SHOWN",
    "NO_PERIODS",
    "AgentPeriods",
    "Answer",
    "BadPolicy",
    "Decision",
    "NoPeriod",
    "Part",
    "Plan",
    "Policy",
    "PolicyError",
    "Shown",
    "Term",
    "Undeclared",
    "days",
    "due",
    "load",
    "may",
    "parse",
    "quote",
    "until",
    "version",
]


def version() -> str:
    """The version of the policy in force; every call carries the one it was born under."""
    return load().version


def may(purpose: str, category: Category, shown: Shown = NOTHING_SHOWN) -> Decision:
    """Whether data of a category may be used for a purpose: true only if the policy clearly allows it. See `decide.may`."""
    return decide.may(load(), purpose, category, shown)


def days(part: Part, plan: Plan, periods: AgentPeriods = NO_PERIODS) -> int | None:
    """For how many days a part is kept. None: without limit. 0: it must not be written."""
    return decide.days(load(), part, plan, periods)


def due(part: Part, plan: Plan, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
    """The first moment, in UTC, at which the part must not be readable; None if there is none."""
    return decide.due(load(), part, plan, periods, ended_at)


def quote(text: str) -> str:
    """The text with the policy's own words where it names them in braces: `{billing}`, `{backups}`, as promises do. Raises KeyError
    for what cannot be quoted.
    """
    policy = load()
    return fill(text, quotable(policy.plans, policy.retention, policy.kept, policy.guard))


def until(kept: str, plan: Plan, since: datetime, *, under_hipaa: bool = False) -> datetime | None:
    """The first moment at which what is kept under a line of the policy ("audit", "billing", …) must be gone. See `decide`."""
    return decide.until(load(), kept, plan, since, under_hipaa=under_hipaa)
