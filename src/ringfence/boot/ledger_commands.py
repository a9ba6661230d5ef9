"""What `ringfence ledger` does. Each command is a process that serves as rf_worker."""

from typing import Any

from ringfence.boot import logs
from ringfence.boot.wiring import begin


def status() -> dict[str, Any]:
    """Where ledger and database stand; the whole chain is read and checked."""
    logs.configure("command")
    begin("worker")
    from ringfence.lifecycle.ledger.batches import LedgerBroken
    from ringfence.lifecycle.ledger.book import book
    from ringfence.lifecycle.ledger.gate import standing
    from ringfence.lifecycle.ledger.mark import read_mark

    first, batches, entries, problem = 0, 0, 0, ""
    try:
        for signed in book().since(0):
            first = first or signed.batch.number
            batches, entries = signed.batch.number, entries + len(signed.batch.entries)
        problem = standing()
    except LedgerBroken as error:
        problem = str(error)
    return {
        "ok": not problem, "problem": problem, "first_batch": first, "last_batch": batches, "entries": entries,
        "database_knows": read_mark().batch,
    }  # fmt: skip


def replay_now() -> dict[str, Any]:
    """Delete again; how many erasures."""
    logs.configure("command")
    _config, vault = begin("worker")
    from ringfence.lifecycle.replay import replay

    return {"count": replay(vault.clock)}


def new_key() -> dict[str, Any]:
    """The new key's id and public half."""
    logs.configure("command")
    _config, vault = begin("worker")
    key = vault.signers.renew()
    return {"key": key.key_id, "public": key.public.hex()}
