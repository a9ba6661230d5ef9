"""Every decision that is drawn from the policy. Pure: what it depends on is in the arguments.

The package offers each of them for the policy in force; here the policy is an argument, so that another can be asked too.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from ringfence.core.errors import BadInput
from ringfence.core.personal import Category
from ringfence.policy.errors import NoPeriod
from ringfence.policy.values import NO_PERIODS, AgentPeriods, Kept, Part, Plan, Policy, Purpose, Use


class Answer(Enum):
    """Three answers; only YES is true, so that `if may(…)` lets nothing pass that the policy does not clearly allow."""

    YES = "yes"
    NO = "no"
    GAP = "gap"  # nobody can say: the policy is silent, or its condition cannot be shown

    def __bool__(self) -> bool:
        return self is Answer.YES


@dataclass(frozen=True, slots=True)
class Decision:
    """`promise` is the line it rests on; empty where there is none. `reason` names no person and no thing."""

    answer: Answer
    promise: str
    reason: str

    def __bool__(self) -> bool:
        return bool(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What whoever asks can show about the policy's conditions. None: nobody can say, and that never permits."""

    anonymised: bool | None = None  # it is an aggregate that names nobody
    required: bool | None = None  # a law or an authority requires exactly this
    permitted: bool | None = None  # the customer permitted it, and the permission is in force


NOTHING_SHOWN: Final = Shown()
_CONDITIONS: Final = {
    Use.ANONYMISED: ("anonymised", "only anonymised data"),
    Use.AS_REQUIRED: ("required", "only what the law requires"),
    Use.WITH_PERMISSION: ("permitted", "only with the customer's permission"),
}


def may(policy: Policy, purpose: str, category: Category, shown: Shown = NOTHING_SHOWN) -> Decision:
    """Whether data of this category may be used for this purpose."""
    found = next((each for each in policy.purposes if each.id == purpose), None)
    if found is None:
        return Decision(Answer.GAP, "", "The policy knows no such purpose.")
    use = found.uses[category]
    if use is Use.YES:
        return Decision(Answer.YES, found.promise, "The policy allows it.")
    if use is Use.NO:
        return Decision(Answer.NO, found.promise, "The policy does not allow it.")
    return _under_condition(found, use, shown)


def _under_condition(purpose: Purpose, use: Use, shown: Shown) -> Decision:
    name, words = _CONDITIONS[use]
    held: bool | None = getattr(shown, name)
    if held is None:
        return Decision(
            Answer.GAP, purpose.promise, f"The policy allows {words}, and nothing shows that it is."
        )
    if not held:
        return Decision(Answer.NO, purpose.promise, f"The policy allows {words}.")
    return Decision(Answer.YES, purpose.promise, f"The policy allows {words}, and it is.")


def days(policy: Policy, part: Part, plan: Plan, periods: AgentPeriods = NO_PERIODS) -> int | None:
    """For how many days a part is kept: the plan's period, shortened by the agent's and never lengthened.

    None is without limit; 0 means that the part must not be written.
    """
    longest = policy.retention[part].days[plan]
    chosen = periods.of(part)
    if chosen is not None and chosen < 0:
        raise BadInput("A period is 0 days or more.")
    if longest is None:
        return chosen
    return longest if chosen is None else min(chosen, longest)


def due(policy: Policy, part: Part, plan: Plan, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
    """The first moment at which the part must not be readable; None if there is none. A day is 24 hours of UTC."""
    kept = days(policy, part, plan, periods)
    ended = _utc(ended_at)
    return None if kept is None else ended + timedelta(days=kept)


def until(
    policy: Policy, kept: str, plan: Plan, since: datetime, *, under_hipaa: bool = False
) -> datetime | None:
    """The first moment at which what is kept under this line must be gone, for what began `since`: the event, the
    cancellation, the invoice, as the line's `after` says. None: without limit. Raises NoPeriod where the line leaves the
    period to the operator, and for a line that is not there.
    """
    line = kept_line(policy, kept)
    begun = _utc(since)
    if line.beyond is not None:
        begun = until(policy, line.beyond, plan, begun) or begun
    if line.years is not None:
        return _years_on(
            begun, line.years_under_hipaa if under_hipaa and line.years_under_hipaa else line.years
        )
    if not line.days:
        raise NoPeriod(f"The policy leaves the period of {kept!r} to the operator.")
    period = line.days[plan]
    return None if period is None else begun + timedelta(days=period)


def kept_line(policy: Policy, kept: str) -> Kept:
    """The line of the policy with this id. Raises NoPeriod if there is none."""
    found = next((each for each in policy.kept if each.id == kept), None)
    if found is None:
        raise NoPeriod(f"The policy has no period for {kept!r}.")
    return found


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput("A period begins at a moment with a time zone.")
    return moment.astimezone(UTC)


def _years_on(moment: datetime, years: int) -> datetime:
    """The same day so many years on; for 29 February, where there is none, 1 March: nothing goes early."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
