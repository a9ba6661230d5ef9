"""Guessing: passwords, codes, tokens and keys; what an answer gives away; and who is kept out by somebody else's guesses."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread
from typing import Any, Final
from uuid import UUID

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.errors import KeyRefused
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people.invitations import invite
from ringfence.core.clock import ManualClock
from ringfence.web import afterwards
from tests.db.people.test_signing_in import code, with_app
from tests.hostile.conftest import Acts, Hire
from tests.support.accounts import an_address
from tests.support.visitors import PASSWORD, Visitor, a_member, letters

TRIES: Final = 15
WAIT_S: Final = 16 * 60


@contextmanager
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """How often a password was hashed."""
    done: list[str] = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify

    def encoding(self: Any, *args: Any) -> Any:
        done.append("encode")
        return encode(self, *args)

    def verifying(self: Any, *args: Any) -> Any:
        done.append("verify")
        return verify(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Argon2PasswordHasher, "encode", encoding)
        patch.setattr(Argon2PasswordHasher, "verify", verifying)
        yield done


def half_in(user: User, at: str | None = None) -> Visitor:
    """Somebody who knows the password, and not the second factor."""
    visitor = Visitor(at=at) if at else Visitor()
    assert visitor.password(user.email)["Location"] == "/sign-in/second/"
    return visitor


def test_codes_of_an_app_are_not_guessed_from_anywhere(owner: User, clock: ManualClock) -> None:
    """The count is the person's: another browser, another address and another sign-in begin no new one."""
    with_app(owner)
    for number in range(TRIES):
        guesser = half_in(owner, f"192.0.{number}.1")
        assert guesser.post("/sign-in/second/", code=f"{number:06}").status_code == 400
    assert half_in(owner).post("/sign-in/second/", code=code(1)).status_code == 400, "not even the right one"
    clock.advance(WAIT_S)
    again = half_in(owner)
    assert again.post("/sign-in/second/", code=code(1)).status_code == 302, "nobody is kept out for good"
    assert again.inside()


def test_recovery_codes_are_not_guessed(owner: User, clock: ManualClock) -> None:
    codes = with_app(owner)
    guesser = half_in(owner)
    for number in range(TRIES):
        assert guesser.post("/sign-in/second/", code=f"{number:08}").status_code == 400
    assert guesser.post("/sign-in/second/", code=codes[0]).status_code == 400
    clock.advance(WAIT_S)
    assert half_in(owner).post("/sign-in/second/", code=codes[0]).status_code == 302


def test_a_fresh_proof_is_not_guessed(owner: User, clock: ManualClock) -> None:
    visitor = Visitor()
    assert visitor.password(owner.email).status_code == 302
    clock.advance(11 * 60)
    answers = [visitor.post("/step-up/", password=f"guess {n}").status_code for n in range(TRIES)]
    assert answers[:10] == [400] * 10
    assert set(answers[10:]) == {429}
    assert visitor.post("/step-up/", password=PASSWORD).status_code == 429
    assert visitor.inside(), "the session itself is not ended by it"


def test_a_password_is_not_guessed_by_many_at_once_and_its_owner_comes_in(
    owner: User, clock: ManualClock
) -> None:
    home = Visitor(at="203.0.113.7")
    home.password(owner.email)
    answers = [Visitor(at=f"192.0.{n}.1").password(owner.email, f"guess {n}").status_code for n in range(50)]
    assert answers.count(400) == 39, "one was the owner's own"
    assert set(answers[39:]) == {429}
    assert Visitor(at="203.0.113.9").password(owner.email).status_code == 302, "where its person was"
    assert Visitor(at="192.0.201.1").link(User.objects.get(id=owner.id)).status_code == 302, (
        "and by a mailed link from anywhere"
    )
    clock.advance(WAIT_S)
    assert Visitor(at="192.0.202.1").password(owner.email).status_code == 302


def test_one_client_does_not_try_many_people(owner: User) -> None:
    guesser = Visitor()
    answers = [guesser.password(an_address(), "Password123456").status_code for _ in range(45)]
    assert set(answers[:40]) == {400}
    assert set(answers[40:]) == {429}


