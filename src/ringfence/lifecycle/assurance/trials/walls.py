"""Trials of the walls: sealed at rest (guard.rest), roles (guard.roles), the port (guard.transit), the pages (cookies, privacy)."""

import re
import socket
from datetime import timedelta
from typing import Final
from uuid import uuid4

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role, Scope
from ringfence.lifecycle.assurance.trials.bytes_at_rest import places, search
from ringfence.lifecycle.assurance.trials.scene import KEY_LIVES, NUMBER, Scene
from ringfence.lifecycle.assurance.values import Evidence, Looking, State, broken, gap, kept
from ringfence.lifecycle.assurance.wire import HERE, transit
from ringfence.policy import load

PAGES: Final = ("/", "/privacy", "/privacy/changes", "/trust", "/sign-in/")
_SEARCHES: Final = (f"number=%2B{NUMBER[1:]}", "q=canary", "variable=name%3Dvalue")
_FOREIGN: Final = re.compile(r"""(?:src|href|action)=["']?(?:https?:)?//([^/"' >]+)""", re.IGNORECASE)
_COOKIE: Final = re.compile(r"^([^=]+)=")


def sealed(scene: Scene) -> Evidence:
    """Speak a phrase, a tone and a number into a call; look for them in every byte that rests here."""
    folders = places(scene.config)
    if not folders:
        return gap("Nothing rests on this machine: its bytes cannot be searched from here.")
    canary = scene.call()
    needles = [canary.phrase.encode(), canary.tone[1000:1064], NUMBER.encode()]
    found, seen = search(folders, needles)
    facts = {"bytes_searched": f"{seen / 1e6:,.0f} MB", "looked_for": "a phrase, a tone, a number"}
    if found:
        return broken("What was said in a call stands readable in a file.", files=str(len(found)), **facts)
    return kept(
        "A phrase, a tone and a number of a canary call were looked for in every file at rest, and found in none.",
        **facts,
    )


def roles(scene: Scene) -> Evidence:
    """An analyst is refused what is said in a call, and a search for it; a key is refused what is outside of its scope, and everything
    once its time is over; another account's id answers as one that never was.
    """
    canary = scene.call()
    path = f"calls/{canary.id}"
    refused = [
        scene.ask("GET", f"{path}{part}", Role.ANALYST).status_code
        for part in ("", "/recording", "/transcript")
    ]
    refused += [scene.ask("GET", f"calls?{query}", Role.ANALYST).status_code for query in _SEARCHES]
    unknown = scene.ask("GET", f"calls/{uuid4()}")
    listed = scene.ask("GET", "calls", Role.ANALYST).text
    facts = {"analyst": ", ".join(map(str, refused)), "unknown_id": str(unknown.status_code)}
    if set(refused) != {403} or NUMBER in listed:
        return broken("A role was shown what it may not see.", **facts)
    narrow = issue(
        scene.account_id, name="narrow", role=Role.OWNER, scope=Scope.AGENTS, clock=scene.clock,
        expires_at=scene.clock.now() + KEY_LIVES,
    )  # fmt: skip
    outside = scene.web.get(
        f"/api/v1/{path}", headers={"Authorization": f"Bearer {narrow.token}"}
    ).status_code
    if outside != 403:  # noqa: PLR2004 (Forbidden)
        return broken("A key opens what is outside of its scope.", outside_scope=str(outside), **facts)
    if scene.web.get(f"/api/v1/{path}").status_code != 401:  # noqa: PLR2004 (Unauthorized)
        return broken("A call was shown to nobody in particular.", **facts)
    key = issue(
        scene.account_id, name="over", role=Role.OWNER, clock=scene.clock, expires_at=scene.clock.now()
    )
    over = scene.web.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key.token}"}).status_code
    if over != 401:  # noqa: PLR2004
        return broken("An expired key still opens a call.", expired_key=str(over), **facts)
    return kept(
        "An analyst's key was refused a canary call and every search for it; no key, an expired key and one of another scope were refused it, "
        f"too. Keys of the trial end within {KEY_LIVES // timedelta(minutes=1)} minutes.",
        **facts,
    )


def wire(scene: Scene) -> Evidence:
    """The look at the port; requests in the clear, to it and to the port for plain HTTP where there is one."""
    seen = transit(Looking(scene.clock, scene.config, scene.vault))
    if seen.state is not State.KEPT:
        return seen
    if not _clear(scene.config.port, "/api/v1/calls").startswith(b"HTTP/1.1 400 "):
        return broken("The port answers a request in the clear.")
    facts = _facts(seen)
    if (port := scene.config.http_port) is not None:
        page, program = _clear(port, "/privacy"), _clear(port, "/api/v1/calls")
        led = f"\r\nLocation: {scene.config.public_url}/privacy\r\n".encode()
        if led not in page or not program.startswith(b"HTTP/1.1 403 "):
            return broken(
                "The port for plain HTTP does not lead pages to https, or does more than that.", **facts
            )
        facts["plain_http"] = "leads pages to https, refuses programs"
    return kept("TLS 1.2 and 1.3 are spoken; what is older, weaker, or in the clear is refused.", **facts)


def _clear(port: int, path: str) -> bytes:
    """The head of what is answered to a request without TLS."""
    with socket.create_connection((HERE, port), timeout=3) as plain:
        plain.sendall(f"GET {path} HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n".encode())
        said = b""
        while b"\r\n\r\n" not in said and (part := plain.recv(4096)):
            said += part
        return said


def pages(scene: Scene) -> Evidence:
    """Every public page: the cookies that it sets and the origins that it names."""
    listed = {cookie.name for cookie in load().cookies}
    unlisted, foreign = set[str](), set[str]()
    host = scene.config.public_host
    for page in PAGES:
        answer = scene.web.get(page)
        names = (_COOKIE.match(line) for line in answer.headers.get_list("set-cookie"))
        unlisted |= {match[1] for match in names if match and match[1] not in listed}
        foreign |= {each for each in _FOREIGN.findall(answer.text) if each.partition(":")[0] != host}
    if unlisted or foreign:
        return broken(
            "A page sets a cookie that the policy does not list, or names another origin.",
            cookies=", ".join(sorted(unlisted)) or "none", origins=", ".join(sorted(foreign)) or "none",
        )  # fmt: skip
    return kept("Every public page was fetched: no unlisted cookie, no other origin.", pages=str(len(PAGES)))


def published(scene: Scene) -> Evidence:
    """The policy as everybody gets it: every promise, the version in force, the address."""
    text, policy = scene.web.get("/privacy").text, load()
    missing = [promise for promise in policy.promises if f'"{promise}"' not in text]
    if missing or policy.version not in text:
        return broken("The published policy lacks a promise or its version.", missing=", ".join(missing))
    address = scene.config.privacy_address
    if address is None or address not in text:
        return gap(
            "The policy is published; it names no privacy address, because none was set.",
            version=policy.version,
        )
    return kept(
        "The published policy has every promise, the version in force, and the privacy address.",
        version=policy.version,
    )


def _facts(seen: Evidence) -> dict[str, str]:
    return {label.lower().replace(" ", "_"): text for label, text in seen.facts.items()}
