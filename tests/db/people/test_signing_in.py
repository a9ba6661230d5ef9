"""Passwords, second factors, and what a stolen database login makes of them: nothing."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password

from ringfence.apps.accounts.models import User
from ringfence.boot.clock import SystemClock
from ringfence.core.clock import ManualClock
from ringfence.web.people import factors
from tests.db.people.conftest import Acts
from tests.support.visitors import PASSWORD, Visitor, a_member, letters

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(step: int = 0) -> str:
    shown: str = format_hotp_value(hotp_value(SECRET, int(SystemClock().now().timestamp()) // 30 + step))
    return shown


def with_app(user: User) -> list[str]:
    """Set up an app for somebody; their recovery codes."""
    assert factors.add_app(user, SECRET, code())
    return factors.new_codes(user)


def test_a_password_lets_its_person_in_and_leaves_an_event(owner: User, acts: Acts) -> None:
    visitor = Visitor()
    acts()
    assert visitor.password(owner.email).status_code == 302
    assert visitor.inside()
    assert "signed_in" in acts()


def test_a_sign_in_that_was_closed_opens_nothing(owner: User) -> None:
    visitor, again = Visitor(), Visitor()
    visitor.password(owner.email)
    User.objects.filter(id=owner.id).update(is_active=False)
    assert not visitor.inside()
    assert again.password(owner.email).status_code == 400
    assert again.link(owner).status_code in {400, 403}
    again.post("/sign-in/forgotten/", email=owner.email)
    assert letters(owner.email) == []
    assert not again.inside()


def test_a_failed_try_stands_in_the_trail_of_the_account_it_was_aimed_at(owner: User, acts: Acts) -> None:
    acts()
    for _ in range(3):
        assert Visitor().password(owner.email, "guess").status_code == 400
    assert acts() == ["sign_in_failed"], "tries within a minute are one going on"
    assert Visitor().password("nobody@example.org", "guess").status_code == 400


def test_guessing_is_slowed_and_keeps_nobody_else_out(owner: User) -> None:
    guesser = Visitor()
    answers = [guesser.password(owner.email, "guess").status_code for _ in range(12)]
    assert answers == [400] * 8 + [429] * 4
    assert guesser.password(owner.email).status_code == 429, "not even with the right one"
    assert Visitor().password(owner.email).status_code == 302, "its owner, elsewhere, comes in"


def test_guessing_from_everywhere_is_slowed_except_where_its_person_was(owner: User) -> None:
    home = Visitor(at="203.0.113.7")
    home.password(owner.email)
    for each in range(41):
        Visitor(at=f"192.0.{each}.1").password(owner.email, "guess")
    assert Visitor(at="192.0.200.1").password(owner.email).status_code == 429
    assert Visitor(at="203.0.113.99").password(owner.email).status_code == 302


def test_counts_are_forgotten_after_a_quarter_of_an_hour(owner: User, clock: ManualClock) -> None:
    guesser = Visitor()
    for _ in range(9):
        guesser.password(owner.email, "guess")
    clock.advance(16 * 60)
    assert guesser.password(owner.email).status_code == 302


def test_a_hash_written_into_the_table_lets_nobody_in(
    owner: User, account_id: UUID, clock: ManualClock
) -> None:
    """Neither one made by hand, nor another person's, whose password the thief knows."""
    thief = a_member(account_id, clock)
    for written in (make_password(PASSWORD), thief.password):
        User.objects.filter(id=owner.id).update(password=written)
        assert Visitor().password(owner.email).status_code == 400


def test_an_app_is_asked_for_after_the_password_and_after_the_link(owner: User) -> None:
    with_app(owner)
    for by_link in (False, True):
        visitor = Visitor()
        answer = visitor.link(owner) if by_link else visitor.password(owner.email)
        assert answer["Location"] == "/sign-in/second/"
        assert not visitor.inside()
        assert visitor.post("/sign-in/second/", code="000000").status_code == 400
        assert not visitor.inside()


def test_a_code_works_once(owner: User) -> None:
    with_app(owner)
    first, again, fits = Visitor(), Visitor(), code(1)
    first.password(owner.email)
    assert first.post("/sign-in/second/", code=fits).status_code == 302
    assert first.inside()
    again.password(owner.email)
    assert again.post("/sign-in/second/", code=fits).status_code == 400


def test_a_recovery_code_works_once(owner: User) -> None:
    codes = with_app(owner)
    first, again = Visitor(), Visitor()
    first.password(owner.email)
    first.post("/sign-in/second/", code=codes[3])
    assert first.inside()
    again.password(owner.email)
    again.post("/sign-in/second/", code=codes[3])
    assert not again.inside()


