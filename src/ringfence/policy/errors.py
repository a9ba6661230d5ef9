"""What can be wrong with a policy, and with the catalogue of what it covers.

PolicyError
├── BadPolicy    a file cannot be enforced as it stands; names the file, the line and the reason
├── NoPeriod     the policy does not say how long this is kept, so nobody may answer for it
└── Undeclared   something holds data that the catalogue does not know, or knows otherwise; says what to add
"""

from ringfence.core.errors import BadInput, RingfenceError


class PolicyError(RingfenceError):
    code = "policy"


class BadPolicy(PolicyError, BadInput):
    """`line` counts from 1."""

    code = "bad_policy"

    def __init__(self, line: int, reason: str, file: str = "policy.toml") -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.line = line
        self.reason = reason
        self.file = file


class NoPeriod(PolicyError):
    code = "no_period"


class Undeclared(PolicyError):
    code = "undeclared"
