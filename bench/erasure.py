"""Deletion: one call; one person's 2,000 calls with their objects; a restored database under a ledger of 100,000 entries.

Inside the clock: all five steps, as the pages' own login under row-level security, with the database and the ledger writing
to the disk for good (fsync). Keys and rows are the steps that make it unreadable for ever; objects, ledger, the look at every place
and the signed receipt come with and after them. Not inside: HTTP and the page. Objects are files of 200 KB in a folder.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import django
import orjson

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

from bench.figures import figure  # noqa: E402 - after the set-up
from bench.many import NOW, Many, fill, installation  # noqa: E402
from ringfence.apps.calls.content import RECORDING, Place, wrap  # noqa: E402
from ringfence.apps.calls.objects import object_name  # noqa: E402
from ringfence.apps.keys.buckets import bucket_for  # noqa: E402
from ringfence.core.config import current  # noqa: E402
from ringfence.core.ids import new_id  # noqa: E402
from ringfence.lifecycle import deletion  # noqa: E402
from ringfence.lifecycle.deletion import Part, delete_parts  # noqa: E402
from ringfence.lifecycle.ledger import gate  # noqa: E402
from ringfence.lifecycle.ledger.batches import Entry, SignedBatch, next_batch  # noqa: E402
from ringfence.lifecycle.ledger.book import book  # noqa: E402
from ringfence.lifecycle.receipts.receipts import list_receipts, receipts_of_call  # noqa: E402
from ringfence.lifecycle.replay import replay  # noqa: E402
from ringfence.policy import Part as Kept  # noqa: E402
from ringfence.vault.seal import new_key  # noqa: E402
from ringfence.vault.vault import Vault  # noqa: E402

BACKGROUND: Final = 20_000
ONE_PERSON: Final = 2_000
SINGLE: Final = 30
ENTRIES: Final = 100_000
KNOWN: Final = 2_000
OBJECT: Final = os.urandom(200 * 1024)
_RECORDING: Final = """
COPY calls_recording (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, object_name, bytes, duration_ms,
  waveform_sealed) FROM STDIN
"""


def recordings(many: Many, vault: Vault, ids: list[UUID]) -> None:
    """Rows and objects, as intake leaves them."""
    folder = Path(current().object_store_url)
    with many.database.superuser() as server, server.cursor() as cursor:
        bucket = bucket_for(cursor, vault, many.account_id, Kept.RECORDING, NOW.date(), 30)
        with cursor.copy(_RECORDING) as rows:
            for call_id in ids:
                place = Place(many.account_id, call_id)
                name = object_name(many.account_id, call_id)
                wrapped = wrap(bucket.key, new_key(), place, RECORDING)
                rows.write_row(
                    (new_id(many.clock), many.account_id, call_id, "kept", bucket.id, wrapped, None, name, len(OBJECT), 60_000,
                     os.urandom(900))
                )  # fmt: skip
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(OBJECT)


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Add up what each step of a deletion takes."""
    real = {name: getattr(deletion, name) for name in ("mark", "enter", "destroy", "remove", "finish")}

    def timing(name: str) -> Callable[..., Any]:
        def step(*args: Any) -> Any:
            began = time.perf_counter()
            try:
                return real[name](*args)
            finally:
                spent[name] = spent.get(name, 0.0) + time.perf_counter() - began

        return step

    for name in real:
        setattr(deletion, name, timing(name))
    try:
        yield
    finally:
        for name, step in real.items():
            setattr(deletion, name, step)


def delete(many: Many, ids: list[UUID]) -> None:
    outcome = delete_parts(many.account_id, ids, Part.CALL, actor="bench", clock=many.clock)
    assert len(outcome.done) == len(ids)


def single(many: Many, ids: list[UUID]) -> None:
    taken = []
    for call_id in ids:
        began = time.perf_counter()
        delete(many, [call_id])
        receipts_of_call(many.account_id, call_id, clock=many.clock)
        taken.append((time.perf_counter() - began) * 1000)
    figure("erasure", "one call", "median, receipt included", statistics.median(taken), "ms")
    figure("erasure", "one call", "slowest", max(taken), "ms")


def one_person(many: Many, ids: list[UUID]) -> None:
    case, spent = f"{len(ids):,} calls of one person", dict[str, float]()
    began = time.perf_counter()
    with timed(spent):
        delete(many, ids)
    list_receipts(many.account_id, clock=many.clock, limit=200)
    whole = time.perf_counter() - began
    for name in ("mark", "enter", "destroy", "remove", "finish"):
        figure("erasure", case, name, spent[name] * 1000, "ms")
    figure("erasure", case, "keys and rows (destroy)", spent["destroy"] * 1000, "ms", "≤ 200 ms")
    rest = whole - spent["destroy"] - spent["mark"]
    figure("erasure", case, "objects, ledger, check, receipts", rest, "s", "≤ 2 s")
    figure("erasure", case, "all of it", whole, "s")


def restored(many: Many, vault: Vault, ids: list[UUID]) -> None:
    """As if the database came from a backup: the ledger has 100,000 deletions, each a batch of its own, that it lacks."""
    case = f"restore, ledger of {ENTRIES:,} entries"
    unknown = (new_id(many.clock) for _ in range(ENTRIES - len(ids)))
    write_ledger(many, vault, [*ids, *unknown])
    assert gate.standing() == gate.RESTORED
    began = time.perf_counter()
    assert sum(1 for _ in book().since(0)) >= ENTRIES
    figure("erasure", case, "reading and verifying the chain", time.perf_counter() - began, "s")
    began = time.perf_counter()
    assert replay(many.clock) >= ENTRIES
    took = time.perf_counter() - began
    assert gate.standing() == ""
    figure("erasure", case, "replay until it serves", took, "s")
    figure("erasure", case, "entries a second", ENTRIES / took, "/s")


def write_ledger(many: Many, vault: Vault, ids: list[UUID]) -> None:
    """What as many single deletions would have left, written in one go."""
    signer, last = vault.signers.current(), book().newest()
    month = Path(current().ledger_url) / "erasures" / f"{NOW:%Y-%m}.jsonl"
    with month.open("ab") as file:
        for call_id in ids:
            entry = Entry(many.account_id, call_id, "call", "bench", NOW)
            signed: SignedBatch = next_batch(signer, last, [entry], NOW)
            file.write(orjson.dumps(signed.document()) + b"\n")
            last = signed


def main() -> None:
    with installation() as (database, vault, clock):
        with database.superuser() as admin:
            for setting in ("fsync", "synchronous_commit"):
                admin.execute(f"ALTER SYSTEM SET {setting} = on")
            admin.execute("SELECT pg_reload_conf()")
        many = fill(database, vault, clock, BACKGROUND)
        chosen = many.ids[: SINGLE + ONE_PERSON + KNOWN]
        recordings(many, vault, chosen)
        print(f"{BACKGROUND:,} calls made", file=sys.stderr)
        single(many, chosen[:SINGLE])
        one_person(many, chosen[SINGLE : SINGLE + ONE_PERSON])
        restored(many, vault, chosen[SINGLE + ONE_PERSON :])


if __name__ == "__main__":
    main()
