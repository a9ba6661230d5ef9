"""What may be a password: anything long enough that is not everybody's, taken as it was typed."""

import re
from pathlib import Path
from typing import Final

import pytest

from ringfence.apps.accounts.models import User
from ringfence.web.console.people import coming_in
from tests.support.visitors import PASSWORD, Visitor

WEB: Final = Path(__file__).parents[2] / "src" / "ringfence" / "web"


def set_to(user: User, wanted: str) -> int:
    visitor = Visitor()
    assert visitor.password(user.email).status_code == 302
    return int(visitor.post("/security/password/", password=wanted, current=PASSWORD).status_code)


@pytest.mark.parametrize("short", ["", "a", "elevenchars", "🔑" * 11])
def test_less_than_twelve_characters_are_too_few(owner: User, short: str) -> None:
    assert set_to(owner, short) == 400


@pytest.mark.parametrize("common", ["password1234", "qwertyuiop123", "1q2w3e4r5t6y"])
def test_what_everybody_has_is_refused(owner: User, common: str) -> None:
    assert set_to(owner, common) == 400


@pytest.mark.parametrize(
    "wanted", ["all small letters and spaces", "ONLYCAPITALSXY", "7319028465123", "!?!?!?!?!?!?!?", "日本語のパスワードです長い", " leading and trailing ", "x" * 128 + "y" * 128, "e\u0301" * 12],
    ids=["words", "capitals", "digits", "signs", "japanese", "spaces", "long", "combining"],
)  # fmt: skip
def test_any_composition_is_taken_exactly_as_typed(owner: User, wanted: str) -> None:
    assert set_to(owner, wanted) == 302
    assert Visitor().password(owner.email, wanted).status_code == 302
    for other in (wanted.swapcase(), wanted.strip(), wanted[:64], wanted[:72], wanted + " ", wanted[:-1]):
        if other != wanted:
            assert Visitor().password(owner.email, other).status_code == 400, other


def test_the_earlier_one_is_over(owner: User) -> None:
    assert set_to(owner, "another one entirely") == 302
    assert Visitor().password(owner.email, PASSWORD).status_code == 400


@pytest.mark.parametrize("current", ["", "not what it is", PASSWORD.upper(), PASSWORD + " "])
def test_changing_it_asks_for_the_current_one_in_the_same_form(owner: User, current: str) -> None:
    """However lately its person proved who they are."""
    visitor = Visitor()
    assert visitor.password(owner.email).status_code == 302
    assert 'name="current"' in visitor.get("/security/").content.decode()
    answer = visitor.post("/security/password/", password="another one entirely", current=current)
    assert answer.status_code == 400
    assert "This is not your password" in answer.content.decode()
    assert Visitor().password(owner.email).status_code == 302
    assert visitor.post("/security/password/", password="another one entirely").status_code == 400


def test_the_current_one_is_not_guessed_there(owner: User) -> None:
    visitor = Visitor()
    assert visitor.password(owner.email).status_code == 302
    for number in range(coming_in.MOST_PROOFS):
        visitor.post("/security/password/", password="another one entirely", current=f"guess {number}")
    answer = visitor.post("/security/password/", password="another one entirely", current=PASSWORD)
    assert answer.status_code == 400
    assert "Too many attempts" in answer.content.decode()


def test_whoever_has_none_sets_the_first(owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    visitor = Visitor()
    assert visitor.link(owner).status_code == 302
    assert 'name="current"' not in visitor.get("/security/").content.decode()
    assert visitor.post("/security/password/", password="another one entirely").status_code == 302


def test_fields_for_passwords_hide_them_and_help_managers() -> None:
    found = [
        field
        for page in (WEB / "templates").rglob("*.html")
        for field in re.findall(r"<input[^>]*name=\"(?:password|current)\"[^>]*>", page.read_text())
    ]
    assert len(found) >= 5
    for field in found:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field), field
        assert "maxlength" not in field


def test_no_script_keeps_anybody_from_pasting() -> None:
    for script in (WEB / "static" / "ringfence").glob("*.js"):
        assert not re.search(r"\bpaste\b|oncopy|contextmenu", script.read_text()), script.name
