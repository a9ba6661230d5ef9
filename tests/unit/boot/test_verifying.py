"""`ringfence verify`: says what is whole and what is not, and by its exit status, too."""

import json
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from ringfence.boot.verifying import verify
from ringfence.vault.audit.entry import canonical
from ringfence.vault.audit.heads import next_head
from ringfence.vault.audit.tree import leaf_hash, path
from ringfence.vault.audit.verify import PROOF
from ringfence.vault.receipts import sign
from ringfence.vault.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
EVENTS = [{"account": "a", "act": "call_opened", "salt": str(n)} for n in range(5)]


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    leaves = [leaf_hash(canonical(event)) for event in EVENTS]
    head = next_head(KEY, "a", None, leaves, datetime(2026, 1, 1, tzinfo=UTC), None)
    document = {
        "kind": PROOF, "event": EVENTS[3], "position": 3, "path": [step.hex() for step in path(leaves, 3)],
        **head.document(), "keys": {KEY.key_id: KEY.public.hex()},
    }  # fmt: skip
    file = tmp_path / "proof.json"
    file.write_bytes(orjson.dumps(document))
    return file


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(verify, [str(each) for each in arguments])
    return done.exit_code, done.output


def test_a_whole_proof(proof: Path) -> None:
    status, said = run(proof)
    assert status == 0
    assert "Give --key" in said
    status, said = run(proof, "--key", KEY.public.hex())
    assert status == 0
    assert "Give --key" not in said


def test_a_changed_one(proof: Path) -> None:
    proof.write_bytes(proof.read_bytes().replace(b"call_opened", b"call_closed"))
    status, said = run(proof, "--json")
    assert status == 1
    assert json.loads(said)["ok"] is False


def test_a_document_of_many_lines_is_the_same_document(proof: Path) -> None:
    """Receipts are downloaded with line breaks, and people format files."""
    proof.write_bytes(orjson.dumps(orjson.loads(proof.read_bytes()), option=orjson.OPT_INDENT_2))
    assert run(proof, "--key", KEY.public.hex())[0] == 0


def test_a_field_too_many_in_a_proof(proof: Path) -> None:
    document = orjson.loads(proof.read_bytes())
    proof.write_bytes(orjson.dumps({**document, "note": "checked"}))
    assert run(proof)[0] == 1
    proof.write_bytes(orjson.dumps(document).replace(b'{"kind"', b'{"event":{"act":"nothing"},"kind"', 1))
    assert run(proof)[0] == 1


def test_the_receipts_of_a_call_as_the_api_lists_them(tmp_path: Path) -> None:
    made = {
        "id": "r", "account": "a", "call": "c", "part": "call", "state": "erased", "as_of": "2026-01-01", "places": [],
        "complete": True,
    }  # fmt: skip
    file = tmp_path / "receipts.json"
    good, bad = sign(made, KEY), sign(made, KEY)
    bad["receipt"] = {**bad["receipt"], "call": "another"}
    file.write_bytes(orjson.dumps({"items": [good, good]}))
    assert run(file, "--key", KEY.public.hex())[0] == 0
    file.write_bytes(orjson.dumps({"items": [good, bad]}))
    status, said = run(file, "--json")
    assert status == 1
    assert [each["ok"] for each in json.loads(said)["items"]] == [True, False]
    file.write_bytes(orjson.dumps({"items": []}))
    assert run(file)[0] == 1


@pytest.mark.parametrize(
    "keys", [{"keys": [{"public": 5}]}, {"keys": {"a": None}}, {"keys": [3]}, {"keys": 3}, []]
)
def test_keys_that_are_none_are_an_answer(proof: Path, tmp_path: Path, keys: object) -> None:
    other = tmp_path / "keys.json"
    other.write_bytes(orjson.dumps(keys))
    status, said = run(proof, "--key", other)
    assert status == 1
    assert "public key" in said


def test_a_key_of_somebody_else(proof: Path, tmp_path: Path) -> None:
    other = tmp_path / "keys.json"
    other.write_bytes(orjson.dumps({"keys": [{"public": SigningKey(bytes(32)).public.hex()}]}))
    assert run(proof, "--key", other)[0] == 1
    other.write_bytes(orjson.dumps({"keys": [{"public": KEY.public.hex()}]}))
    assert run(proof, "--key", other)[0] == 0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"kind": "something"}', b"{}\n{}\n{}"]
)
def test_what_is_nothing_of_ours(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(content)
    status, said = run(file)
    assert status == 1
    assert "nothing that an installation signed" in said


@pytest.mark.parametrize("key", ["x", "zz" * 32, "abc"])
def test_a_key_that_is_none(proof: Path, key: str) -> None:
    assert run(proof, "--key", key)[0] == 1


@pytest.mark.parametrize("changed", ["position", "path", "head", "signature", "event"])
def test_a_part_that_is_missing_or_of_another_kind(proof: Path, changed: str) -> None:
    wrong: tuple[object, ...] = (None, 7, "x", [], {})
    for value in wrong:
        document = orjson.loads(proof.read_bytes())
        document[changed] = value
        file = proof.with_name("other")
        file.write_bytes(orjson.dumps(document))
        assert run(file)[0] == 1
