"""Support on a whole installation: somebody is made staff, and comes to one call by its customer's key, for as long as that says."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.desk import current_code
from tests.support.house import COMMAND, Browser, House, Page, free_port

pytestmark = pytest.mark.timeout(400)
EMAIL = "noor@operator.example"
PRIVACY = "privacy@operator.example"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    folder: Path = tmp_path_factory.mktemp("house")
    house = House(folder, free_port(), settings={"RINGFENCE_PRIVACY_ADDRESS": PRIVACY})
    link = house.start()
    yield house, link
    house.stop()


def send(browser: Browser, page: str, path: str, **fields: str) -> Page:
    """Fill in a form of a page; what follows."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).body)
    assert token is not None, page
    return browser.ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}))


def found(pattern: str, page: Page) -> str:
    match = re.search(pattern, page.body)
    assert match is not None, pattern
    return match[1]


def test_the_road_on_a_running_installation(made: tuple[House, str]) -> None:
    house, link = made
    staff, customer = house.browser(), house.browser()
    hired = house.answer("staff", "create", "--email", EMAIL, "--name", "Noor Haddad")
    assert [each["email"] for each in house.answer("staff", "list")] == [EMAIL]
    assert "A second factor first" in staff.get(hired["sign_in"]).body
    assert staff.get("/operator/accounts/").status == 403
    page = staff.get("/security/app/")
    secret = found(r"<code[^>]*>([A-Z2-7 ]{16,})</code>", page).replace(" ", "")
    token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    said = urlencode({"csrfmiddlewaretoken": token, "code": current_code(secret)})
    assert "recovery" in staff.ask("POST", "/security/app/", said).body.casefold()
    assert "Demo" in staff.get("/operator/accounts/").body

    customer.get(link)
    call_id = found(r"/learn/calls/([0-9a-f-]{36})/", customer.get("/learn/calls/"))
    page = send(
        customer, "/support/", "/support/", subject="call", calls=call_id, text="It misheard the day."
    )
    assert "It misheard the day." in page.body
    request = found(r"(/operator/requests/[0-9a-f-]{36}/[0-9a-f-]{36}/)", staff.get("/operator/"))
    page = send(staff, request, f"{request}ask/", call=call_id, hours="1", reason="To hear the day")
    assert "Waits until" in page.body

    approval = found(r"(/support/approvals/[0-9a-f-]{36}/)", customer.get("/support/"))
    seen = found(r'name="seen" value="([0-9a-f]+)"', customer.get(approval))
    assert "Open until" in send(customer, approval, f"{approval}approve/", seen=seen).body
    access = found(r"(/operator/access/[0-9a-f-]{36}/[0-9a-f-]{36}/)", staff.get(request))
    call = staff.get(f"{access}{call_id}/")
    assert call.status == 200
    assert "Transcript" in call.body
    assert staff.get(f"{access}{call_id}/recording").status == 200
    assert "Noor Haddad, of the operator" in customer.get("/audit/").body

    send(customer, approval, f"{approval}withdraw/")
    assert staff.get(f"{access}{call_id}/").status == 403
    assert staff.get(f"{access}{call_id}/recording").status == 403
    assert house.run("staff", "remove", "--email", EMAIL).returncode == 0
    assert "Sign in" in staff.get("/operator/").body


def test_the_promises_are_tried_from_another_shell(made: tuple[House, str]) -> None:
    """One that says nothing but where the data are: port and privacy address are those with which the installation runs."""
    house, _link = made
    shell = {k: v for k, v in house.environment.items() if not k.startswith("RINGFENCE_")}
    shell["RINGFENCE_DATA"] = str(house.data)
    done = subprocess.run(
        [*COMMAND, "prove", "--json"], env=shell, capture_output=True, text=True, check=False
    )
    told = json.loads(done.stdout)["promises"]
    states = {each["id"]: (each["state"], each["says"]) for each in told}
    for promise in (
        "guard.staff", "use.support", "keep.operator", "guard.transit", "gdpr.contact", "publish.policy", "cookies.session",
    ):  # fmt: skip
        assert states[promise][0] == "kept", states[promise]
    assert PRIVACY in done.stdout


def test_a_member_is_not_made_staff(made: tuple[House, str]) -> None:
    house, _link = made
    refused = house.run("staff", "create", "--email", "owner@localhost")
    assert refused.returncode == 1
    assert "belongs to an account" in refused.stderr
