"""Who may receive personal data: the kinds there are, what has to be said of each, and where in the world they are.

There is no kind for an advertiser or a buyer of data, and no room for one: the list is closed here and in the database.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from ringfence.core.personal import Category


class Kind(StrEnum):
    """What a recipient does for the calls of this installation."""

    ENGINE = "engine"  # hears, thinks or speaks
    CARRIER = "carrier"
    MAIL = "mail"
    OBJECTS = "objects"  # keeps recordings, keys of time, the ledger, backups
    IDENTITY = "identity"  # vouches for an account's members
    TOOL = "tool"  # a system of the customer's own, which its agents ask


class Role(StrEnum):
    """As whom a recipient acts (GDPR 4(7), 4(8), 28(4))."""

    CUSTOMER = "customer"  # chosen, instructed and contracted by the customer
    SUBPROCESSOR = "subprocessor"  # the operator's own, for its customers' data
    PROCESSOR = "processor"  # the operator's own, for data of which it is the controller


class Ground(StrEnum):
    """On what data may go where the recipient is (GDPR 44 to 46). `UNSAID` permits nothing."""

    UNSAID = "unsaid"
    EEA = "eea"
    ADEQUACY = "adequacy"
    SCC = "scc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What somebody said about a recipient. `country` is ISO 3166-1; `module` that of the clauses (Decision 2021/914), 1 to 4;
    `assessed_on` the day of the transfer assessment, or for the United States of the look at the certification.
    """

    ground: Ground = Ground.UNSAID
    country: str = ""
    module: int | None = None
    assessed_on: date | None = None
    agreement: str = ""


NOTHING_SAID: Final = Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A line of the register. `account_id` is None for what the operator chose for the whole installation; its `host` may begin
    with a dot and then stands for every name below it.
    """

    id: UUID
    account_id: UUID | None
    kind: Kind
    role: Role
    host: str
    port: int
    purposes: frozenset[str]
    categories: frozenset[Category]
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """What somebody wants to send: whose data (None: nobody's account in particular), of which category, for which purpose, to what
    kind of recipient. `whole` what cannot be told apart travels as its most protected category.
    """

    kind: Kind
    purpose: str
    category: Category
    account_id: UUID | None = None


# What each kind may be given at most: purposes, categories.
LIMITS: Final[dict[Kind, tuple[frozenset[str], frozenset[Category]]]] = {
    Kind.ENGINE: (frozenset({"service"}), frozenset({Category.CALL})),
    Kind.CARRIER: (frozenset({"service"}), frozenset({Category.CALL, Category.CONTACT, Category.ACCOUNT})),
    Kind.MAIL: (frozenset({"service", "security"}), frozenset({Category.ACCOUNT, Category.USAGE})),
    Kind.OBJECTS: (frozenset({"service"}), frozenset(Category)),
    Kind.IDENTITY: (frozenset({"security"}), frozenset({Category.ACCOUNT})),
    Kind.TOOL: (frozenset({"service"}), frozenset({Category.CALL})),
}
# Kinds that customers bring; the others are the operator's.
CUSTOMERS: Final = frozenset({Kind.ENGINE, Kind.CARRIER, Kind.IDENTITY, Kind.TOOL})

# The European Economic Area: the Union's members, Iceland, Liechtenstein and Norway.
EEA: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# Countries with a decision of the Commission under GDPR 45. Canada's covers commercial organisations, that of the United States those
# certified under the Data Privacy Framework (Decision 2023/1795): for it, the day of the look at the list has to be said.
ADEQUATE: Final = frozenset(
    ["AD", "AR", "BR", "CA", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "JP", "KR", "NZ", "US", "UY"]
)
CERTIFIED: Final = frozenset({"US"})
MODULES: Final = (1, 2, 3, 4)
