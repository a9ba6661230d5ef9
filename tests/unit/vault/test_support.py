"""What an approval releases: bound to its terms, ended for every process at once, and by whatever ends the part (guard.staff)."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ringfence.core.clock import ManualClock
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.keyring import account_epoch
from ringfence.vault.support import (
    approval_epoch,
    begin_person,
    begin_release,
    demand_release,
    end_person,
    end_release,
    open_released,
    person_stands,
    release,
    terms,
)
from ringfence.vault.vault import Vault
from tests.support.keys import a_vault

KEY, BOUND = b"k" * 32, b"who, what, why, until"
DAY = "day/2026-03-01"


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Vault:
    return a_vault(tmp_path, clock)


def elsewhere(vault: Vault) -> Vault:
    """Another process over the same keyring, with a memory of its own."""
    return Vault.open(vault.keyring.store, vault.root, vault.clock)


def released(vault: Vault) -> tuple[UUID, UUID, bytes]:
    account, approval = uuid4(), uuid4()
    vault.keyring.epoch(account_epoch(account), create=True)
    vault.keyring.epoch(DAY, create=True)
    begin_release(vault.keyring, approval)
    return account, approval, release(vault.keyring, account, approval, DAY, KEY, bound=BOUND)


def test_it_opens_under_its_own_terms_and_no_other(vault: Vault) -> None:
    account, approval, wrapped = released(vault)
    keyring = vault.keyring
    assert open_released(keyring, account, approval, DAY, wrapped, bound=BOUND) == KEY
    with pytest.raises(Tampered):
        open_released(keyring, account, approval, DAY, wrapped, bound=b"longer")
    other = uuid4()
    keyring.epoch(account_epoch(other), create=True)
    with pytest.raises(Tampered):
        open_released(keyring, other, approval, DAY, wrapped, bound=BOUND)
    another = uuid4()
    begin_release(keyring, another)
    with pytest.raises(Tampered):
        open_released(keyring, account, another, DAY, wrapped, bound=BOUND)


def test_its_end_is_felt_by_every_process_at_once(vault: Vault) -> None:
    account, approval, wrapped = released(vault)
    other = elsewhere(vault)
    other.keyring.epoch(approval_epoch(approval))  # remembered there, for a minute
    assert open_released(other.keyring, account, approval, DAY, wrapped, bound=BOUND) == KEY
    end_release(vault.keyring, approval)
    with pytest.raises(EpochGone):
        demand_release(other.keyring, approval)
    with pytest.raises(EpochGone):
        open_released(other.keyring, account, approval, DAY, wrapped, bound=BOUND)
    with pytest.raises(EpochGone):
        begin_release(elsewhere(vault).keyring, approval)


@pytest.mark.parametrize("which", ["day", "account"])
def test_it_ends_with_the_day_and_with_the_account(vault: Vault, which: str) -> None:
    account, approval, wrapped = released(vault)
    vault.keyring.destroy(DAY if which == "day" else account_epoch(account))
    with pytest.raises(EpochGone):
        open_released(vault.keyring, account, approval, DAY, wrapped, bound=BOUND)


def test_no_two_terms_are_one() -> None:
    said = [("a", "b"), ("ab", ""), ("", "ab"), ("a", None, "b"), ("a", "", "b"), (None,), ("",), ()]
    assert len({terms(each) for each in said}) == len(said)


def test_somebody_is_staff_by_a_key_and_no_more_once_it_is_gone(vault: Vault) -> None:
    person, user = uuid4(), uuid4()
    mark = begin_person(vault.keyring, person, user)
    other = elsewhere(vault)
    assert person_stands(other.keyring, person, user, mark)
    assert not person_stands(other.keyring, person, uuid4(), mark)
    assert not person_stands(other.keyring, uuid4(), user, mark)
    assert not person_stands(other.keyring, person, user, bytes(32))
    end_person(vault.keyring, person)
    assert not person_stands(other.keyring, person, user, mark)
    with pytest.raises(EpochGone):
        begin_person(other.keyring, person, user)
