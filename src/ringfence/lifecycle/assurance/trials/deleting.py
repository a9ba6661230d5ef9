"""Trials: what a customer deletes is gone, at once and to the last byte (keep.delete); that somebody consented stays on record
(keep.compliance).
"""

import time
from datetime import datetime
from typing import Any, Final

from ringfence.apps.calls.objects import Objects, object_name
from ringfence.lifecycle.assurance.trials.scene import NUMBER, PLAN, Canary, Scene
from ringfence.lifecycle.assurance.values import Evidence, broken, kept
from ringfence.policy import until
from ringfence.policy.values import KeptLine
from ringfence.vault.receipts import verify_receipt
from ringfence.vault.signing import key_id

GONE: Final = {404, 410}
_ROWS: Final = """
SELECT (SELECT count(*) FROM calls_call WHERE account_id = %(account)s AND id = %(call)s)
     + (SELECT count(*) FROM calls_recording WHERE account_id = %(account)s AND call_id = %(call)s)
     + (SELECT count(*) FROM calls_transcript WHERE account_id = %(account)s AND call_id = %(call)s)
"""


def delete(scene: Scene) -> Evidence:
    """Read it, delete it over the API, look for it again everywhere it was."""
    canary = scene.call()
    before = [scene.ask("GET", path).status_code for path in paths(canary)]
    if set(before) != {200}:
        return broken("A call that had just ended could not be read.", answers=str(before))
    began = time.perf_counter()
    answer = scene.ask("DELETE", f"calls/{canary.id}").status_code
    took = time.perf_counter() - began
    after = [scene.ask("GET", path).status_code for path in paths(canary)]
    listed = str(canary.id) in scene.ask("GET", "calls").text
    facts = {"deleted_in": f"{took * 1000:.0f} ms", "answers_after": ", ".join(map(str, after))}
    if answer != 204 or not set(after) <= GONE or listed:  # noqa: PLR2004 (No Content)
        return broken("A deleted call can still be read, or is still listed.", **facts)
    if left := remains(scene, canary):
        return broken(f"A deleted call left something behind: {left}.", **facts)
    if problem := receipt_of(scene, canary):
        return broken(f"The receipt of a deleted call is wrong: {problem}", **facts)
    return kept(
        "A canary call was deleted over the API: unreadable at once, its rows and its object gone, and its receipt verifies.",
        **facts,
    )


def outlives(scene: Scene) -> Evidence:
    """The canary's caller consented: on record, without content, until the day the policy says, and not gone with the call."""
    canary = scene.call()
    before = _on_record(scene, canary)
    deleted = scene.ask("DELETE", f"calls/{canary.id}").status_code
    after = _on_record(scene, canary)
    facts = {"on_record": str(len(before)), "after_the_call_was_deleted": str(len(after))}
    if [each["answer"] for each in before] != ["yes"] or before != after or deleted != 204:  # noqa: PLR2004 (No Content)
        return broken("A consent is not on record apart from its call.", **facts)
    at, end = (datetime.fromisoformat(before[0][name]) for name in ("at", "kept_until"))
    if end != until(KeptLine.COMPLIANCE, PLAN, at):
        return broken("A consent is kept for another time than the policy says.", **facts)
    said = str(before)
    if NUMBER in said or canary.phrase in said:
        return broken("The record of a consent holds something of its call.", **facts)
    return kept(
        "A canary call's consent was on record without number or word, stayed when the call was deleted, and ends when the "
        "policy says.",
        kept_until=f"{end:%d %b %Y}", **facts,
    )  # fmt: skip


def _on_record(scene: Scene, canary: Canary) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = scene.ask("GET", f"consents?call={canary.id}").json()["items"]
    return items


def receipt_of(scene: Scene, canary: Canary) -> str:
    """What is wrong with the receipt of this call's deletion, checked as anybody can; empty for nothing."""
    listed = scene.ask("GET", f"receipts?call={canary.id}").json()["items"]
    if not listed:
        return "there is none."
    data = scene.ask("GET", f"receipts/{listed[0]['id']}").content
    return " ".join(verify_receipt(data, public_keys(scene)).problems)


def public_keys(scene: Scene) -> dict[str, bytes]:
    """The keys that the installation publishes, by id."""
    told = scene.web.get("/.well-known/ringfence-keys.json").json()["keys"]
    return {key_id(public): public for public in (bytes.fromhex(each["public"]) for each in told)}


def paths(canary: Canary) -> list[str]:
    """Where a call can be read."""
    return [f"calls/{canary.id}{part}" for part in ("", "/recording", "/transcript", "/vcon")]


def remains(scene: Scene, canary: Canary) -> str:
    """What is left of a call in the database and the object store, in words; empty for nothing."""
    with scene.worker.transaction(scene.account_id) as cursor:
        row = cursor.execute(_ROWS, {"account": scene.account_id, "call": canary.id}).fetchone()
    found = ["rows"] if row and row[0] else []
    if Objects(scene.config.object_store_url).exists(object_name(scene.account_id, canary.id)):
        found.append("an object")
    return " and ".join(found)
