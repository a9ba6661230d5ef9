"""An account's plan as time goes on: the one it has, and the lower one that it goes over to."""

from dataclasses import dataclass
from datetime import datetime

from ringfence.policy.values import Plan


@dataclass(frozen=True, slots=True)
class Term:
    """`then` begins at the moment `at`; both are None where nothing was confirmed."""

    plan: Plan
    then: Plan | None = None
    at: datetime | None = None

    def on(self, moment: datetime) -> Plan:
        """The plan at a moment. A change that is due counts, whether or not anybody has got round to it."""
        return self.then if self.then is not None and self.at is not None and moment >= self.at else self.plan

    def changes(self) -> tuple[Plan, datetime] | None:
        """What is to come, and when."""
        return (self.then, self.at) if self.then is not None and self.at is not None else None
