"""Asking people in, and what a link is worth to whom."""

from datetime import timedelta
from uuid import UUID

import pytest

from ringfence.apps.accounts.members import belongings, members
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people import invitations
from ringfence.apps.people.addresses import is_proven
from ringfence.apps.people.errors import LinkOver
from ringfence.core.clock import ManualClock
from tests.db.people.conftest import Acts
from tests.support.accounts import an_account, an_address
from tests.support.visitors import PASSWORD, Visitor, a_member


def asked(
    account_id: UUID, email: str, clock: ManualClock, role: Role = Role.MANAGER, *, mailed: bool = True
) -> str:
    return invitations.invite(account_id, email=email, role=role, clock=clock, mailed=mailed)


def test_somebody_new_joins_with_a_password_and_a_proven_address(
    account_id: UUID, clock: ManualClock, acts: Acts
) -> None:
    email, visitor = an_address(), Visitor()
    token = asked(account_id, email, clock)
    acts()
    assert email.encode() in visitor.get(f"/invitation/?token={token}").content
    assert visitor.post("/invitation/", token=token, name="", password=PASSWORD).status_code == 400
    assert visitor.post("/invitation/", token=token, name="Ada", password="short").status_code == 400
    assert not User.objects.filter(email=email).exists()
    assert visitor.post("/invitation/", token=token, name="Ada", password=PASSWORD).status_code == 302
    assert visitor.inside()
    assert [(m.email, m.role) for m in members(account_id)] == [(email, Role.MANAGER)]
    assert is_proven(User.objects.get(email=email))
    assert set(acts()) >= {"member_added", "signed_in"}
    again = Visitor().post("/invitation/", token=token, name="Eve", password=PASSWORD)
    assert again.status_code == 400, "a link works once"


def test_a_link_that_was_handed_over_proves_no_address(account_id: UUID, clock: ManualClock) -> None:
    email = an_address()
    token = asked(account_id, email, clock, mailed=False)
    Visitor().post("/invitation/", token=token, name="Ada", password=PASSWORD)
    assert not is_proven(User.objects.get(email=email))


def test_somebody_known_joins_as_themselves_and_no_link_signs_them_in(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    """An inviter who holds the link comes into no other account of that person's by it."""
    other = an_account(clock)
    token = asked(other, owner.email, clock, mailed=False)
    inviter = Visitor()
    assert inviter.post("/invitation/", token=token, name="x", password=PASSWORD).status_code == 200
    assert not inviter.inside()
    assert len(belongings(owner.id)) == 1
    stranger, visitor = Visitor(), Visitor()
    stranger.password(a_member(account_id, clock).email)
    assert stranger.post("/invitation/", token=token).status_code == 403, "it is somebody else's"
    visitor.password(owner.email)
    assert visitor.post("/invitation/", token=token).status_code == 302
    assert {each.account_id for each in belongings(owner.id)} == {account_id, other}


def test_a_link_ends_after_a_week_and_when_it_is_taken_back(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    email = an_address()
    first = asked(account_id, email, clock)
    second = asked(account_id, email, clock)
    with pytest.raises(LinkOver):
        invitations.invited(first, clock)
    visitor = Visitor()
    visitor.password(owner.email)
    [open_one] = invitations.invitations(account_id, clock)
    assert email.encode() in visitor.get("/settings/members/").content
    assert visitor.post(f"/settings/members/invitations/{open_one.id}/revoke/").status_code == 302
    with pytest.raises(LinkOver):
        invitations.invited(second, clock)
    assert visitor.post(f"/settings/members/invitations/{open_one.id}/revoke/").status_code == 404
    third = asked(account_id, email, clock)
    clock.advance(timedelta(days=7).total_seconds())
    assert Visitor().get(f"/invitation/?token={third}").status_code == 400
    assert [each.over for each in invitations.invitations(account_id, clock)] == [True]


def test_only_owners_make_owners(account_id: UUID, owner: User, clock: ManualClock) -> None:
    admin = a_member(account_id, clock, Role.ADMIN)
    visitor = Visitor()
    visitor.password(admin.email)
    assert visitor.post("/settings/members/", email=an_address(), role="owner").status_code == 400
    assert visitor.post(f"/settings/members/{admin.id}/", role="owner").status_code == 403
    assert visitor.post(f"/settings/members/{owner.id}/", role="analyst").status_code == 403
    assert visitor.post(f"/settings/members/{owner.id}/", do="remove").status_code == 403
    assert visitor.post("/settings/members/", email=an_address(), role="manager").status_code == 200
    assert {m.user_id: m.role for m in members(account_id)} == {owner.id: Role.OWNER, admin.id: Role.ADMIN}


def test_without_a_mail_server_whoever_asks_hands_the_link_over(
    account_id: UUID, owner: User, acts: Acts
) -> None:
    visitor, email = Visitor(), an_address()
    visitor.password(owner.email)
    acts()
    page = visitor.post("/settings/members/", email=email, role="analyst").content.decode()
    assert "/invitation/?token=" in page
    assert "member_invited" in acts()
    assert visitor.post("/settings/members/", email=owner.email, role="analyst").status_code == 400
    assert visitor.post("/settings/members/", email="nobody", role="analyst").status_code == 400


def test_of_another_account_nothing_is_seen_or_taken_back(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    other = an_account(clock)
    asked(other, an_address(), clock)
    [theirs] = invitations.invitations(other, clock)
    assert invitations.invitations(account_id, clock) == ()
    visitor = Visitor()
    visitor.password(owner.email)
    assert visitor.post(f"/settings/members/invitations/{theirs.id}/revoke/").status_code == 404
    assert len(invitations.invitations(other, clock)) == 1
