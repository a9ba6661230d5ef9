"""Receipts through the API, the keys that check them, and the gate of a restored installation."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.test import Client

from ringfence.core.clock import ManualClock
from ringfence.lifecycle.ledger import gate
from ringfence.vault.receipts import verify_receipt
from tests.db.api.conftest import Developer
from tests.support.office import Office


def page(path: str) -> Any:
    return Client(raise_request_exception=False).get(path, secure=True, SERVER_NAME="localhost")


def test_a_deleted_call_leaves_a_receipt_that_the_published_keys_check(
    office: Office, dev: Developer
) -> None:
    call_id = office.call()
    assert dev.get(f"calls/{call_id}/receipt").status_code == 404
    assert dev.delete(f"calls/{call_id}").status_code == 204
    listed = dev.get("receipts").json()["items"]
    assert [each["call"] for each in listed] == [str(call_id)]
    one = dev.get(f"receipts/{listed[0]['id']}")
    published = page("/.well-known/ringfence-keys.json").json()["keys"]
    keys = {each["id"]: bytes.fromhex(each["public"]) for each in published}
    verdict = verify_receipt(one.content, keys)
    assert verdict.ok, verdict.problems
    [same] = dev.get(f"calls/{call_id}/receipt").json()["items"]
    assert verify_receipt(orjson.dumps(same), keys).ok
    assert dev.get(f"receipts?call={call_id}").json()["items"][0]["call"] == str(call_id)
    assert dev.get(f"receipts?call={uuid4()}").json() == {"items": [], "next": None}
    assert dev.get(f"receipts/{uuid4()}").status_code == 404


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> Iterator[dict[str, str]]:
    """A gate over a restored database; `said` empty opens it."""
    standing = {"said": gate.RESTORED}
    monkeypatch.setattr(gate, "standing", lambda: standing["said"])
    gate.install(gate.Gate(clock))
    yield standing
    gate.install(None)


def test_a_restored_installation_says_on_every_page_that_it_serves_nothing_yet(
    office: Office, dev: Developer, closed: dict[str, str], clock: ManualClock
) -> None:
    for path in ("/", "/learn/calls/", "/privacy", "/trust", "/sign-in/", "/receipts/"):
        response = page(path)
        assert response.status_code == 503, path
        assert "restored from a backup" in response.content.decode()
        assert response["Retry-After"]
    for path in ("/webhooks/twilio/x/voice", "/privacy.json", "/.well-known/ringfence-keys.json"):
        assert page(path).json()["code"] == "not_replayed"
    refused = dev.get("calls")
    assert (refused.status_code, refused.json()["code"]) == (503, "not_replayed")
    assert refused["Content-Type"] == "application/problem+json"
    assert dev.post("calls", {}).status_code == 503
    closed["said"] = ""
    assert dev.get("calls").status_code == 503  # looked a moment ago
    clock.advance(1)
    assert dev.get("calls").status_code == 200
    closed["said"] = gate.RESTORED
    clock.advance(60)
    assert dev.get("calls").status_code == 200  # once open, open
