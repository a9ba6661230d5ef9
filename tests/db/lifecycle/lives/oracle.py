"""The policy as an oracle: what may be read of a call at a moment, computed from the published periods alone.

Nothing of the platform's own arithmetic is used here but the policy file and the day on which a paid month ends. Time goes one way: what may
not be read at one moment may not be read at any later one, whatever anybody does to the plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ringfence.policy import Part, Plan, load

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PARTS = (Part.LOG, Part.RECORDING, Part.TRANSCRIPT)


@dataclass
class Life:
    """One call. `chosen` are its agent's own periods in days; `gone` are parts that no later moment may show."""

    id: UUID
    agent: str
    ended: datetime
    chosen: dict[Part, int]
    holds: set[UUID] = field(default_factory=set)
    gone: set[Part] = field(default_factory=set)
    never: set[Part] = field(default_factory=set)

    def days(self, part: Part, plan: Plan) -> int | None:
        """The shortest of what the plan and the agent say of the part and of the log through which it is found."""
        longest = load().retention[Part.RECORDING if part is Part.LOG else part].days[plan]
        said = [longest, self.chosen.get(part), self.chosen.get(Part.LOG)]
        return min((each for each in said if each is not None), default=None)

    def readable(self) -> set[Part]:
        """A part is found through its log."""
        return (
            set() if Part.LOG in self.gone else {part for part in PARTS if part not in self.gone | self.never}
        )


@dataclass
class Oracle:
    """An account: its plan, the lower one that is to come and when, its calls."""

    plan: Plan
    lower: tuple[Plan, datetime] | None = None
    lives: dict[UUID, Life] = field(default_factory=dict)
    cancelled: datetime | None = None

    def end(self, life: Life, part: Part) -> datetime | None:
        """The first moment at which the part may not be read, if nothing holds it. None: there is none."""
        now = self._after(life, part, self.plan)
        if self.lower is None:
            return now
        then = self._after(life, part, self.lower[0])
        if then is None:
            return now
        later = max(then, self.lower[1])
        return later if now is None else min(now, later)

    def pass_to(self, moment: datetime) -> None:
        """Time passes: what is over is gone for good, unless a hold names the call."""
        for life in self.lives.values():
            if life.holds:
                continue
            for part in PARTS:
                end = self.end(life, part)
                if end is not None and moment >= end:
                    life.gone.add(part)
        if self.lower is not None and moment >= self.lower[1]:
            self.plan, self.lower = self.lower[0], None

    def moments(self, now: datetime) -> Iterator[datetime]:
        """When something is to happen next, and a second before and after it."""
        ends = [self.end(life, part) for life in self.lives.values() for part in PARTS]
        grace = self.cancelled + load_grace() if self.cancelled else None
        for end in [*ends, self.lower[1] if self.lower else None, grace]:
            if end is not None:
                yield from (each for each in (end - SECOND, end, end + SECOND) if each > now)

    def copy(self) -> "Oracle":
        return replace(
            self,
            lives={
                each.id: replace(each, holds=set(each.holds), gone=set(each.gone))
                for each in self.lives.values()
            },
        )

    def _after(self, life: Life, part: Part, plan: Plan) -> datetime | None:
        days = life.days(part, plan)
        return None if days is None else life.ended + days * DAY


def load_grace() -> timedelta:
    """The days in which a cancelled account may come back."""
    line = next(each for each in load().kept if each.id == "account")
    days = line.days[Plan.STARTER]
    assert days is not None
    return days * DAY
