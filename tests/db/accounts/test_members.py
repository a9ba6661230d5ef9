"""People, their accounts, and how they come in."""

from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ringfence.apps.accounts import accounts, links, members
from ringfence.apps.accounts.errors import (
    AlreadyMember,
    BadAccount,
    BadAddress,
    LastOwner,
    NoSuchAccount,
    NoSuchMember,
    SlugTaken,
)
from ringfence.apps.accounts.models import Role, User
from ringfence.core.clock import ManualClock
from ringfence.policy import Plan
from tests.support.accounts import an_account, an_address
from tests.support.database import Database


def test_an_account_is_found_by_its_short_name(account_id: UUID) -> None:
    facts = accounts.account(account_id)
    assert accounts.account_by_slug(facts.slug) == account_id
    assert facts.plan is Plan.STARTER
    for wrong in ("", "nobody-has-this"):
        with pytest.raises(NoSuchAccount):
            accounts.account_by_slug(wrong)
    with pytest.raises(NoSuchAccount):
        accounts.account(uuid4())


def test_what_cannot_be_an_account(account_id: UUID, clock: ManualClock) -> None:
    with pytest.raises(SlugTaken):
        accounts.make_account(slug=accounts.account(account_id).slug, name="x", clock=clock)
    for slug, timezone in (
        ("not a slug", "UTC"),
        ("", "UTC"),
        ("fine", "Mars/Olympus"),
        ("fine", "../etc/passwd"),
    ):
        with pytest.raises(BadAccount):
            accounts.make_account(slug=slug, name="x", clock=clock, timezone=timezone)


def test_one_person_in_two_accounts(account_id: UUID, clock: ManualClock) -> None:
    other, address = an_account(clock, Plan.GROWTH), an_address()
    first = members.add_member(account_id, email=address, role=Role.OWNER, clock=clock)
    second = members.add_member(other, email=f" {address.upper()} ", role=Role.ANALYST, clock=clock)
    assert first.id == second.id
    assert {(b.account_id, b.role, b.plan) for b in members.belongings(first.id)} == {
        (account_id, Role.OWNER, Plan.STARTER),
        (other, Role.ANALYST, Plan.GROWTH),
    }
    assert [m.email for m in members.members(account_id)] == [address]
    with pytest.raises(AlreadyMember):
        members.add_member(other, email=address, role=Role.OWNER, clock=clock)


def test_a_stranger_belongs_nowhere(database: Database) -> None:
    assert members.belongings(uuid4()) == ()


def test_no_address_no_member(account_id: UUID, clock: ManualClock) -> None:
    for wrong in ("", "somebody", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org"):
        with pytest.raises(BadAddress):
            members.add_member(account_id, email=wrong, role=Role.ADMIN, clock=clock)


def test_an_account_keeps_an_owner(account_id: UUID, clock: ManualClock) -> None:
    owner = members.add_member(account_id, email=an_address(), role=Role.OWNER, clock=clock)
    with pytest.raises(LastOwner):
        members.remove_member(account_id, owner.id, clock)
    with pytest.raises(LastOwner):
        members.change_role(account_id, owner.id, Role.ADMIN)
    members.change_role(account_id, owner.id, Role.OWNER)
    heir = members.add_member(account_id, email=an_address(), role=Role.ADMIN, clock=clock)
    members.change_role(account_id, heir.id, Role.OWNER)
    members.remove_member(account_id, owner.id, clock)
    assert [m.user_id for m in members.members(account_id)] == [heir.id]
    for wrong in (owner.id, uuid4()):
        with pytest.raises(NoSuchMember):
            members.remove_member(account_id, wrong, clock)


def test_two_owners_cannot_remove_each_other(account_id: UUID, clock: ManualClock) -> None:
    owners = [
        members.add_member(account_id, email=an_address(), role=Role.OWNER, clock=clock).id for _ in range(2)
    ]
    start, refused = Barrier(2), list[UUID]()

    def leave(user_id: UUID) -> None:
        start.wait()
        try:
            members.remove_member(account_id, user_id, clock)
        except LastOwner:
            refused.append(user_id)
        finally:
            connection.close()

    threads = [Thread(target=leave, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert [m.user_id for m in members.members(account_id)] == refused


def test_passwords_are_argon2id_and_links_work_without_one(account_id: UUID, clock: ManualClock) -> None:
    with_one = members.make_user(email=an_address(), clock=clock, password="correct horse battery staple")
    assert with_one.password.startswith("argon2$argon2id$")
    assert with_one.check_password("correct horse battery staple")
    without = members.add_member(account_id, email=an_address(), role=Role.OWNER, clock=clock)
    assert not without.has_usable_password()
    assert links.user_of_token(links.sign_in_token(without)) == without


def test_asking_for_a_known_person_changes_nothing_of_theirs(database: Database, clock: ManualClock) -> None:
    address = an_address()
    first = members.make_user(email=address, clock=clock, name="Ada", password="correct horse battery staple")
    again = members.make_user(email=address, clock=clock, name="Eve", password="another one entirely")
    assert again.id == first.id
    assert again.name == "Ada"
    assert again.check_password("correct horse battery staple")


def test_a_link_is_void_after_signing_in(account_id: UUID, clock: ManualClock) -> None:
    user = members.add_member(account_id, email=an_address(), role=Role.OWNER, clock=clock)
    token = links.sign_in_token(user)
    User.objects.filter(id=user.id).update(last_login=clock.now())
    assert links.user_of_token(token) is None
    for wrong in ("", "x", token[:-2], token + "AA"):
        assert links.user_of_token(wrong) is None
