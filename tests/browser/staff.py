"""Somebody of the operator's at a real browser."""

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.staff.people import add
from ringfence.web.people import factors
from tests.browser.conftest import Site, Visitor
from tests.support.accounts import an_address
from tests.support.desk import SECRET, current_code


def employed(site: Site, visitor: Visitor, name: str = "Noor Haddad") -> Visitor:
    """Sign a new person of staff in, with link and code."""
    _person, user = add(an_address(), name, site.clock)
    assert factors.add_app(user, SECRET, current_code())
    code = factors.new_codes(user)[0]
    page = visitor.go(f"/sign-in/link/?token={sign_in_token(user)}&next=/operator/")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/operator/")
    return visitor
