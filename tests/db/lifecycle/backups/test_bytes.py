"""Raw bytes: what was said is nowhere, at any time; a deleted call's keys are nowhere once the tables were scrubbed."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Call, Recording, Transcript
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.receipts.receipts import receipts_of_call
from ringfence.lifecycle.scrub import TABLES, scrub
from tests.support.backups import Backups
from tests.support.database import Database
from tests.support.office import CALLER, Office, hum

PHRASE = "the zebra plays bassoon at midnight"
SAID = (("caller", f"Remember: {PHRASE}.", 0.5, 3.0), ("agent", "Noted.", 3.5, 4.0))
PITCH = 1237.0
TONE = hum(1.0, PITCH)[400:464]


def canaries() -> list[bytes]:
    """As it was said, in the encodings in which it could rest."""
    words = [PHRASE.encode(), PHRASE.encode("utf-16-le"), b"zebra", b"bassoon"]
    return [*words, TONE, CALLER.encode(), CALLER.removeprefix("+").encode()]


def a_call(office: Office) -> UUID:
    talk = office.answer(office.ring())
    talk.talk(SAID, tone=lambda seconds: hum(seconds, PITCH))
    talk.hang_up()
    office.after.run(office.account_id, talk.id)
    return talk.id


def files(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path, path.read_bytes()


def holding(needles: list[bytes], *folders: Path) -> set[str]:
    return {path.name for path, data in files(*folders) if any(needle in data for needle in needles)}


def keys_of(office: Office, call_id: UUID) -> list[bytes]:
    """The wrapped keys and the sealed content of a call, as its rows have them."""
    with tenant(office.account_id):
        call = Call.objects.get(account_id=office.account_id, id=call_id)
        audio = Recording.objects.get(account_id=office.account_id, call_id=call_id)
        words = Transcript.objects.get(account_id=office.account_id, call_id=call_id)
    found = (
        call.wrapped_key, call.numbers_sealed, audio.wrapped_key, words.wrapped_key, words.turns_sealed,
        words.summary_sealed, words.variables_sealed,
    )  # fmt: skip
    return [bytes(each) for each in found if each]


def settle(database: Database) -> None:
    """Everything to the disk, and the log's old files gone: what a quarter of an hour does by itself."""
    with database.superuser() as server:
        for _ in range(3):
            server.execute("SELECT pg_switch_wal()")
            server.execute("CHECKPOINT")


def test_what_was_said_is_in_no_byte_and_a_deleted_calls_keys_in_none_either(
    office: Office, database: Database, backups: Backups, tmp_path: Path
) -> None:
    call_id = a_call(office)
    made = backups.make()
    settle(database)
    everywhere = (database.sockets, tmp_path)
    assert holding(canaries(), *everywhere) == set()
    keys = keys_of(office, call_id)
    assert holding(keys, database.sockets), "the search would find them"
    assert not any(key in (backups.folder / made.name).read_bytes() for key in keys)

    delete_parts(office.account_id, [call_id], Part.CALL, actor="me", clock=office.clock)
    settle(database)
    office.clock.advance(1)
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        done = scrub(worker, office.clock.now())
        assert done is not None
        assert set(done.anew) == set(TABLES)
        assert scrub(worker, office.clock.now()) is None
    settle(database)
    assert holding(keys, *everywhere) == set()
    assert holding(canaries(), *everywhere) == set()
    office.clock.advance(3600)
    [receipt] = receipts_of_call(office.account_id, call_id, clock=office.clock)
    states = {place["place"]: place for place in receipt["receipt"]["places"]}
    assert states["database_files"]["state"] == "erased"
    assert states["backups"]["until"] == made.until.isoformat()
    assert receipt["receipt"]["complete_by"] == made.until.isoformat()
