"""Who may do what: the whole table, written out, so that a change is a decision."""

import pytest

from ringfence.apps.accounts.access import SCOPES, TABLE, Action, actions_of, may, may_give
from ringfence.apps.accounts.models import Role, Scope
from ringfence.web import matrix
from ringfence.web.access import Who

EXPECTED = {
    Role.OWNER: set(Action),
    Role.ADMIN: set(Action) - {Action.EDIT_PLAN, Action.EDIT_HOLDS},
    Role.MANAGER: {
        Action.SEE_CALLS, Action.READ_CALLS, Action.HEAR_CALLS, Action.DELETE_CALLS, Action.EXPORT_CALLS, Action.SEE_AGENTS,
        Action.EDIT_AGENTS, Action.PLACE_CALLS, Action.SEE_NUMBERS, Action.EDIT_NUMBERS, Action.SEE_SUPPORT,
        Action.ASK_SUPPORT,
    },
    Role.ANALYST: {Action.SEE_CALLS, Action.SEE_AGENTS},
    Role.BILLING: {Action.EDIT_COMPANY, Action.SEE_PLAN},
    Role.PRIVACY_OFFICER: {
        Action.SEE_CALLS, Action.READ_CALLS, Action.HEAR_CALLS, Action.DELETE_CALLS, Action.EXPORT_CALLS, Action.SEE_AGENTS,
        Action.SEE_NUMBERS, Action.SEE_MEMBERS, Action.SEE_AUDIT, Action.SEE_PLAN, Action.SEE_HOLDS, Action.EDIT_HOLDS,
        Action.SEE_RECIPIENTS, Action.EDIT_RECIPIENTS, Action.SEE_SUPPORT, Action.ASK_SUPPORT, Action.APPROVE_SUPPORT,
    },
}  # fmt: skip
# What asks for no role. A route that is added here is a decision, too.
OPEN = {
    "home", "sign-in", "sign-in-link", "sign-out", "gallery", "account_login", "gpc", "mfa_authenticate", "sign-in-passkey",
    "sign-in-passkey-options", "step-up", "forgotten", "new-password", "confirm-address", "sign-on", "go-sign-on",
    "openid_connect_callback", "sign-up", "confirm-sign-up", "invitation", "privacy", "privacy-elsewhere", "privacy-json",
    "privacy-changes", "trust", "trust-elsewhere", "trust-json", "public-keys", "erased", "erased-file", "problems",
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says(role: Role) -> None:
    assert {action for action in Action if may(role, action)} == EXPECTED[role]


def test_every_action_has_a_line_and_is_asked_for() -> None:
    assert set(TABLE) == set(Action)
    assert {route.asks for route in matrix.routes()} >= set(Action)


def test_every_route_says_whom_it_is_for() -> None:
    assert {route.name for route in matrix.pages() if route.asks is Who.EVERYBODY} == OPEN
    assert {route.name for route in matrix.routes() if route.asks is Who.CARRIER} == {
        "twilio-voice", "twilio-status", "carrier",
    }  # fmt: skip
    assert all(isinstance(route.asks, Action) for route in matrix.operations())


def test_the_operators_console_is_for_staff_and_nothing_else_is() -> None:
    staff = {route.path for route in matrix.routes() if route.asks is Who.STAFF}
    assert staff == {route.path for route in matrix.pages() if route.path.startswith("/operator/")}
    assert len(staff) >= 15


def test_a_route_that_says_nothing_fails_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringfence.web.console import agents

    monkeypatch.delattr(agents.index, "access")
    with pytest.raises(matrix.Undeclared, match="agents says nothing"):
        matrix.routes()


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("role", list(Role))
def test_a_scope_only_narrows(role: Role, scope: Scope) -> None:
    assert actions_of(role, scope) <= EXPECTED[role]
    assert actions_of(role, scope) == EXPECTED[role] & SCOPES[scope]
    for maker in Role:
        assert actions_of(role, scope, maker) == EXPECTED[role] & EXPECTED[maker] & SCOPES[scope]


def test_what_only_reads_changes_nothing() -> None:
    changing = [
        route.name
        for route in matrix.operations()
        if route.method != "GET" and route.asks in SCOPES[Scope.READING]
    ]
    assert not changing
    assert not [a for a in SCOPES[Scope.READING] if a.value.partition("_")[0] in {"edit", "delete", "place"}]


def test_nobody_gives_a_role_that_may_more_than_theirs() -> None:
    given = {giver: {role for role in Role if may_give(giver, role)} for giver in Role}
    assert given == {
        Role.OWNER: set(Role), Role.ADMIN: {Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.BILLING},
        Role.MANAGER: {Role.MANAGER, Role.ANALYST}, Role.ANALYST: {Role.ANALYST}, Role.BILLING: {Role.BILLING},
        Role.PRIVACY_OFFICER: {Role.PRIVACY_OFFICER, Role.ANALYST},
    }  # fmt: skip
