"""All trials, one after another."""

from collections.abc import Callable, Mapping
from typing import Final

import httpx

from ringfence.core.errors import RingfenceError
from ringfence.lifecycle.assurance.trials import cookies, deleting, helping, leaving, timing, walls
from ringfence.lifecycle.assurance.trials.scene import Scene
from ringfence.lifecycle.assurance.values import Evidence, gap

Trial = Callable[[Scene], Evidence]
Progress = Callable[[str], None]

_TRIALS: Final[Mapping[Trial, tuple[str, ...]]] = {
    timing.expire: ("keep.recordings", "keep.transcripts", "keep.logs"),
    deleting.delete: ("keep.delete",),
    deleting.outlives: ("keep.compliance",),
    timing.written_down: ("keep.audit",),
    walls.sealed: ("guard.rest",),
    walls.roles: ("guard.roles",),
    walls.wire: ("guard.transit",),
    helping.staff: ("guard.staff", "use.support"),
    walls.pages: ("cookies.no-ads",),
    walls.published: ("publish.policy",),
    leaving.nobody_buys: ("never.sell", "never.advertise"),
    leaving.grounds: ("gdpr.transfers",),
    cookies.cookies: ("cookies.session", "cookies.csrf", "cookies.analytics"),
    cookies.counted: ("collect.usage",),
}
TRIED: Final = frozenset(promise for promises in _TRIALS.values() for promise in promises)


def try_all(scene: Scene, progress: Progress) -> dict[str, Evidence]:
    """What each trial found, by promise. One that could not be done is a gap, and keeps no other from being done."""
    found: dict[str, Evidence] = {}
    for trial, promises in _TRIALS.items():
        progress(promises[0])
        evidence = _one(trial, scene)
        found |= dict.fromkeys(promises, evidence)
    return found


def _one(trial: Trial, scene: Scene) -> Evidence:
    try:
        return trial(scene)
    except RingfenceError as error:
        return gap("It could not be tried.", cause=error.code)
    except httpx.HTTPError:
        port = scene.config.port
        return gap(
            f"It could not be tried: the installation does not answer on port {port}. If it has another, set RINGFENCE_PORT."
        )
