"""What each login of the database sees in the clear, and what for: `logins.toml`, held against the policy and the catalogue."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from ringfence.core.personal import Category
from ringfence.policy.catalogue.load import catalogue
from ringfence.policy.catalogue.values import Catalogue, Field, Holding, Place, PlaceKind
from ringfence.policy.decide import Shown, may
from ringfence.policy.errors import BadPolicy
from ringfence.policy.load import load
from ringfence.policy.values import Policy

FILE: Final = "logins.toml"
ALL: Final = "all"
# Whether a purpose may use a category at all, once its condition is shown.
_CONDITIONS: Final = Shown(anonymised=True, required=True, permitted=True)

HEAD: Final = """# What each login shows in the clear

What somebody sees who has the password of one of the database's logins, and nothing else: these columns, of one account at a time
where a table is an account's. Everything else that the login reads is sealed, and opens with keys that no database holds. Each login
has purposes; it sees a column only if the catalogue has one of these for it, and the policy lets that purpose use it. The page is made from
`src/ringfence/policy/logins.toml`; a test, and a look that `/trust` shows, hold the live grants against it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSees:
    """`sees` has, by table, the columns that the login reads and that are not sealed."""

    name: str
    does: str
    purposes: tuple[str, ...]
    sees: MappingProxyType[str, tuple[str, ...]]

    def columns(self) -> Iterator[tuple[str, str]]:
        for table, names in self.sees.items():
            yield from ((table, name) for name in names)


@cache
def logins() -> MappingProxyType[str, LoginSees]:
    """Every serving login, by name. Raises BadPolicy."""
    source = files("ringfence.policy").joinpath(FILE).read_text("utf-8")
    return read(source, catalogue(), load())


def read(source: str, known: Catalogue, policy: Policy) -> MappingProxyType[str, LoginSees]:
    """Raises BadPolicy where a login would see what none of its purposes may use."""
    found = {name: _login(name, said, known) for name, said in tomllib.loads(source).items()}
    for login in found.values():
        for table, column in login.columns():
            field = known.of(PlaceKind.TABLE)[table].fields[column]
            if not permitted(policy, login.purposes, field):
                raise BadPolicy(1, f"{login.name} has no purpose for {table}.{column}.", FILE)
    return MappingProxyType(found)


def permitted(policy: Policy, purposes: Iterable[str], field: Field) -> bool:
    """Whether one of these purposes is the field's, and may use its category. What is about nobody is free."""
    facets = field.facets
    if facets.category in {Holding.OPERATIONAL, Holding.OPERATOR}:
        return True
    category = Category(facets.category.value)
    return any(
        purpose in facets.purposes and may(policy, purpose, category, _CONDITIONS) for purpose in purposes
    )


def clear(place: Place) -> tuple[str, ...]:
    """The columns of a table that are not sealed."""
    return tuple(name for name, field in place.fields.items() if not field.sealed)


def page(found: Iterable[LoginSees]) -> str:
    """The declarations as Markdown."""
    lines = [HEAD]
    for login in found:
        lines += [f"## {login.name}", "", f"{login.does} Purposes: {', '.join(login.purposes)}.", ""]
        lines += ["| table | columns in the clear |", "|---|---|"]
        lines += [f"| {table} | {', '.join(names)} |" for table, names in login.sees.items()]
        lines.append("")
    return "\n".join(lines)


def _login(name: str, said: dict[str, Any], known: Catalogue) -> LoginSees:
    sees = {}
    for table, columns in said["sees"].items():
        place = known.of(PlaceKind.TABLE).get(table)
        names = clear(place) if place and columns == ALL else tuple(columns)
        if place is None or not set(names) <= set(clear(place)):
            raise BadPolicy(
                1,
                f"{name} is to see {table}, of which the catalogue knows no such columns in the clear.",
                FILE,
            )
        sees[table] = names
    return LoginSees(
        name=name, does=said["does"], purposes=tuple(said["purposes"]), sees=MappingProxyType(sees)
    )
