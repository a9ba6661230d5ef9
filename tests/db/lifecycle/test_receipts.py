"""Receipts: every place said, honest about what is open, and true of the moment they were asked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from ringfence.core import config
from ringfence.core.call import Channel
from ringfence.lifecycle.backup.days import backup_epoch, destroy_passed
from ringfence.lifecycle.deletion import Part, delete_parts, erase
from ringfence.lifecycle.receipts.receipts import (
    NoSuchReceipt,
    list_receipts,
    receipts_of_call,
    signed_receipt,
)
from ringfence.vault.receipts import verify_receipt
from tests.support.accounts import an_account
from tests.support.office import Office


@pytest.fixture(autouse=True)
def _own_ledger(tmp_path: Path, office: Office) -> Iterator[None]:
    before = config.current()
    config.install(replace(before, ledger_url=str(tmp_path / "ledger")))
    yield
    config.install(before)


def deleted(office: Office, call_id: UUID, part: Part = Part.CALL) -> dict[str, Any]:
    delete_parts(office.account_id, [call_id], part, actor="me", clock=office.clock)
    return receipt(office, call_id)


def receipt(office: Office, call_id: UUID) -> dict[str, Any]:
    [signed] = receipts_of_call(office.account_id, call_id, clock=office.clock)
    verdict = verify_receipt(orjson.dumps(signed), office.vault.signers.by_id())
    assert verdict.ok, verdict.problems
    assert verdict.pinned
    found: dict[str, Any] = signed["receipt"]
    return found


def states(found: dict[str, Any]) -> dict[str, str]:
    return {place["place"]: place["state"] for place in found["places"]}


def place(found: dict[str, Any], name: str) -> dict[str, Any]:
    [named] = [each for each in found["places"] if each["place"] == name]
    return dict(named)


def test_a_deleted_call_names_every_place(office: Office) -> None:
    found = deleted(office, office.call())
    assert states(found) == {
        "database": "erased", "search": "erased", "queue": "erased", "objects": "erased", "carrier": "never_held",
        "engines": "never_held", "tools": "never_held", "database_files": "kept", "backups": "never_held",
        "exports": "never_held", "captions": "never_held", "temporary_files": "never_held", "logs": "never_held",
        "keyring": "never_held", "erasure_ledger": "kept", "audit_log": "kept",
    }  # fmt: skip
    assert (found["state"], found["requested_by"], found["complete"]) == ("erased", "me", False)
    assert found["ledger"]["batch"] == 1


def test_what_never_was_there_is_never_held(office: Office) -> None:
    call_id = office.call(audio=False, words=False, variables=())
    assert states(deleted(office, call_id))["objects"] == "never_held"
    alone = states(deleted(office, office.call(), Part.TRANSCRIPT))
    assert (alone["objects"], alone["search"]) == ("never_held", "erased")
    alone = states(deleted(office, office.call(), Part.RECORDING))
    assert (alone["objects"], alone["search"]) == ("erased", "never_held")


def test_a_carrier_keeps_what_it_has(office: Office) -> None:
    call_id = office.call(channel=Channel.TWILIO)
    found = deleted(office, call_id)
    assert states(found)["carrier"] == "at_third_party"
    assert (found["complete"], found["complete_by"]) == (False, None)


def test_backups_are_named_with_the_day_and_then_they_are_gone(office: Office) -> None:
    office.vault.keyring.epoch(backup_epoch(office.clock.now().date()), create=True)
    call_id = office.call()
    found = deleted(office, call_id)
    until = office.clock.now().date() + timedelta(days=7)
    assert place(found, "backups")["until"] == until.isoformat()
    assert found["complete_by"] == until.isoformat()
    office.clock.advance(7 * 24 * 3600)
    destroy_passed(office.vault)
    assert states(receipt(office, call_id))["backups"] == "erased"


def test_a_backup_of_another_time_does_not_hold_it(office: Office) -> None:
    office.vault.keyring.epoch(backup_epoch(office.clock.now().date()), create=True)
    office.clock.advance(2 * 24 * 3600)
    call_id = office.call()
    found = deleted(office, call_id)
    office.clock.advance(2 * 24 * 3600)
    office.vault.keyring.epoch(backup_epoch(office.clock.now().date()), create=True)
    assert (
        place(found, "backups")["state"]
        == place(receipt(office, call_id), "backups")["state"]
        == "never_held"
    )


def test_an_open_deletion_is_never_complete(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    call_id = office.call()
    with monkeypatch.context() as patch:
        patch.setattr("ringfence.lifecycle.deletion.remove", lambda _account, ids: set(ids))
        found = deleted(office, call_id)
    assert (found["state"], states(found)["objects"], found["complete"]) == ("being_erased", "failed", False)
    assert found["complete_by"] is None
    assert erase(office.account_id, call_id, Part.CALL, office.clock)
    assert states(receipt(office, call_id))["objects"] == "erased"


def test_a_receipt_goes_on_verifying_after_the_key_was_renewed(office: Office) -> None:
    call_id = office.call()
    deleted(office, call_id)
    [old] = receipts_of_call(office.account_id, call_id, clock=office.clock)
    office.vault.signers.renew()
    [new] = receipts_of_call(office.account_id, call_id, clock=office.clock)
    assert old["receipt"]["key"] != new["receipt"]["key"]
    keys = office.vault.signers.by_id()
    assert all(verify_receipt(orjson.dumps(each), keys).ok for each in (old, new))


def test_listed_newest_first_in_pages_and_by_call(office: Office) -> None:
    ids = []
    for _ in range(5):
        call_id = office.call(run_after=False)
        deleted(office, call_id)
        ids.append(str(call_id))
        office.clock.advance(1)
    found, cursor = [], None
    while True:
        page = list_receipts(office.account_id, clock=office.clock, cursor=cursor, limit=2)
        found += [each["call"] for each in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == ids[::-1]
    only = list_receipts(office.account_id, clock=office.clock, call_id=UUID(ids[2]))
    assert [each["call"] for each in only.items] == [ids[2]]


def test_another_accounts_receipt_is_one_that_does_not_exist(office: Office) -> None:
    found = deleted(office, office.call())
    stranger = an_account(office.clock)
    with pytest.raises(NoSuchReceipt) as theirs:
        signed_receipt(stranger, UUID(found["id"]), clock=office.clock)
    with pytest.raises(NoSuchReceipt) as nobodys:
        signed_receipt(stranger, uuid4(), clock=office.clock)
    assert str(theirs.value) == str(nobodys.value)
    assert list_receipts(stranger, clock=office.clock).items == []
    with pytest.raises(NoSuchReceipt):
        receipts_of_call(stranger, UUID(found["call"]), clock=office.clock)
