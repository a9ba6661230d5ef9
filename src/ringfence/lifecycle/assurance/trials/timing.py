"""Trials of time and of the trail: a call that falls due while we watch (keep.recordings …), and a read that is written down
(keep.audit).
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import orjson

from ringfence.lifecycle.assurance.trials.deleting import GONE, paths, public_keys, remains
from ringfence.lifecycle.assurance.trials.scene import PLAN, Scene
from ringfence.lifecycle.assurance.values import Evidence, broken, gap, kept
from ringfence.policy import Part, days
from ringfence.vault.audit.verify import verify_audit_export

LEFT_S: Final = 4.0
SEALED_WITHIN_S: Final = 15.0


def expire(scene: Scene) -> Evidence:
    """A call that ended its whole period ago, less a few seconds: readable, then not, then gone with the ordinary sweep."""
    period = days(Part.LOG, PLAN)
    if period is None:
        return gap("The plan of the trial has no period that could end.")
    canary = scene.call(scene.clock.now() - timedelta(days=period) + timedelta(seconds=LEFT_S))
    before = {scene.ask("GET", path).status_code for path in paths(canary)}
    if canary.ends is None or before != {200}:
        return broken("A call could not be read in its last seconds.", answers=str(sorted(before)))
    time.sleep(max(0.0, (canary.ends - scene.clock.now()).total_seconds()))
    after = [scene.ask("GET", path).status_code for path in paths(canary)]
    late = (scene.clock.now() - canary.ends).total_seconds()
    facts = {
        "period": f"{period} days",
        "asked": f"{late:.1f} s after its end",
        "answers": ", ".join(map(str, after)),
    }
    if not set(after) <= GONE or str(canary.id) in scene.ask("GET", "calls").text:
        return broken("A call whose time has passed can still be read, or is still listed.", **facts)
    scene.sweep()
    if left := remains(scene, canary):
        return broken(f"The sweep left something of a call whose time has passed: {left}.", **facts)
    return kept(
        "A canary call fell due while we watched: refused at once, with no sweep between, and taken whole by the next one.",
        **facts,
    )


def written_down(scene: Scene) -> Evidence:
    """Open a canary call; its trail has exactly one event of it, sealed, and verifies with the published key."""
    canary = scene.call()
    scene.ask("GET", f"calls/{canary.id}")
    data = _until_sealed(lambda: scene.ask("GET", "audit/export").content)
    verdict = verify_audit_export(data, public_keys(scene))
    lines = [orjson.loads(line) for line in data.splitlines()]
    events = [line["event"] for line in lines if line.get("event")]
    opened = [
        each
        for each in events
        if each.get("act") == "call_opened" and str(canary.id) in orjson.dumps(each).decode()
    ]
    facts = {"events": str(verdict.events), "batches": str(verdict.batches), "of_this_read": str(len(opened))}
    if not verdict.ok:
        return broken(f"A fresh trail does not verify: {' '.join(verdict.problems)}", **facts)
    if len(opened) != 1:
        return broken("Opening a call did not leave exactly one sealed event.", **facts)
    return kept(
        "A canary call was opened: one event, sealed, in a trail that verifies with the published key.",
        **facts,
    )


def _until_sealed(export: Callable[[], bytes]) -> bytes:
    """The trail, once everything in it is sealed; as it is after a while."""
    deadline = time.monotonic() + SEALED_WITHIN_S
    while True:
        data = export()
        if b'"unsealed"' not in data or time.monotonic() > deadline:
            return data
        time.sleep(0.5)
