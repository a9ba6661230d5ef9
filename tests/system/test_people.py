"""People on a whole installation with a mail server: a mail leaves, its link lets somebody in, and counts outlive processes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.house import Browser, House, Page, free_port
from tests.support.smtp import Post, mail_server
from tests.support.visitors import PASSWORD

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with mail_server(tmp_path_factory.mktemp("post"), at_once=False) as running:
        yield running


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, post: Post) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    made = House(folder, free_port(), settings={"RINGFENCE_SMTP_URL": post.url, "RINGFENCE_SIGN_UP": "open"})
    made.start()
    yield made
    made.stop()


def link_to(post: Post, address: str, within_s: float = 30) -> str:
    """The link in the newest mail to somebody, once it came."""
    deadline = time.monotonic() + within_s
    while not (mails := [each for each in post.mails if each["To"] == address]):
        assert time.monotonic() < deadline, address
        time.sleep(0.1)
    text = mails[-1].get_body(("plain",))
    assert text is not None
    found = re.search(r"https://localhost:\d+(/\S+)", text.get_content())
    assert found is not None
    return found[1]


def send(browser: Browser, page: str, path: str, **fields: str) -> Page:
    """Fill in a form of a page; what follows."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page).body)
    assert token is not None
    return browser.ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}))


def test_an_account_is_opened_by_a_mailed_link_and_somebody_is_asked_in(house: House, post: Post) -> None:
    owner, guest = house.browser(), house.browser()
    said = {
        "name": "Ada Okafor", "email": "ada@example.org", "password": PASSWORD, "company": "Ferries", "country": "DE",
        "phone": "+49 30 901820", "timezone": "Europe/Berlin", "address": "", "vat_id": "",
    }  # fmt: skip
    assert "Look at your mail" in send(owner, "/sign-up/", "/sign-up/", **said).body
    path = link_to(post, "ada@example.org")
    opened = send(owner, path, "/sign-up/confirm/", token=path.rpartition("token=")[2])
    assert "Ferries" in opened.body
    answer = send(
        owner, "/settings/members/", "/settings/members/", email="grace@example.org", role="manager"
    )
    assert "on its way" in answer.body
    path = link_to(post, "grace@example.org")
    token = path.rpartition("token=")[2]
    joined = send(guest, path, "/invitation/", token=token, name="Grace Abara", password=PASSWORD)
    assert joined.status == 200
    assert "Grace" in owner.get("/settings/members/").body
    assert all(post.encrypted)
    assert "demo" not in str([mail["Subject"] for mail in post.mails])


def test_counts_and_sessions_outlive_the_processes(house: House) -> None:
    person, guesser = house.browser(), house.browser()
    person.get(house.answer("member", "link", "--account", "demo", "--email", "owner@localhost")["sign_in"])
    for _ in range(8):
        assert send(guesser, "/sign-in/", "/sign-in/", email="x@example.org", password="x").status == 400
    house.stop()
    house.start()
    assert send(guesser, "/sign-in/", "/sign-in/", email="x@example.org", password="x").status == 429
    assert person.get("/security/").status == 200
    assert "127.0.0.1" in person.get("/security/").body


def test_a_mail_server_that_is_named_wrongly_is_said_at_the_start(house: House) -> None:
    broken = House(house.folder, house.port, settings={"RINGFENCE_SMTP_URL": "smtp://mail.example.org"})
    done = broken.run("member", "list", "--account", "demo")
    assert done.returncode == 1
    assert "smtps://user:password@" in done.stderr
