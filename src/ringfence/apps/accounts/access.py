"""Who may do what: role × action × what it is done to, in one table.

Pages, the API, streams, calls that a member opened and work on a member's behalf all ask it. Routes name their action beside their
code (`web.viewer.needs`, `web.api.principal.needs`); what follows for each of them stands in docs/roles.md.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ringfence.apps.accounts.models import Role, Scope


class Action(StrEnum):
    """What can be done in an account."""

    SEE_CALLS = "see_calls"
    READ_CALLS = "read_calls"
    HEAR_CALLS = "hear_calls"
    EXPORT_CALLS = "export_calls"
    DELETE_CALLS = "delete_calls"
    PLACE_CALLS = "place_calls"
    SEE_AGENTS = "see_agents"
    EDIT_AGENTS = "edit_agents"
    SEE_NUMBERS = "see_numbers"
    EDIT_NUMBERS = "edit_numbers"
    SEE_MEMBERS = "see_members"
    EDIT_MEMBERS = "edit_members"
    EDIT_KEYS = "edit_keys"
    EDIT_COMPANY = "edit_company"
    EDIT_SIGN_IN = "edit_sign_in"
    SEE_PLAN = "see_plan"
    EDIT_PLAN = "edit_plan"
    SEE_HOLDS = "see_holds"
    EDIT_HOLDS = "edit_holds"
    SEE_RECIPIENTS = "see_recipients"
    EDIT_RECIPIENTS = "edit_recipients"
    SEE_SUPPORT = "see_support"
    ASK_SUPPORT = "ask_support"
    APPROVE_SUPPORT = "approve_support"
    SEE_AUDIT = "see_audit"


class Object(StrEnum):
    """What it is done to."""

    CALL = "call"  # that it took place: metadata, numbers masked
    RECORDING = "recording"  # and its waveform
    TRANSCRIPT = "transcript"  # and what was made of it: summary, variables, search
    CALLER = "caller's number"
    RECEIPT = "receipt"
    AGENT = "agent"
    ENGINE = "engine"
    NUMBER = "number"
    CONNECTION = "connection"
    MEMBER = "member"
    INVITATION = "invitation"
    KEY = "API key"
    COMPANY = "company"
    SIGN_IN = "ways in"
    PLAN = "plan"
    INVOICE = "invoice"
    USAGE = "usage"
    HOLD = "hold"
    RECIPIENT = "recipient"
    SUPPORT_REQUEST = "support request"
    APPROVAL = "approval for support"
    EVENT = "event"
    CONSENT = "record of consent"


@dataclass(frozen=True, slots=True)
class Line:
    """An action of the table: on what, and by whom."""

    on: tuple[Object, ...]
    roles: frozenset[Role]


_COLUMNS: Final = {
    "o": Role.OWNER, "a": Role.ADMIN, "m": Role.MANAGER, "n": Role.ANALYST, "b": Role.BILLING, "p": Role.PRIVACY_OFFICER,
}  # fmt: skip


def _line(roles: str, *on: Object) -> Line:
    return Line(on, frozenset(_COLUMNS[each] for each in roles if each != "."))


# owner, admin, manager, aNalyst (metadata only, until redaction exists), billing, privacy officer. What no line says, nobody may.
TABLE: Final[dict[Action, Line]] = {
    Action.SEE_CALLS:       _line("oamn.p", Object.CALL, Object.RECEIPT),
    Action.READ_CALLS:      _line("oam..p", Object.TRANSCRIPT, Object.CALLER),
    Action.HEAR_CALLS:      _line("oam..p", Object.RECORDING),
    Action.EXPORT_CALLS:    _line("oam..p", Object.CALL, Object.TRANSCRIPT, Object.CALLER, Object.RECORDING),
    Action.DELETE_CALLS:    _line("oam..p", Object.CALL, Object.TRANSCRIPT, Object.RECORDING),
    Action.PLACE_CALLS:     _line("oam...", Object.CALL),
    Action.SEE_AGENTS:      _line("oamn.p", Object.AGENT),
    Action.EDIT_AGENTS:     _line("oam...", Object.AGENT, Object.ENGINE),
    Action.SEE_NUMBERS:     _line("oam..p", Object.NUMBER, Object.CONNECTION),
    Action.EDIT_NUMBERS:    _line("oam...", Object.NUMBER, Object.CONNECTION),
    Action.SEE_MEMBERS:     _line("oa...p", Object.MEMBER, Object.INVITATION),
    Action.EDIT_MEMBERS:    _line("oa....", Object.MEMBER, Object.INVITATION),
    Action.EDIT_KEYS:       _line("oa....", Object.KEY),
    Action.EDIT_COMPANY:    _line("oa..b.", Object.COMPANY),
    Action.EDIT_SIGN_IN:    _line("oa....", Object.SIGN_IN),
    Action.SEE_PLAN:        _line("oa..bp", Object.PLAN, Object.INVOICE, Object.USAGE),
    Action.EDIT_PLAN:       _line("o.....", Object.PLAN, Object.USAGE),
    Action.SEE_HOLDS:       _line("oa...p", Object.HOLD),
    Action.EDIT_HOLDS:      _line("o....p", Object.HOLD),
    Action.SEE_RECIPIENTS:  _line("oa...p", Object.RECIPIENT),
    Action.EDIT_RECIPIENTS: _line("oa...p", Object.RECIPIENT),
    Action.SEE_SUPPORT:     _line("oam..p", Object.SUPPORT_REQUEST, Object.APPROVAL),
    Action.ASK_SUPPORT:     _line("oam..p", Object.SUPPORT_REQUEST),
    Action.APPROVE_SUPPORT: _line("oa...p", Object.APPROVAL),
    Action.SEE_AUDIT:       _line("oa...p", Object.EVENT, Object.CONSENT),
}  # fmt: skip

_OF_ROLE: Final = {
    role: frozenset(each for each, line in TABLE.items() if role in line.roles) for role in Role
}
_CALLS: Final = frozenset(
    {
        Action.SEE_CALLS, Action.READ_CALLS, Action.HEAR_CALLS, Action.EXPORT_CALLS, Action.DELETE_CALLS,
        Action.PLACE_CALLS,
    }
)  # fmt: skip
_AGENTS: Final = frozenset({Action.SEE_AGENTS, Action.EDIT_AGENTS, Action.SEE_NUMBERS, Action.EDIT_NUMBERS})
# What changes nothing. An action that is added changes something until it is named here.
_READING: Final = frozenset(
    {
        Action.SEE_CALLS, Action.READ_CALLS, Action.HEAR_CALLS, Action.EXPORT_CALLS, Action.SEE_AGENTS, Action.SEE_NUMBERS,
        Action.SEE_MEMBERS, Action.SEE_PLAN, Action.SEE_HOLDS, Action.SEE_RECIPIENTS, Action.SEE_SUPPORT, Action.SEE_AUDIT,
    }
)  # fmt: skip

# What a key's scope leaves of its role. It only ever narrows.
SCOPES: Final[dict[Scope, frozenset[Action]]] = {
    Scope.EVERYTHING: frozenset(Action),
    Scope.READING: _READING,
    Scope.CALLS: _CALLS,
    Scope.CALLS_READING: _CALLS & _READING,
    Scope.AGENTS: _AGENTS,
    Scope.AUDIT: frozenset({Action.SEE_AUDIT}),
}


def may(role: Role, action: Action) -> bool:
    """Whether this role may do this."""
    return action in _OF_ROLE[role]


def actions_of(role: Role, scope: Scope = Scope.EVERYTHING, maker: Role | None = None) -> frozenset[Action]:
    """All that a role may; for a key, within its scope and within the role that its maker has now."""
    found = _OF_ROLE[role] & SCOPES[scope]
    return found if maker is None else found & _OF_ROLE[maker]


def may_give(giver: Role, role: Role) -> bool:
    """Whether somebody with one role may give, change or take away another: it may nothing that theirs may not."""
    return _OF_ROLE[role] <= _OF_ROLE[giver]
