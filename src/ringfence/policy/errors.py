"""What can be wrong with a policy.

PolicyError
└── BadPolicy   the file cannot be enforced as it stands; names the line and the reason
"""

from ringfence.core.errors import BadInput, RingfenceError


class PolicyError(RingfenceError):
    code = "policy"


class BadPolicy(PolicyError, BadInput):
    """`line` counts from 1."""

    code = "bad_policy"

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"policy.toml, line {line}: {reason}")
        self.line = line
        self.reason = reason