@pytest.mark.parametrize("kind", ["member", "without_password", "closed", "nobody"])
def test_a_wrong_password_costs_one_hash_and_reads_alike_whoever_it_is(
    owner: User, account_id: UUID, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    email = an_address()
    if kind != "nobody":
        user = a_member(account_id, clock, Role.ADMIN, None if kind == "without_password" else PASSWORD)
        User.objects.filter(id=user.id).update(is_active=kind != "closed")
        email = user.email
    with hashed(monkeypatch) as done:
        answer = Visitor().password(email, "a wrong one entirely")
    assert answer.status_code == 400
    assert len(done) == 1
    assert told(answer, email) == told(
        Visitor().password("nobody@example.org", "a wrong one entirely"), "nobody@example.org"
    )


def told(answer: Any, email: str) -> str:
    page: str = answer.content.decode().split("<main")[1].replace(email, "")
    return page.split("csrfmiddlewaretoken", maxsplit=1)[0]


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/forgotten/"])
def test_before_the_answer_is_given_nothing_is_asked_that_depends_on_who_it_is(
    owner: User, acts: Acts, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """What has to be written down or mailed comes after: the time of an answer tells nobody who is here."""
    later: list[afterwards.Work] = []
    monkeypatch.setattr(afterwards, "_begin", later.append)
    counts = {}
    acts()
    for email in (owner.email, an_address()):
        with CaptureQueriesContext(connection) as asked:
            Visitor().post(path, email=email, password="a wrong one entirely")
        counts[email] = len(asked)
    assert len(set(counts.values())) == 1, counts
    assert (acts(), letters(owner.email)) == ([], [])
    for work in later:
        work()
    assert (acts() == ["sign_in_failed"]) != (len(letters(owner.email)) == 1)


def test_what_follows_an_answer_is_done_in_a_thread_of_its_own_and_survives_a_failure(
    account_id: UUID,
) -> None:
    before, done = afterwards._begin, Event()
    seen: list[str] = []

    def broken() -> None:
        raise ZeroDivisionError

    def note() -> None:
        seen.append(current_thread().name)
        done.set()

    try:
        afterwards.elsewhere()
        for work in (broken, note):
            afterwards.afterwards(HttpResponse("x"), work).close()
        assert done.wait(10)
    finally:
        afterwards.begin_with(before)
    assert seen[0].startswith("afterwards")


@pytest.mark.parametrize(
    "path",
    [
        "/invitation/",
        "/sign-up/confirm/",
        "/sign-in/new-password/",
        "/profile/address/confirm/",
        "/sign-in/link/",
    ],
)
def test_a_token_is_not_found_by_trying(owner: User, path: str) -> None:
    """All are 256 bits of chance or signed; a guess answers as one that is over, and never signs in."""
    visitor = Visitor()
    for token in ("", "0", "x" * 43, secrets.token_urlsafe(32), "\0", "é", "A" * 4000):
        answer = visitor.get(f"{path}?token={token}")
        assert answer.status_code in {302, 400}, token[:50]
        assert visitor.post(path, token=token, password="a long enough one").status_code in {302, 400, 405}
    assert not visitor.inside()


def test_an_invitation_of_somebody_else_is_nobodys(owner: User, account_id: UUID, clock: ManualClock) -> None:
    token = invite(account_id, email=an_address(), role=Role.OWNER, clock=clock, mailed=True)
    stranger = Visitor()
    other = a_member(account_id, clock, Role.ANALYST)
    stranger.password(other.email)
    assert stranger.post("/invitation/", token=token).status_code >= 400
    for changed in (token[:-1], token + "A", token.swapcase(), token[::-1]):
        assert Visitor().get(f"/invitation/?token={changed}").status_code == 400


def test_a_key_is_not_found_by_its_prefix(account_id: UUID, clock: ManualClock, hire: Hire) -> None:
    """The prefix stands in lists; it leads nowhere, and an answer is the same with it and without."""
    issued = apikeys.issue(account_id, name="k", role=Role.OWNER, clock=clock)
    prefix, secret = issued.token.split("_", 2)[1:]
    known, unknown = hire(), hire()
    asked = {}
    for name, token in (
        ("known", f"rf_{prefix}_{secrets.token_urlsafe(32)}"),
        ("unknown", f"rf_{secrets.token_hex(6)}_{secret}"),
        ("cut", f"rf_{prefix}_{secret[:-1]}"),
        ("longer", f"rf_{prefix}_{secret}A"),
    ):
        with pytest.raises(KeyRefused), CaptureQueriesContext(connection) as found:
            apikeys.verify(token, clock)
        answer = type(known)(token).get("calls")
        asked[name] = (len(found), answer.status_code, answer.content, answer["WWW-Authenticate"])
    assert len(set(asked.values())) == 1
    assert unknown.get("calls").status_code == 200
