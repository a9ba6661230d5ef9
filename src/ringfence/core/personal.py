"""Tags for values about people. A tag says which declared category a value belongs to (collect.nothing-else)."""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """The four categories of the policy."""

    ACCOUNT = "account"
    USAGE = "usage"
    CALL = "call"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks an annotated value: `Annotated[str, Personal(Category.CALL)]`. It is never logged."""

    category: Category
