"""The full policy, as a page, for machines, and what changed in it (publish.policy)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from ringfence.apps.policies.enforced import Enforced, enforced, in_force_since
from ringfence.core.config import current
from ringfence.policy import load
from ringfence.policy.facts import Change, changes
from ringfence.web.public.machine import document
from ringfence.web.public.telling import page
from ringfence.web.viewer import anyone

FRESH_S: Final = 60


@dataclass(frozen=True, slots=True)
class Version:
    """One that was in force from `since` until `until`, and what it changed in the one before. `newest` is true at the last
    time that it came into force: links lead there.
    """

    version: str
    since: datetime
    until: datetime | None
    changes: tuple[Change, ...]
    first: bool
    newest: bool
    source: str


@require_safe
@anyone
def show(request: HttpRequest) -> HttpResponse:
    """The policy that is enforced now."""
    policy = load()
    told = page(policy, current().privacy_address)
    since = in_force_since(policy.version)
    return _public(render(request, "public/privacy.html", {**told, "since": since}))


@require_safe
@anyone
def machine(_request: HttpRequest) -> HttpResponse:
    """The same as JSON."""
    policy = load()
    told = document(policy, current().privacy_address, in_force_since(policy.version))
    body = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return _public(HttpResponse(body, content_type="application/json"))


@require_safe
@anyone
def history(request: HttpRequest) -> HttpResponse:
    """Every version that was ever enforced here, and what each changed."""
    return _public(render(request, "public/changes.html", {"versions": versions(enforced())}))


@require_safe
@anyone
def elsewhere(_request: HttpRequest) -> HttpResponse:
    """The address with a slash too many."""
    return redirect("privacy", permanent=True)


def versions(newest_first: list[Enforced]) -> list[Version]:
    """Each beside the one before it."""
    found: list[Version] = []
    until = None
    for nth, each in enumerate(newest_first):
        before = newest_first[nth + 1].facts if nth + 1 < len(newest_first) else None
        changed = changes(before, each.facts) if before is not None else ()
        newest = each.version not in {later.version for later in found}
        found.append(Version(each.version, each.since, until, changed, before is None, newest, each.source))
        until = each.since
    return found


def _public(response: HttpResponse) -> HttpResponse:
    """Anybody may keep these pages for a minute: they are the same for everybody."""
    patch_cache_control(response, public=True, max_age=FRESH_S)
    return response
