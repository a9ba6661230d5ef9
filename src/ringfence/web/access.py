"""Who may do what: role × action, in one table. Pages, API and streams all ask it."""

from enum import StrEnum
from typing import Final

from ringfence.apps.accounts.models import Role
from ringfence.core.errors import NotAllowed


class Action(StrEnum):
    """What can be done in an account."""

    SEE_CALLS = "see_calls"  # that they took place: metadata
    READ_CALLS = "read_calls"  # words, audio, numbers
    DELETE_CALLS = "delete_calls"
    EXPORT_CALLS = "export_calls"
    SEE_AGENTS = "see_agents"
    EDIT_AGENTS = "edit_agents"
    PLACE_CALLS = "place_calls"
    SEE_NUMBERS = "see_numbers"
    EDIT_NUMBERS = "edit_numbers"
    SEE_MEMBERS = "see_members"
    EDIT_MEMBERS = "edit_members"
    EDIT_KEYS = "edit_keys"
    EDIT_COMPANY = "edit_company"  # what the company says of itself, for its invoices
    EDIT_SIGN_IN = "edit_sign_in"  # how members come in
    SEE_PLAN = "see_plan"  # plan, invoices, what a change would do
    EDIT_PLAN = "edit_plan"  # change it, leave, come back
    SEE_HOLDS = "see_holds"
    EDIT_HOLDS = "edit_holds"  # legal holds: the owner and the privacy officer, nobody else
    SEE_RECIPIENTS = "see_recipients"  # who received what
    EDIT_RECIPIENTS = "edit_recipients"  # where they are, and on what ground they may receive
    SEE_SUPPORT = "see_support"  # support requests, and what staff asked for
    ASK_SUPPORT = "ask_support"  # open one, write to it
    APPROVE_SUPPORT = "approve_support"  # let a named person of the operator's see call data; take it back
    SEE_AUDIT = "see_audit"  # who did what, and exports of it


_READING: Final = {Action.SEE_CALLS, Action.READ_CALLS, Action.SEE_AGENTS, Action.SEE_NUMBERS}
_WORKING: Final = _READING | {
    Action.EDIT_AGENTS,
    Action.PLACE_CALLS,
    Action.EXPORT_CALLS,
    Action.DELETE_CALLS,
}
_RUNNING: Final = _WORKING | {Action.EDIT_NUMBERS, Action.SEE_MEMBERS, Action.EDIT_KEYS}

TABLE: Final[dict[Role, frozenset[Action]]] = {
    Role.OWNER: frozenset(Action),
    Role.ADMIN: frozenset(
        _RUNNING
        | {
            Action.EDIT_MEMBERS,
            Action.SEE_AUDIT,
            Action.EDIT_COMPANY,
            Action.EDIT_SIGN_IN,
            Action.SEE_PLAN,
            Action.SEE_HOLDS,
            Action.SEE_RECIPIENTS,
            Action.EDIT_RECIPIENTS,
            Action.SEE_SUPPORT,
            Action.ASK_SUPPORT,
            Action.APPROVE_SUPPORT,
        }
    ),
    Role.MANAGER: frozenset(_WORKING | {Action.EDIT_NUMBERS, Action.SEE_SUPPORT, Action.ASK_SUPPORT}),
    Role.ANALYST: frozenset({Action.SEE_CALLS, Action.SEE_AGENTS}),
    Role.BILLING: frozenset({Action.EDIT_COMPANY, Action.SEE_PLAN}),
    Role.PRIVACY_OFFICER: frozenset(
        {
            *_READING,
            Action.DELETE_CALLS,
            Action.EXPORT_CALLS,
            Action.SEE_MEMBERS,
            Action.SEE_AUDIT,
            Action.SEE_PLAN,
            Action.SEE_HOLDS,
            Action.EDIT_HOLDS,
            Action.SEE_RECIPIENTS,
            Action.EDIT_RECIPIENTS,
            Action.SEE_SUPPORT,
            Action.ASK_SUPPORT,
            Action.APPROVE_SUPPORT,
        }
    ),
}


# What a cancelled account still opens: how it stands, and the way back.
WHEN_CLOSED: Final = frozenset({Action.SEE_PLAN, Action.EDIT_PLAN})


def may(role: Role, action: Action) -> bool:
    """Whether this role may do this."""
    return action in TABLE[role]


def demand(role: Role, action: Action) -> None:
    """Raise NotAllowed unless this role may do this."""
    if not may(role, action):
        raise NotAllowed("Your role in this account does not allow this. Ask the account's owner.")
