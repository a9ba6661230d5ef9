"""What can be said about a promise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ringfence.core.clock import Clock
from ringfence.core.config import Config
from ringfence.vault.vault import Vault


class State(StrEnum):
    """How a promise stands. A gap is what is not built or cannot be measured: it is never counted as kept."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    GAP = "gap"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found, in a sentence, with the figures it rests on. Nothing of an account is in it."""

    state: State
    says: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looking:
    """What a look may use: it runs as the worker's login, outside of every account."""

    clock: Clock
    config: Config
    vault: Vault


Look = Callable[[Looking], Evidence]


def kept(says: str, **facts: str) -> Evidence:
    return Evidence(State.KEPT, says, _labels(facts))


def broken(says: str, **facts: str) -> Evidence:
    return Evidence(State.NOT_KEPT, says, _labels(facts))


def gap(says: str, **facts: str) -> Evidence:
    return Evidence(State.GAP, says, _labels(facts))


def _labels(facts: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({name.replace("_", " ").capitalize(): text for name, text in facts.items()})
