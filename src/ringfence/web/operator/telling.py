"""What a customer is told by mail of what staff ask and do. Never what it is about: that stands on the page, behind the sign-in."""

from typing import Final
from uuid import UUID

from ringfence.apps.accounts.members import members
from ringfence.apps.accounts.models import Role
from ringfence.core.clock import Clock
from ringfence.web.people import notices

DECIDE: Final = frozenset({Role.OWNER, Role.ADMIN, Role.PRIVACY_OFFICER})


def asked(account_id: UUID, ask_id: UUID, clock: Clock) -> None:
    """Somebody of the operator's asks for access."""
    _tell(
        account_id, "Support asks for access to call data",
        "Somebody of the operator of your installation asks to see call data, because of a support request of yours.",
        "Who, what, why and for how long stands on the page. Nothing opens unless you approve it.",
        act="Look at what is asked", path=f"/support/approvals/{ask_id}/", clock=clock,
    )  # fmt: skip


def answered(account_id: UUID, request_id: UUID, clock: Clock) -> None:
    """Staff wrote to a request."""
    _tell(
        account_id, "Support answered your request", "There is an answer to a support request of your account.",
        act="Read it", path=f"/support/{request_id}/", clock=clock,
    )  # fmt: skip


def glass(account_id: UUID, clock: Clock) -> None:
    """Two people of the operator's look at the account's settings."""
    _tell(
        account_id, "The operator looks at your account's settings",
        "Two people of the operator of your installation opened the settings of your account without a request of yours, for an hour.",
        "They see how it is set up. They see no call, no number and nobody's name. Who it is and why stands on the page.",
        act="Look at who and why", path="/support/", clock=clock,
    )  # fmt: skip


def _tell(account_id: UUID, subject: str, *lines: str, act: str, path: str, clock: Clock) -> None:
    for each in members(account_id):
        if each.role in DECIDE:
            notices.link(each.email, subject, *lines, act=act, path=path, clock=clock)
