"""Every field of every form of the console, filled with what no browser sends: it is said to be wrong, and nothing breaks."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

import pytest
from django.urls import get_resolver

from ringfence.apps.accounts.models import User
from tests.db.pages.test_headers import addresses
from tests.support.office import Office
from tests.support.visitors import Visitor

LEAVES: Final = ("sign-out", "/end/", "/account/", "/password/")  # ends what the rest of the walk needs
LAST: Final = ("/security/", "/settings/plan")  # what may lock the owner out, or close the account
ODD: Final = ("\0", "a\0b\\u12", "9" * 5000, "²")
TYPED: Final = {
    "text",
    "email",
    "tel",
    "url",
    "search",
    "number",
    "date",
    "password",
    "hidden",
    "datetime-local",
    "time",
    "",
}


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that are posted, with what stands in them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[Form] = []
        self._here: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            posted = said.get("method", "").lower() == "post"
            self._here = Form(said.get("action") or self.page) if posted else None
            if self._here is not None:
                self.found.append(self._here)
        elif self._here is not None and "name" in said:
            if said["name"] != "csrfmiddlewaretoken" and (
                tag in {"textarea", "select"} or (tag == "input" and said.get("type", "") in TYPED)
            ):
                self._here.typed.append(said["name"])
            if tag in {"input", "textarea", "select", "button"}:
                self._here.fields.setdefault(said["name"], said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = None


def forms(visitor: Visitor, paths: list[str]) -> list[Form]:
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for path in paths:
        answer = visitor.get(path)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        reader = Forms(path)
        reader.feed(b"".join(answer).decode())
        for form in reader.found:
            found.setdefault((form.action, tuple(form.fields)), form)
    left = [form for form in found.values() if not any(each in form.action for each in LEAVES)]
    return sorted(left, key=lambda form: form.action.startswith(LAST))


@pytest.mark.parametrize("odd", ODD, ids=["nul", "escape", "nines", "square"])
def test_no_field_of_a_form_breaks_a_page(office: Office, owner: User, odd: str) -> None:
    call = office.call()
    visitor = Visitor()
    assert visitor.password(owner.email).status_code == 302
    own = (f"/learn/calls/{call}/", f"/agents/{office.agent()}/")
    paths = [*sorted(set(addresses(get_resolver()))), *own]
    pages = [path for path in paths if not path.startswith(("/api/", "/webhooks/", "/operator/"))]
    broken, tried = [], 0
    for form in forms(visitor, pages):
        for name in form.typed:
            tried += 1
            answer = visitor.post(form.action, **{**form.fields, name: odd})
            if answer.status_code >= 500:
                broken.append((form.action, name))
    assert broken == []
    assert tried > 50


@pytest.mark.parametrize(
    "said",
    ["", "7", "9" * 5000, "null", "[]", "{}", "[" * 100_000, '{"id": 5}', '{"id": "AA", "response": []}', '{"a": ' + "9" * 5000 + "}",
     '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "authenticatorData": 7, "signature": {}}}'],
)  # fmt: skip
def test_an_answer_that_no_passkey_gives_lets_nobody_in(owner: User, said: str) -> None:
    visitor = Visitor()
    visitor.get("/sign-in/passkey/options")
    assert visitor.post("/sign-in/passkey/", credential=said).status_code == 400
    assert not visitor.inside()
    assert visitor.password(owner.email).status_code == 302
    assert visitor.post("/security/passkeys/", name="x", credential=said).status_code == 400
