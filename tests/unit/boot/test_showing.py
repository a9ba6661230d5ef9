"""The certificate that is shown: taken when its files change, never when they are not fit to be."""

import json
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from ringfence.boot.certificates import LEAF_LIFE, Certificates, ensure
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import ANEW_AFTER, CannotShow, Showing
from ringfence.core.clock import ManualClock

Spoil = Callable[[Path, Certificates], None]


@pytest.fixture
def now() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture
def given(tmp_path: Path, now: ManualClock) -> Certificates:
    """What an operator gave, in a folder of its own."""
    made = ensure(tmp_path / "first", "localhost", now)
    folder = tmp_path / "given"
    folder.mkdir()
    files = Certificates(made.authority, folder / "chain.pem", folder / "key.pem")
    put(files, made)
    return files


@pytest.fixture
def showing(given: Certificates, now: ManualClock, tmp_path: Path) -> Showing:
    return Showing(lambda: given, "localhost", now, tmp_path / "told")


def put(files: Certificates, made: Certificates) -> None:
    for target, source in ((files.chain, made.chain), (files.key, made.key)):
        draft = target.with_suffix(".draft")
        draft.write_bytes(source.read_bytes())
        draft.replace(target)


def another(tmp_path: Path, now: ManualClock, host: str = "localhost", name: str = "second") -> Certificates:
    return ensure(tmp_path / name, host, now)


def told(tmp_path: Path) -> dict[str, str | None]:
    found: dict[str, str | None] = json.loads((tmp_path / "told").read_text())
    return found


def test_nothing_is_done_while_nothing_changes(showing: Showing) -> None:
    before = showing.context()
    showing.look()
    assert showing.context() is before


def test_a_new_pair_is_shown_to_whoever_comes_next(
    showing: Showing, given: Certificates, tmp_path: Path, now: ManualClock
) -> None:
    before = showing.context()
    now.moment += timedelta(days=1)
    put(given, another(tmp_path, now))
    showing.look()
    assert showing.context() is not before
    assert (told(tmp_path)["ends"] or "") > (now.moment + LEAF_LIFE - timedelta(minutes=1)).isoformat()
    assert showing.refused is None


def half(_tmp: Path, files: Certificates) -> None:
    files.chain.write_bytes(files.chain.read_bytes()[:200])


def gone(_tmp: Path, files: Certificates) -> None:
    files.key.unlink()


def empty(_tmp: Path, files: Certificates) -> None:
    files.key.write_bytes(b"")


def anothers_key(tmp: Path, files: Certificates) -> None:
    files.key.write_bytes(ensure(tmp / "other", "localhost", SystemClock()).key.read_bytes())


def anothers_name(tmp: Path, files: Certificates) -> None:
    made = ensure(tmp / "third", "calls.example.org", SystemClock())
    leaf = made.chain.read_bytes()
    files.chain.write_bytes(leaf)
    files.key.write_bytes(made.key.read_bytes())


def ended(tmp: Path, files: Certificates) -> None:
    put(files, ensure(tmp / "old", "localhost", ManualClock(SystemClock().now() - 2 * LEAF_LIFE)))


def to_come(tmp: Path, files: Certificates) -> None:
    put(files, ensure(tmp / "new", "localhost", ManualClock(SystemClock().now() + timedelta(days=3))))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (half, "unreadable"),
        (gone, "unreadable"),
        (empty, "pair"),
        (anothers_key, "pair"),
        (ended, "ended"),
        (to_come, "not_begun"),
    ],
)
def test_what_cannot_be_shown_changes_nothing_and_is_said(
    showing: Showing, given: Certificates, tmp_path: Path, now: ManualClock, spoil: Spoil, why: str
) -> None:
    before, ends = showing.context(), told(tmp_path)["ends"]
    spoil(tmp_path, given)
    with structlog.testing.capture_logs() as lines:
        showing.look()
        showing.look()
    assert showing.context() is before
    assert told(tmp_path) == {"ends": ends, "refused": why}
    assert [line["code"] for line in lines] == [why]  # once, not every few seconds
    put(given, another(tmp_path, now))
    showing.look()
    assert (showing.context() is before, showing.refused) == (False, None)


def test_another_name_than_ours_is_not_taken(tmp_path: Path, now: ManualClock, given: Certificates) -> None:
    names = "calls.example.org"
    put(given, another(tmp_path, now, names, "ours"))
    showing = Showing(lambda: given, names, now)
    before = showing.context()
    put(given, another(tmp_path, now, "elsewhere.example", "theirs"))
    showing.look()
    assert (showing.context() is before, showing.refused) == (True, "other_name")


@pytest.mark.parametrize("spoil", [half, gone, empty, anothers_key])
def test_a_start_with_nothing_to_show_says_what_to_mend(
    given: Certificates, tmp_path: Path, now: ManualClock, spoil: Spoil
) -> None:
    spoil(tmp_path, given)
    with pytest.raises(CannotShow, match="PEM"):
        Showing(lambda: given, "localhost", now)


def test_a_start_with_one_that_ended_shows_it_and_says_so(
    given: Certificates, tmp_path: Path, now: ManualClock
) -> None:
    ended(tmp_path, given)
    Showing(lambda: given, "localhost", now, tmp_path / "told")
    assert told(tmp_path)["refused"] == "ended"


def test_the_keys_of_session_tickets_live_an_hour(showing: Showing, now: ManualClock) -> None:
    before = showing.context()
    now.moment += ANEW_AFTER
    showing.look()
    assert showing.context() is not before


def test_an_end_that_comes_near_is_said(showing: Showing, now: ManualClock) -> None:
    now.moment += LEAF_LIFE - timedelta(days=10, hours=1)
    with structlog.testing.capture_logs() as lines:
        showing.look()
    assert [(line["log_level"], line["count"]) for line in lines] == [("warning", 10)]


def test_our_own_is_made_anew_while_running(tmp_path: Path, now: ManualClock) -> None:
    showing = Showing(lambda: ensure(tmp_path / "own", "localhost", now), "localhost", now, tmp_path / "told")
    now.moment += LEAF_LIFE - timedelta(days=29)
    showing.look()
    assert (told(tmp_path)["ends"] or "") > (now.moment + timedelta(days=396)).isoformat()


def test_a_sealed_key_is_not_asked_for_on_a_terminal(given: Certificates, now: ManualClock) -> None:
    from cryptography.hazmat.primitives import serialization as pem

    key = pem.load_pem_private_key(given.key.read_bytes(), None)
    sealed = key.private_bytes(
        pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.BestAvailableEncryption(b"word")
    )
    given.key.write_bytes(sealed)
    with pytest.raises(CannotShow):
        Showing(lambda: given, "localhost", now)


def test_a_server_has_its_own_preference_and_neither_compresses_nor_renegotiates(showing: Showing) -> None:
    wanted = ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    assert showing.context().options & wanted == wanted
