"""Receipts verify offline, with nothing but the file and a key; whatever is changed in one is found."""

from copy import deepcopy
from typing import Any

import orjson
import pytest

from ringfence.vault.receipts import complete_by, is_complete, sign, verify_receipt
from ringfence.vault.signing import SigningKey

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
ERASED = {"place": "database", "state": "erased", "at": "2026-01-01T00:00:00+00:00"}
BACKUP = {"place": "backups", "state": "kept", "ground": "sealed", "until": "2026-01-08"}
RECEIPT: dict[str, Any] = {
    "id": "r", "account": "a", "call": "c", "part": "call", "state": "erased", "as_of": "2026-01-01T00:00:00+00:00",
    "places": [ERASED, BACKUP], "complete": False, "complete_by": "2026-01-08",
}  # fmt: skip


def signed(**changed: Any) -> dict[str, Any]:
    return sign({**RECEIPT, **changed}, KEY)


def check(document: Any, *trusted: SigningKey) -> Any:
    keys = {key.key_id: key.public for key in trusted} or None
    return verify_receipt(orjson.dumps(document), keys)


def test_a_receipt_verifies_with_its_own_key_and_with_a_pinned_one() -> None:
    document = signed()
    assert check(document).ok
    assert not check(document).pinned
    assert check(document, KEY).pinned
    assert check(document, OTHER, KEY).ok
    assert not check(document, OTHER).ok


def test_spacing_and_order_do_not_count() -> None:
    document = signed()
    turned = {name: document[name] for name in reversed(document)}
    assert verify_receipt(orjson.dumps(turned, option=orjson.OPT_INDENT_2)).ok


@pytest.mark.parametrize("name", [*RECEIPT, "key"])
def test_every_field_is_under_the_signature(name: str) -> None:
    document = signed()
    document["receipt"][name] = [] if name == "places" else "else"
    assert not check(document, KEY).ok
    del document["receipt"][name]
    assert not check(document, KEY).ok


def test_nothing_stands_beside_what_was_signed() -> None:
    found = check({**signed(), "note": "complete everywhere"}, KEY)
    assert not found.ok
    assert "Nothing signs 'note'" in found.problems[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"state":"erased","as_of"', b'"state":"kept","state":"erased","as_of"'),
        (b'{"kind"', b'{"receipt":{"state":"kept"},"kind"'),
    ],
)
def test_a_name_that_stands_twice_is_refused(old: bytes, new: bytes) -> None:
    """Whoever reads the other of the two would read what nobody signed."""
    whole = orjson.dumps(signed())
    assert verify_receipt(whole).ok
    assert old in whole
    twice = verify_receipt(whole.replace(old, new, 1))
    assert not twice.ok
    assert "twice" in twice.problems[0]


@pytest.mark.parametrize("name", [*RECEIPT, "key"])
def test_a_receipt_without_a_field_is_told_of_all_the_same(name: str) -> None:
    document = signed()
    del document["receipt"][name]
    assert check(document, KEY).told()


def test_a_receipt_of_another_signed_with_its_key_in_the_file_is_no_match_for_a_pin() -> None:
    forged = sign(RECEIPT, OTHER)
    assert check(forged).ok
    assert not check(forged, KEY).ok
    forged["receipt"]["key"] = KEY.key_id
    forged["keys"] = {KEY.key_id: OTHER.public.hex()}
    assert not check(forged, KEY).ok
    assert not check(forged).ok


@pytest.mark.parametrize(
    "open_place",
    [
        BACKUP,
        {"place": "objects", "state": "failed"},
        {"place": "objects", "state": "open"},
        {"place": "carrier", "state": "at_third_party"},
    ],
)
def test_complete_is_not_believed_while_a_place_is_open(open_place: dict[str, str]) -> None:
    verdict = check(signed(complete=True, places=[ERASED, open_place]), KEY)
    assert verdict.problems == ["It calls itself complete while a place is open."]


def test_when_it_will_be_complete() -> None:
    later = {**BACKUP, "place": "database_files", "until": "2026-01-02"}
    assert is_complete([ERASED, {"place": "x", "state": "never_held"}, {"place": "y", "state": "kept"}])
    assert not is_complete([ERASED, BACKUP])
    assert complete_by([ERASED, BACKUP, later]) == "2026-01-08"
    assert complete_by([ERASED]) is None
    assert complete_by([ERASED, BACKUP, {"place": "carrier", "state": "at_third_party"}]) is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b'{"receipt": 1, "signature": ""}', b"\xff"])
def test_what_is_no_receipt_is_said_to_be_none(data: bytes) -> None:
    assert verify_receipt(data).problems == ["This is not an erasure receipt, or it was cut short."]


def test_the_document_is_not_changed_by_checking() -> None:
    document = signed()
    before = deepcopy(document)
    check(document)
    assert document == before
