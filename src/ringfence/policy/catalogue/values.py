"""The catalogue as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class PlaceKind(StrEnum):
    """Where data rests or passes."""

    TABLE = "table"  # of the database; its fields are columns
    OBJECT = "object"  # a prefix of the object store
    EPOCH = "epoch"  # a kind of key in the keyring
    LEDGER = "ledger"  # a prefix of the ledger's store
    FILE = "file"  # in RINGFENCE_DATA, or beside it
    JOB = "job"  # a queued task; its fields are arguments
    CACHE = "cache"  # a family of cache keys
    LOG = "log"  # lines of a process; its fields are keys
    METRIC = "metric"  # a gauge or counter; its fields are labels
    WEBHOOK = "webhook"  # what is sent to a customer's address; its fields are those of the message


class Kind(StrEnum):
    """What a field holds. The kind decides whether it is sealed, whether it may be logged, and which column may hold it."""

    ID = "id"  # an id of ours
    MOMENT = "moment"  # a moment, a day
    NUMBER = "number"  # a count or an amount
    FLAG = "flag"
    WORD = "word"  # one of a closed list
    CODE = "code"  # a short token that our own code makes: a version, the name of a task, an object's name
    TEXT = "text"  # whatever people, carriers or engines wrote, in the clear
    PUBLISHED = "published"  # text of ours that is public as it stands; no input of anybody reaches it
    DOCUMENT = "document"  # a structure in the clear, which may hold text
    SEALED = "sealed"  # content under a key of the vault
    INDEX = "index"  # a keyed hash, by which equal values are found
    SECRET = "secret"  # noqa: S105 - what proves who somebody is: a hash, a token, a password's hash
    KEY = "key"  # a key, wrapped under another

    @property
    def sealed(self) -> bool:
        return self in {Kind.SEALED, Kind.KEY, Kind.INDEX}

    @property
    def loggable(self) -> bool:
        """Whether a log line may hold such a value. A place may still forbid it, and none may allow more."""
        return self in {Kind.ID, Kind.MOMENT, Kind.NUMBER, Kind.FLAG, Kind.WORD, Kind.CODE}

    @property
    def free(self) -> bool:
        """Whether people's own words may stand in it, readable."""
        return self in {Kind.TEXT, Kind.DOCUMENT}


class Holding(StrEnum):
    """The policy's four categories, and the two kinds of data that are no customer's."""

    ACCOUNT = "account"
    USAGE = "usage"
    CALL = "call"
    CONTACT = "contact"
    OPERATOR = "operator"  # the operator's own people and their actions (keep.operator)
    OPERATIONAL = "operational"  # about no person: an exemption, with a reason and an end date


class Whose(StrEnum):
    CUSTOMER = "customer"  # an account as such
    MEMBER = "member"  # a person who signs in
    CALLER = "caller"  # a person who calls, is called, or stands in a contact list
    STAFF = "staff"  # a person of the operator's
    NOBODY = "nobody"


class Erasure(StrEnum):
    """What erasure does, and the end of a period."""

    DELETED = "deleted"  # the row, object or file goes
    BLANKED = "blanked"  # the value goes, the row stays
    KEY = "key"  # the key that opens it is destroyed, then its bytes go
    KEPT = "kept"  # it stays, on the ground that is named
    NOTHING = "nothing"  # there is nothing of a person in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What has to be said of everything. `retention` is a line of the policy, or `installation`, or `moment`."""

    category: Holding
    whose: Whose
    purposes: tuple[str, ...]
    retention: str
    erasure: Erasure
    ground: str | None
    exported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column, argument or key."""

    name: str
    kind: Kind
    facets: Facets
    loggable: bool

    @property
    def sealed(self) -> bool:
        return self.kind.sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something that holds data. `reach` is the road from a person to it; `unreachable` says why there is none.

    `why` and `until` are the reason and the end of an exemption, where the category is operational.
    """

    kind: PlaceKind
    name: str
    app: str
    holds: str
    facets: Facets
    reach: tuple[str, ...]
    unreachable: str | None
    why: str | None
    until: date | None
    fields: MappingProxyType[str, Field]


class Catalogue:
    """All places. `of` gives those of one kind by their names."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)
        self._of: dict[PlaceKind, dict[str, Place]] = {kind: {} for kind in PlaceKind}
        for place in self.places:
            self._of[place.kind][place.name] = place

    def of(self, kind: PlaceKind) -> Mapping[str, Place]:
        return MappingProxyType(self._of[kind])
