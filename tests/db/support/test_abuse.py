"""Where passwords are guessed shows to the operator: how often, in which account, when last; and nobody by it."""

import re
from datetime import timedelta

from ringfence.core.clock import ManualClock
from ringfence.web.operator.accounts import COUNTED
from tests.db.support.conftest import Case
from tests.support.visitors import Visitor, a_member


def _line(case: Case) -> list[str]:
    """The cells of the account's row; none where it has no row."""
    page = case.staff.get("/operator/abuse/").content.decode()
    rows = [each for each in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if str(case.account_id) in each]
    return [re.sub(r"<[^>]+>", "", cell) for row in rows for cell in re.findall(r"<td.*?</td>", row)]


def _back(case: Case) -> None:
    """Staff sign in anew: their session is over long since."""
    case.staff.user.refresh_from_db()
    case.staff.sign_in()


def test_sign_ins_that_failed_are_counted_by_account_and_nobody_is_named(
    case: Case, clock: ManualClock
) -> None:
    other = a_member(case.account_id, clock)
    guesser = Visitor()
    assert _line(case) == []
    for _ in range(3):
        assert guesser.password(case.owner.email, "guess").status_code == 400
    clock.advance(timedelta(days=1).total_seconds())
    _back(case)
    assert guesser.password(other.email, "guess").status_code == 400
    assert guesser.password("nobody@example.org", "guess").status_code == 400
    cells = _line(case)
    assert cells[1:4] == ["0", "0", "4"]
    page = case.staff.get("/operator/abuse/").content.decode()
    for told in (case.owner.email, other.email, guesser.at, str(case.owner.id)):
        assert told not in page


def test_what_is_long_ago_is_counted_no_more(case: Case, clock: ManualClock) -> None:
    assert Visitor().password(case.owner.email, "guess").status_code == 400
    clock.advance((COUNTED + timedelta(days=1)).total_seconds())
    _back(case)
    assert _line(case) == []
