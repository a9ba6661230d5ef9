"""Who may do what: the whole table, written out, so that a change is a decision."""

import pytest
from django.urls import URLPattern, get_resolver

from ringfence.apps.accounts.models import Role
from ringfence.web.access import TABLE, Action, may

EXPECTED = {
    Role.OWNER: set(Action),
    Role.ADMIN: set(Action) - {Action.EDIT_PLAN, Action.EDIT_HOLDS},
    Role.MANAGER: {
        Action.SEE_CALLS, Action.READ_CALLS, Action.DELETE_CALLS, Action.EXPORT_CALLS, Action.SEE_AGENTS, Action.EDIT_AGENTS,
        Action.PLACE_CALLS, Action.SEE_NUMBERS, Action.EDIT_NUMBERS, Action.SEE_SUPPORT, Action.ASK_SUPPORT,
    },
    Role.ANALYST: {Action.SEE_CALLS, Action.SEE_AGENTS},
    Role.BILLING: {Action.EDIT_COMPANY, Action.SEE_PLAN},
    Role.PRIVACY_OFFICER: {
        Action.SEE_CALLS, Action.READ_CALLS, Action.DELETE_CALLS, Action.EXPORT_CALLS, Action.SEE_AGENTS,
        Action.SEE_NUMBERS, Action.SEE_MEMBERS, Action.SEE_AUDIT, Action.SEE_PLAN, Action.SEE_HOLDS, Action.EDIT_HOLDS,
        Action.SEE_RECIPIENTS, Action.EDIT_RECIPIENTS, Action.SEE_SUPPORT, Action.ASK_SUPPORT, Action.APPROVE_SUPPORT,
    },
}  # fmt: skip
OPEN = {"home", "sign-in", "sign-in-link", "sign-out", "gallery", "twilio-voice", "twilio-status"}
OPEN |= {
    "account_login",
    "gpc",
    "mfa_authenticate",
    "sign-in-passkey",
    "sign-in-passkey-options",
    "step-up",
    "forgotten",
    "new-password",
    "confirm-address",
    "sign-on",
    "go-sign-on",
    "openid_connect_callback",
    "sign-up",
    "confirm-sign-up",
    "invitation",
    "privacy",
    "privacy-elsewhere",
    "privacy-json",
    "privacy-changes",
    "trust",
    "trust-elsewhere",
    "trust-json",
    "public-keys",
    "erased",
    "erased-file",
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says(role: Role) -> None:
    assert {action for action in Action if may(role, action)} == EXPECTED[role]


def test_every_role_has_a_line() -> None:
    assert set(TABLE) == set(Role)


def test_every_page_asks_who_is_looking() -> None:
    patterns = [each for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
    operators = {each.name for each in patterns if hasattr(each.callback, "staff")}
    unasked = {each.name for each in patterns if not hasattr(each.callback, "action")}
    assert unasked - operators == OPEN
    assert operators == {each.name for each in patterns if str(each.pattern).startswith("operator/")}
    assert operators <= unasked, "a page of a member's is none of staff's"
