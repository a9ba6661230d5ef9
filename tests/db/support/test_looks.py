"""The looks at support notice when a wall has a hole, and the trial goes the whole way (guard.staff, use.support, keep.operator)."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from ringfence.apps.support.errors import NotReleased
from ringfence.boot.supporting import end_what_is_over
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.lifecycle.assurance import helping
from ringfence.lifecycle.assurance.trials import helping as trial
from ringfence.lifecycle.assurance.trials.scene import Scene
from ringfence.lifecycle.assurance.values import Evidence, Looking, State
from tests.db.support.conftest import Case
from tests.support.database import Database, as_login
from tests.support.office import Office


def looked(case: Case, promise: str) -> Evidence:
    with as_login("worker"):
        return helping.LOOKS[promise](Looking(case.office.clock, current(), case.office.vault))


@pytest.mark.parametrize("promise", sorted(helping.LOOKS))
def test_kept_as_it_stands(case: Case, promise: str) -> None:
    case.approved()
    assert looked(case, promise).state is State.KEPT


def test_a_grant_too_much_is_noticed(case: Case, database: Database) -> None:
    with database.connect("owner") as owner:
        owner.execute("GRANT SELECT (turns_sealed) ON calls_transcript TO rf_staff")
        try:
            assert looked(case, "guard.staff").state is State.NOT_KEPT
        finally:
            owner.execute("REVOKE SELECT (turns_sealed) ON calls_transcript FROM rf_staff")
    assert looked(case, "guard.staff").state is State.KEPT


def test_somebody_with_two_hats_is_noticed(case: Case, database: Database) -> None:
    row = uuid4()
    with database.superuser() as admin:
        admin.execute(
            "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at) VALUES (%s, %s, %s, 'owner', now())",
            [row, case.account_id, case.staff.user.id],
        )
        try:
            assert looked(case, "guard.staff").state is State.NOT_KEPT
        finally:
            admin.execute("DELETE FROM accounts_membership WHERE id = %s", [row])


def test_a_key_that_outlives_its_approval_is_noticed(
    case: Case, clock: ManualClock, database: Database
) -> None:
    end_what_is_over(
        case.office.worker, case.office.vault
    )  # what other tests left, of keyrings that are gone
    ask_id = case.approved(hours=1)
    clock.advance(3600 + 301)
    assert looked(case, "use.support").state is State.NOT_KEPT, "nobody has ended it"
    with database.superuser() as admin:
        admin.execute("UPDATE support_ask SET ended_at = now() WHERE id = %s", [ask_id])
    assert looked(case, "use.support").state is State.NOT_KEPT, "ended, and the key is there"
    case.office.vault.keyring.destroy(f"support/{ask_id}")
    assert looked(case, "use.support").state is State.KEPT


def test_deeds_that_can_be_changed_are_noticed(case: Case, database: Database) -> None:
    with database.connect("owner") as owner:
        owner.execute("GRANT UPDATE (thing) ON staff_deed TO rf_media")
        try:
            assert looked(case, "keep.operator").state is State.NOT_KEPT
        finally:
            owner.execute("REVOKE UPDATE (thing) ON staff_deed FROM rf_media")


@pytest.fixture
def scene(office: Office, tmp_path: Path) -> Scene:
    folder = tmp_path / "trial"
    folder.mkdir()
    return Scene(
        current(), office.vault, office.worker, folder, office.account_id, office.agent(), httpx.Client(), lambda: None
    )  # fmt: skip


def test_the_trial_goes_the_whole_way(scene: Scene) -> None:
    found = trial.staff(scene)
    assert found.state is State.KEPT, found.says
    assert dict(found.facts) == {"Refused": "3", "Opened": "1"}


def test_the_trial_says_gap_where_the_console_has_no_login(scene: Scene) -> None:
    urls = replace(current().database_urls, staff=None)
    scene.config = replace(current(), database_urls=urls)
    assert trial.staff(scene).state is State.GAP


def test_the_trial_notices_a_gate_that_takes_a_rows_word(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: staff's way in reads with the account's own keys, as soon as a row says that it may."""
    from ringfence.apps.accounts.tenancy import tenant
    from ringfence.apps.calls.reveal import PROVIDING, read_transcript

    def by_row(
        cursor: Any, vault: Any, me: Any, account_id: UUID, ask_id: UUID, call_id: UUID, clock: Any
    ) -> Any:
        cursor.execute(
            "SELECT approved FROM support_ask WHERE account_id = %s AND id = %s", (account_id, ask_id)
        )
        if not cursor.fetchone()[0]:
            raise NotReleased("Not released.")
        with tenant(account_id):
            return None, read_transcript(account_id, call_id, purpose=PROVIDING, clock=clock)

    monkeypatch.setattr("ringfence.apps.support.reading.call", by_row)
    found = trial.staff(scene)
    assert found.state is State.NOT_KEPT
    assert "row" in found.says
