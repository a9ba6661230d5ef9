"""Mails: sealed while they wait, handed over under TLS alone, once, and never a word of a call."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ringfence.apps.accounts.accounts import account_by_slug, make_account
from ringfence.apps.accounts.errors import NoSuchAccount
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people.mails import post
from ringfence.apps.people.models import Mail
from ringfence.core.clock import ManualClock
from ringfence.core.config import current, install
from ringfence.egress.letters import Letter, message
from ringfence.egress.recipients import Kind
from ringfence.egress.smtp import BadSmtpUrl, MailRefused, Relay
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from ringfence.work.mails import send_waiting, tidy
from tests.support.database import Database
from tests.support.gate import open_gate, way
from tests.support.smtp import Post, mail_server
from tests.support.visitors import Visitor, a_member, letters

LETTER = Letter(
    to="ada@example.org", subject="A\r\nBcc: eve@example.org", lines=("Hello <b>Ada</b>.",), act="Go on",
    link="https://localhost:8443/x?a=1&b=2",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nobody_elses(database: Database) -> None:
    """Mails of other tests are sealed under other keys."""
    Mail.objects.all().delete()


@pytest.fixture(params=[True, False], ids=["smtps", "starttls"])
def server(request: Any, tmp_path: Path) -> Iterator[Post]:
    with mail_server(tmp_path / "tls", at_once=request.param) as running:
        yield running


def test_a_mail_goes_once_under_tls_and_its_row_with_it(
    server: Post, vault: Vault, worker: Pool, clock: ManualClock
) -> None:
    post(LETTER, clock)
    relay = Relay.of(server.url)
    assert send_waiting(worker, vault, relay, open_gate()) == 1
    assert send_waiting(worker, vault, relay, open_gate()) == 0
    [mail] = server.mails
    assert server.encrypted == [True]
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Ringfence@example.org")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "A Bcc: eve@example.org"
    plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert "https://localhost:8443/x?a=1&b=2" in plain.get_content()
    assert "&lt;b&gt;Ada&lt;/b&gt;" in rich.get_content()
    assert "<img" not in rich.get_content()
    assert not Mail.objects.exists()


def test_a_server_that_refuses_is_asked_again_later_and_later(
    server: Post, vault: Vault, worker: Pool, clock: ManualClock
) -> None:
    post(LETTER, clock)
    relay = Relay.of(server.url)
    server.refuse = 2
    assert send_waiting(worker, vault, relay, open_gate()) == 0
    assert send_waiting(worker, vault, relay, open_gate()) == 0, "not at once"
    clock.advance(11)
    assert send_waiting(worker, vault, relay, open_gate()) == 0
    clock.advance(11)
    assert send_waiting(worker, vault, relay, open_gate()) == 0
    clock.advance(11)
    assert send_waiting(worker, vault, relay, open_gate()) == 1


def test_a_server_that_is_another_gets_nothing(server: Post, tmp_path: Path, clock: ManualClock) -> None:
    with mail_server(tmp_path / "other") as other:
        authority = other.url.rpartition("ca=")[2]
    relay = replace(Relay.of(server.url), authority=authority)
    with pytest.raises(MailRefused):
        relay.send(message(LETTER, sender=relay.sender, id="x", at=0), way(Kind.MAIL, None))
    wrong = replace(Relay.of(server.url), password="guess")
    with pytest.raises(MailRefused):
        wrong.send(message(LETTER, sender=relay.sender, id="x", at=0), way(Kind.MAIL, None))
    assert server.mails == []


@pytest.mark.parametrize(
    "url", ["", "http://mail.example.org", "smtp://mail.example.org", "smtps://?from=a@b", "smtps://mail.example.org?from=x"]
)  # fmt: skip
def test_an_address_of_a_server_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadSmtpUrl, match="smtps://user"):
        Relay.of(url)


def test_what_waits_rests_sealed_and_is_over_after_a_day(
    vault: Vault, worker: Pool, clock: ManualClock, database: Database
) -> None:
    post(LETTER, clock)
    with database.superuser() as look:
        [row] = look.execute("SELECT sealed FROM people_mail").fetchall()
    assert b"ada@example.org" not in bytes(row[0])
    clock.advance(timedelta(days=1).total_seconds())
    tidy(worker, vault)
    assert not Mail.objects.exists()


def test_a_mail_of_what_was_rolled_back_was_never_written(
    database: Database, vault: Vault, clock: ManualClock
) -> None:
    with transaction.atomic():
        post(LETTER, clock)
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_with_a_mail_server_the_link_is_shown_to_its_reader_alone(owner: User) -> None:
    before = current()
    install(replace(before, smtp_url="smtps://mail.example.org?from=a@example.org"))
    try:
        visitor = Visitor()
        visitor.password(owner.email)
        page = visitor.post("/settings/members/", email="new@example.org", role="analyst").content.decode()
        assert "/invitation/?token=" not in page
        assert "/invitation/?token=" in letters("new@example.org")[0].link
    finally:
        install(before)


def test_the_outbox_is_there_for_an_owner_of_the_demo_account_on_the_machine_itself(
    vault: Vault, clock: ManualClock, database: Database
) -> None:
    try:
        demo = account_by_slug("demo")
    except NoSuchAccount:
        demo = make_account(slug="demo", name="Demo", clock=clock)
    owner, admin = a_member(demo, clock), a_member(demo, clock, Role.ADMIN)
    post(LETTER, clock)
    here, there, other = Visitor(at="127.0.0.1"), Visitor(at="192.0.2.9"), Visitor(at="127.0.0.1")
    for visitor, user in ((here, owner), (there, owner), (other, admin)):
        visitor.password(user.email)
    assert b"Hello" in here.get("/outbox/").content
    assert there.get("/outbox/").status_code == 404
    assert other.get("/outbox/").status_code == 404
    before = current()
    for changed in (
        replace(before, public_url="https://calls.example.org"), replace(before, smtp_url="smtps://x?from=a@b"),
    ):  # fmt: skip
        install(changed)
        try:
            assert here.get("/outbox/").status_code == 404
        finally:
            install(before)
    clock.advance(11 * 60)
    assert here.get("/outbox/")["Location"].startswith("/step-up/")


def test_of_another_account_nobody_reads_it(owner: User) -> None:
    here = Visitor(at="127.0.0.1")
    here.password(owner.email)
    assert here.get("/outbox/").status_code == 404
