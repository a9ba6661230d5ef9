"""How pages and the API ask the table of roles, and what they say to whoever may not. The table is `apps.accounts.access`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ringfence.apps.accounts.access import Action, may, may_give
from ringfence.apps.accounts.models import Role
from ringfence.core.errors import NotAllowed

__all__ = ["WHEN_CLOSED", "Access", "Action", "Who", "demand", "demand_may_give", "may", "may_give"]


class Who(StrEnum):
    """Whom a route is for that asks for no action."""

    EVERYBODY = "everybody"
    PERSON = "whoever is signed in"  # of no account in particular
    MEMBER = "every member"
    STAFF = "staff, with a second factor"
    CARRIER = "the carrier, by its signature"
    OPERATOR = "the operator's command line, by its ticket"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route asks for: to be looked at, and to be sent to. Every route has one (`web.matrix`)."""

    get: Action | Who
    post: Action | Who

    def of(self, method: str | None) -> Action | Who:
        return self.post if method == "POST" else self.get


# What a cancelled account still opens: how it stands, and the way back.
WHEN_CLOSED: Final = frozenset({Action.SEE_PLAN, Action.EDIT_PLAN})


def demand(role: Role, action: Action) -> None:
    """Raise NotAllowed unless this role may do this."""
    if not may(role, action):
        raise NotAllowed("Your role in this account does not allow this. Ask the account's owner.")


def demand_may_give(giver: Role, role: Role) -> None:
    """Raise NotAllowed unless somebody with one role may give, change or take away the other."""
    if not may_give(giver, role):
        raise NotAllowed(
            "Nobody gives a role that may more than their own, or changes one. Ask the account's owner."
        )
