"""Everything that rests or passes, declared: what it is, whose, for what, until when, and what erasure does to it.

One TOML file per app stands beside this module; `declare.md` says how to add to them. Pure: the live schema is read by
`ringfence.boot.declared`, which refuses to start a process whose database holds something that is not said here.
"""

from ringfence.policy.catalogue.compare import Difference, compare, explain
from ringfence.policy.catalogue.demand import demand
from ringfence.policy.catalogue.load import catalogue, lapsed, read
from ringfence.policy.catalogue.values import Catalogue, Field, Holding, Kind, Place, PlaceKind

__all__ = [
    "Catalogue",
    "Difference",
    "Field",
    "Holding",
    "Kind",
    "Place",
    "PlaceKind",
    "catalogue",
    "compare",
    "demand",
    "explain",
    "lapsed",
    "read",
]