def test_secrets_rest_sealed_to_their_person(owner: User, account_id: UUID, clock: ManualClock) -> None:
    codes = with_app(owner)
    rows = str(list(Authenticator.objects.filter(user=owner).values()))
    assert SECRET not in rows
    assert not [each for each in codes if each in rows]
    thief = a_member(account_id, clock)
    with_app(thief)
    stolen = Authenticator.objects.get(user=thief, type="totp").data
    Authenticator.objects.filter(user=owner, type="totp").update(data=stolen)
    visitor = Visitor()
    visitor.password(owner.email)
    assert visitor.post("/sign-in/second/", code=code(1)).status_code >= 400
    assert not visitor.inside()


def test_a_new_password_needs_a_fresh_proof_and_ends_the_other_sessions(
    owner: User, clock: ManualClock, acts: Acts
) -> None:
    here, there = Visitor(), Visitor()
    here.password(owner.email)
    there.password(owner.email)
    clock.advance(11 * 60)
    stale = here.post("/security/password/", password="another one entirely")
    assert stale["Location"].startswith("/step-up/")
    assert here.post("/step-up/", next="/security/", password="wrong").status_code == 400
    assert here.post("/step-up/", next="/security/", password=PASSWORD)["Location"] == "/security/"
    acts()
    assert here.post("/security/password/", password="short", current=PASSWORD).status_code == 400
    changed = here.post("/security/password/", password="another one entirely", current=PASSWORD)
    assert changed.status_code == 302
    assert acts() == ["sign_in_changed"]
    assert here.inside()
    assert not there.inside()
    assert "new password" in letters(owner.email)[0].lines[0]


def test_a_forgotten_password_is_set_anew_once_and_says_the_same_to_everybody(owner: User) -> None:
    inside, visitor = Visitor(), Visitor()
    inside.password(owner.email)
    known = visitor.post("/sign-in/forgotten/", email=owner.email).content
    unknown = visitor.post("/sign-in/forgotten/", email="nobody@example.org").content
    assert _plain(known) == _plain(unknown)
    [letter] = letters(owner.email)
    token = letter.link.rpartition("token=")[2]
    assert token.encode() not in known
    page = "/sign-in/new-password/"
    assert visitor.get(f"{page}?token={token}").status_code == 200, "looking at it does not use it"
    assert visitor.post(page, token=token, password="short").status_code == 400
    assert visitor.post(page, token=token, password="another one entirely").status_code == 200
    assert visitor.post(page, token=token, password="a third one entirely").status_code == 400
    assert not inside.inside()
    assert visitor.password(owner.email).status_code == 400
    assert visitor.password(owner.email, "another one entirely").status_code == 302


def test_a_mailed_link_takes_what_was_set_up_before_the_address_was_proven(owner: User) -> None:
    """Whoever made this person may have been somebody else: their second factor goes with their password."""
    with_app(owner)
    visitor = Visitor()
    visitor.post("/sign-in/forgotten/", email=owner.email)
    token = letters(owner.email)[0].link.rpartition("token=")[2]
    visitor.post("/sign-in/new-password/", token=token, password="another one entirely")
    assert not Authenticator.objects.filter(user=owner).exists()
    with_app(owner)
    visitor.post("/sign-in/forgotten/", email=owner.email)
    token = letters(owner.email)[0].link.rpartition("token=")[2]
    visitor.post("/sign-in/new-password/", token=token, password="a third one entirely")
    assert Authenticator.objects.filter(user=owner).exists(), (
        "once proven, a mailbox alone takes no factor away"
    )


def test_another_address_is_shown_to_be_theirs_and_the_old_one_is_told(owner: User, acts: Acts) -> None:
    visitor, old = Visitor(), owner.email
    visitor.password(old)
    acts()
    assert visitor.post("/profile/address/", email="new-" + old).status_code == 200
    assert letters(old) == []
    [letter] = letters("new-" + old)
    token = letter.link.rpartition("token=")[2]
    assert visitor.password(old).status_code == 302, "nothing has changed yet"
    assert visitor.post("/profile/address/confirm/", token=token).status_code == 200
    assert "sign_in_changed" in acts()
    assert "no more" in letters(old)[0].lines[0]
    assert Visitor().password(old).status_code == 400
    assert Visitor().password("new-" + old).status_code == 302
    assert visitor.post("/profile/address/confirm/", token=token).status_code == 400


def test_nobody_takes_an_address_that_somebody_has(owner: User, account_id: UUID, clock: ManualClock) -> None:
    other, visitor = a_member(account_id, clock), Visitor()
    visitor.password(owner.email)
    visitor.post("/profile/address/", email=other.email)
    token = letters(other.email)[0].link.rpartition("token=")[2]
    assert visitor.post("/profile/address/confirm/", token=token).status_code == 400
    assert User.objects.get(id=owner.id).email == owner.email


def _plain(page: Any) -> str:
    return (
        bytes(page)
        .decode()
        .split("<main")[1]
        .replace("nobody@example.org", "")
        .split("csrfmiddlewaretoken")[0]
    )
