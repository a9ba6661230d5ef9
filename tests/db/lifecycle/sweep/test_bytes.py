"""After a day has passed: no byte of its keys or words is anywhere, and yesterday's copy of the database opens nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.content import LOG, RECORDING, TRANSCRIPT, Place, unwrap
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall, PartGone
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.models import Call, Recording, Transcript
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_numbers, open_recording, open_transcript
from ringfence.apps.keys import wiring
from ringfence.apps.keys.buckets import open_bucket
from ringfence.core.clock import ManualClock
from ringfence.vault.errors import EpochGone
from ringfence.vault.stores import FolderStore
from ringfence.vault.vault import Vault
from tests.support.database import Database
from tests.support.office import CALLER, Office
from tests.support.sweeping import Broom

TABLES = ("keys_bucket", "calls_call", "calls_recording", "calls_transcript", "calls_searchtokens")
ENDS = "day/2026-01-31"
BEGAN = "live/2026-01-01"


@dataclass(frozen=True)
class Copy:
    """A backup as anybody might have made it: rows as they were, and the object."""

    rows: dict[str, bytes]
    recording: bytes

    @classmethod
    def take(cls, database: Database, office: Office, call_id: UUID) -> "Copy":
        with database.superuser() as server, server.cursor() as cursor:
            rows = {}
            for table in TABLES:
                with cursor.copy(f"COPY {table} TO STDOUT") as out:
                    rows[table] = b"".join(bytes(each) for each in out)
        return cls(rows, place(office, call_id).read_bytes())

    def bring_back(self, database: Database, office: Office, call_id: UUID) -> None:
        with database.superuser() as server, server.cursor() as cursor:
            for table in ("calls_ticket", *reversed(TABLES)):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
            for table in TABLES:
                with cursor.copy(f"COPY {table} FROM STDIN") as into:
                    into.write(self.rows[table])
        place(office, call_id).write_bytes(self.recording)


def place(office: Office, call_id: UUID) -> Path:
    assert office.objects._folder is not None
    return office.objects._folder / object_name(office.account_id, call_id)


def keys_of(office: Office, call_id: UUID) -> dict[str, bytes]:
    """Every key of a call in the clear, and the sealed forms of the epochs above it."""
    vault, where = office.vault, Place(office.account_id, call_id)
    found = {}
    for name in (ENDS, BEGAN):
        found[name] = vault.keyring.epoch(name)
        found[f"{name}, sealed"] = vault.keyring.store.get(name) or b""
    with tenant(office.account_id), connection.cursor() as cursor:
        call = Call.objects.get(account_id=office.account_id, id=call_id)
        parts: Any = (
            (LOG, call.log_bucket_id, call.wrapped_key),
            *((table, row.bucket_id, row.wrapped_key) for table, row in (
                (RECORDING, Recording.objects.get(account_id=office.account_id, call_id=call_id)),
                (TRANSCRIPT, Transcript.objects.get(account_id=office.account_id, call_id=call_id)),
            )),
        )  # fmt: skip
        for table, bucket_id, wrapped in parts:
            bucket = open_bucket(cursor, vault, office.account_id, bucket_id)
            found[f"the bucket of {table}"] = bucket.key
            found[f"the key of {table}"] = unwrap(bucket.key, bytes(wrapped), where, table)
    return found


def files(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def pass_the_day(broom: Broom) -> None:
    for days in (6, 6, 6, 6, 6):
        broom.later(days=days)
        broom.sweep()
    broom.later(days=1)
    assert broom.sweep().last_epoch == ENDS
    assert broom.office.vault.keyring.list("live")[:1] != [BEGAN]


@pytest.fixture
def broom(office: Office, tmp_path: Path) -> Broom:
    return Broom(office, copy=FolderStore(tmp_path / "copy"))


def test_no_key_and_no_word_of_the_day_is_in_any_byte(
    broom: Broom, database: Database, tmp_path: Path
) -> None:
    office = broom.office
    call_id = office.call()
    secrets = keys_of(office, call_id) | {
        "a word": b"ferry leaves the harbour", "a number": CALLER.encode(), "a value": b"2026-01-09",
    }  # fmt: skip
    assert all(len(value) >= 10 for value in secrets.values())
    broom.sweep()  # the copy now holds the day
    copied = [path for path in files(tmp_path / "copy") if secrets[f"{ENDS}, sealed"] in path.read_bytes()]
    assert len(copied) == 1
    pass_the_day(broom)
    with database.superuser() as server:
        server.execute("CHECKPOINT")
    assert office.objects._folder is not None
    looked = 0
    for path in files(database.sockets, tmp_path, office.objects._folder):
        data = path.read_bytes()
        looked += len(data)
        found = [name for name, value in secrets.items() if value in data]
        assert not found, f"{found} in {path}"
    assert looked > 10_000_000  # the server's files and its WAL among them


def test_yesterdays_copy_of_the_database_and_todays_keyring_open_nothing(
    broom: Broom, database: Database, clock: ManualClock, vault: Vault
) -> None:
    office = broom.office
    call_id = office.call()
    copy = Copy.take(database, office, call_id)
    clock.advance(3600)
    later = office.call()
    pass_the_day(broom)
    copy.bring_back(database, office, call_id)
    thief = ManualClock(
        clock.moment - timedelta(days=2)
    )  # and the clock is set to when all of it was readable
    opened = Vault.open(FolderStore(vault.keyring.store._folder), vault.root, thief)  # type: ignore[attr-defined] # the folder's own
    wiring.install(opened)
    for opener in (open_transcript, open_recording):
        with pytest.raises(PartGone) as gone:
            opener(office.account_id, call_id, purpose=PROVIDING, clock=thief)
        assert gone.value.reason == "expired"
    with tenant(office.account_id):
        rows = list(Call.objects.filter(account_id=office.account_id))
        assert [row.id for row in rows] == [call_id]
        assert open_numbers(rows, thief, purpose=PROVIDING) == {}
        buckets = [(row.log_bucket_id, row.wrapped_key) for row in rows]
        for bucket_id, _wrapped in buckets:
            with connection.cursor() as cursor, pytest.raises(EpochGone):
                open_bucket(cursor, opened, office.account_id, bucket_id)  # type: ignore[arg-type] # never null here
    assert later not in [row.id for row in rows]


@pytest.mark.parametrize("asked", [{"words": "ferry"}, {"number": CALLER}, {"variable": ("people", "4")}])
def test_words_and_numbers_cannot_be_guessed_back_from_yesterdays_indexes(
    broom: Broom, database: Database, clock: ManualClock, vault: Vault, asked: dict[str, Any]
) -> None:
    """An index is a keyed hash: without the bucket's key a guess cannot even be tried."""
    office = broom.office
    call_id = office.call()
    copy = Copy.take(database, office, call_id)
    pass_the_day(broom)
    copy.bring_back(database, office, call_id)
    thief = ManualClock(clock.moment - timedelta(days=2))
    wiring.install(Vault.open(vault.keyring.store, vault.root, thief))
    assert list_calls(office.account_id, CallFilters(), clock=thief).rows
    assert list_calls(office.account_id, CallFilters(**asked), clock=thief).rows == ()
    told = call_document(office.account_id, call_id, purpose=PROVIDING, clock=thief)
    assert (told["from"], told["to"]) == (None, None)
    assert (
        told["transcript"]
        == told["summary"]
        == told["variables"]
        == {"available": False, "reason": "expired"}
    )
    with pytest.raises(NoSuchCall):
        call_document(office.account_id, call_id, purpose=PROVIDING, clock=clock)
