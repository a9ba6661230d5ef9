"""Who received what, over the API and on the pages."""

import pytest

from ringfence.apps.accounts.models import Role
from ringfence.apps.recipients.register import register
from ringfence.egress.recipients import Kind
from ringfence.egress.target import Target
from tests.db.api.conftest import Developer, Hire, dev, hire
from tests.support.office import Office

__all__ = ["dev", "hire"]
SAID = {"ground": "scc", "country": "in", "agreement": "DPA", "module": 2, "assessed_on": "2025-05-01"}


def test_a_recipient_is_told_said_and_ended(office: Office, dev: Developer) -> None:
    made = register(office.account_id, Kind.ENGINE, Target("engine.example.org", 443), office.clock)
    [told] = dev.get("recipients").json()["items"]
    assert (told["id"], told["host"], told["may_receive"], told["connections"]) == (
        str(made),
        "engine.example.org",
        False,
        0,
    )
    assert "where it is" in told["why"]
    wrong = dev.ask("PUT", f"recipients/{made}", SAID | {"module": None})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_terms")
    said = dev.ask("PUT", f"recipients/{made}", SAID).json()
    assert (said["may_receive"], said["country"], said["days"]) == (True, "IN", [])
    assert dev.delete(f"recipients/{made}").status_code == 204
    assert not dev.get(f"recipients/{made}").json()["may_receive"]
    assert dev.delete(f"recipients/{made}").status_code == 404
    assert dev.get("recipients/refusals").json()["items"] == []


@pytest.mark.parametrize("role", list(Role))
def test_who_may(hire: Hire, role: Role) -> None:
    allowed = role in {Role.OWNER, Role.ADMIN, Role.PRIVACY_OFFICER}
    assert hire(role).get("recipients").status_code == (200 if allowed else 403)
