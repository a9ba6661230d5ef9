"""The erasure ledger: a chain that only grows, that nothing is done without, and that shows what was done to it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from uuid import UUID, uuid4

import orjson
import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Erasure
from ringfence.core import config
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.deletion import Part, delete_parts, erase, open_erasures
from ringfence.lifecycle.ledger.batches import Entry, LedgerBroken
from ringfence.lifecycle.ledger.book import Book
from ringfence.lifecycle.ledger.mark import read_mark
from ringfence.lifecycle.ledger.places import BucketPlace, FolderPlace, LedgerPlace
from ringfence.vault.vault import Vault
from tests.support.keys import a_vault
from tests.support.office import Office


def entry(clock: ManualClock) -> Entry:
    return Entry(uuid4(), uuid4(), "call", "test", clock.now())


@pytest.fixture(params=["folder", "bucket"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerPlace:
    if request.param == "folder":
        return FolderPlace(tmp_path / "ledger")
    (tmp_path / "bucket").mkdir()
    return BucketPlace(f"file://{tmp_path / 'bucket'}")  # the same code that speaks to S3


@pytest.fixture
def keys(tmp_path: Path, clock: ManualClock) -> Vault:
    return a_vault(tmp_path / "keys", clock)


@pytest.fixture
def own(where: LedgerPlace, keys: Vault) -> Book:
    return Book(where, keys)


def test_batches_follow_one_another(own: Book, clock: ManualClock) -> None:
    assert own.newest() is None
    made = []
    for count in (1, 3, 2):
        made.append(own.enter([entry(clock) for _ in range(count)]))
        clock.advance(40 * 24 * 3600)
    assert [(each.batch.number, each.batch.before) for each in made] == [(1, 0), (2, 1), (3, 4)]
    assert list(own.since(1)) == made
    assert list(own.since(3)) == made[2:]
    assert list(own.since(4)) == []
    assert own.newest() == made[-1]


def test_many_at_once_make_one_chain(own: Book, clock: ManualClock) -> None:
    def go() -> None:
        for _ in range(10):
            own.enter([entry(clock)])

    threads = [Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.batch.number for each in own.since(1)] == list(range(1, 41))


def test_old_months_go_and_the_rest_still_verifies(own: Book, where: LedgerPlace, clock: ManualClock) -> None:
    for _ in range(4):
        own.enter([entry(clock)])
        clock.advance(40 * 24 * 3600)
    kept = list(own.since(3))
    assert where.forget(clock.now().replace(year=2026, month=3, day=20)) > 0
    assert list(own.since(kept[-1].batch.number))[-1] == kept[-1]
    with pytest.raises(LedgerBroken, match="begins only at"):
        list(own.since(1))
    assert own.enter([entry(clock)]).batch.number == 5


def test_a_new_signing_key_leaves_old_batches_valid(own: Book, keys: Vault, clock: ManualClock) -> None:
    own.enter([entry(clock)])
    keys.signers.renew()
    own.enter([entry(clock)])
    first, second = own.since(1)
    assert first.batch.key != second.batch.key
    assert [each.until is None for each in keys.signers.published()] == [False, True]


def month(folder: Path) -> Path:
    [found] = (folder / "ledger" / "erasures").glob("*.jsonl")
    return found


@pytest.fixture
def three(tmp_path: Path, keys: Vault, clock: ManualClock) -> Book:
    made = Book(FolderPlace(tmp_path / "ledger"), keys)
    for _ in range(3):
        made.enter([entry(clock)])
    return made


def test_a_changed_taken_or_forged_batch_is_found(three: Book, tmp_path: Path, clock: ManualClock) -> None:
    file = month(tmp_path)
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    other = str(uuid4())
    second = orjson.loads(lines[1])
    second["batch"]["entries"][0]["call"] = other
    forged = Book(FolderPlace(tmp_path / "elsewhere"), a_vault(tmp_path / "other", clock))
    forged.enter([entry(clock)])
    stranger = (next((tmp_path / "elsewhere" / "erasures").glob("*.jsonl"))).read_bytes()
    for damaged in (
        lines[0] + orjson.dumps(second) + b"\n" + lines[2],
        lines[0] + lines[2],
        lines[1] + lines[0] + lines[2],
        stranger,
    ):
        file.write_bytes(damaged)
        with pytest.raises(LedgerBroken):
            list(three.since(1))
    file.write_bytes(whole)
    assert len(list(three.since(1))) == 3


def test_a_line_that_a_crash_cut_short_was_never_there(
    three: Book, tmp_path: Path, clock: ManualClock
) -> None:
    file = month(tmp_path)
    whole = file.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    for cut in (2, len(last) // 2, len(last) - 2):
        file.write_bytes(whole[:-cut])
        newest = three.newest()
        assert newest is not None
        assert newest.batch.number == 2
    made = three.enter([entry(clock)])
    assert made.batch.number == 3
    assert [each.batch.number for each in three.since(1)] == [1, 2, 3]


@pytest.fixture
def elsewhere(tmp_path: Path, database: object) -> Iterator[Path]:
    """A ledger of this test's own."""
    before = config.current()
    config.install(replace(before, ledger_url=str(tmp_path / "own-ledger")))
    yield tmp_path / "own-ledger"
    config.install(before)


def test_a_deletion_stands_in_the_ledger_before_it_is_done(office: Office, elsewhere: Path) -> None:
    ids = [office.call(), office.call()]
    delete_parts(office.account_id, ids, Part.CALL, actor="me", clock=office.clock)
    [signed] = Book(FolderPlace(elsewhere), office.vault).since(1)
    assert {(each.call, each.part, each.by) for each in signed.batch.entries} == {
        (ids[0], "call", "me"),
        (ids[1], "call", "me"),
    }
    with tenant(office.account_id):
        rows = list(Erasure.objects.filter(account_id=office.account_id))
    assert {(row.ledger_batch, row.ledger_hash) for row in rows} == {(1, signed.hash)}
    assert read_mark().batch >= 1


def test_without_its_ledger_nothing_is_done_and_all_is_gone(
    office: Office, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = office.call()
    elsewhere.write_text("a file where the folder should be")
    outcome = delete_parts(office.account_id, [call_id], Part.CALL, actor="me", clock=office.clock)
    assert outcome.open == (call_id,)
    assert open_erasures(office.account_id) == [(call_id, Part.CALL)]
    with tenant(office.account_id):
        mark = Erasure.objects.get(account_id=office.account_id, call_id=call_id)
    assert (mark.state, mark.places["objects"], mark.places["database"]) == ("requested", "erased", "erased")
    elsewhere.unlink()
    assert erase(office.account_id, call_id, Part.CALL, office.clock)
    assert len(list(Book(FolderPlace(elsewhere), office.vault).since(1))) == 1
    assert entries(elsewhere, office) == {call_id}
    shutil.rmtree(elsewhere)


def entries(folder: Path, office: Office) -> set[UUID]:
    signed = Book(FolderPlace(folder), office.vault).since(1)
    return {each.call for batch in signed for each in batch.batch.entries}
