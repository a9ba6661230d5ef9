"""Trials of cookies and counts: a person signs in at the running installation, opts in, asks not to be followed, and leaves; every
cookie that is set on the way is held against the published table (cookies.*). What a key uses is counted, and deleted (collect.usage).
"""

import re
import secrets
from collections.abc import Iterator
from http.cookies import Morsel, SimpleCookie
from typing import Final

import httpx

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role
from ringfence.lifecycle.assurance.trials.scene import Scene, client
from ringfence.lifecycle.assurance.values import Evidence, broken, kept
from ringfence.policy import load

PUBLIC: Final = ("/", "/privacy", "/trust", "/sign-in/")
SIGNED_IN: Final = ("/learn/calls/", "/agents/", "/settings/usage/", "/profile/", "/security/")
SIGNALS: Final = ({"Sec-GPC": "1"}, {"DNT": "1"})
_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_DAY_S: Final = 86_400
OWN: Final = 2  # the request that deletes, and the one that looks again


def cookies(scene: Scene) -> Evidence:
    """Signed out, signed in, opted in, with each signal, opted out, and signed out again."""
    name = next(each.name for each in load().cookies if each.promise == "cookies.analytics")
    wrong, seen = set[str](), set[str]()
    with client(scene.config) as web:
        for step, expected, answer in _way(scene, web):
            for cookie in _set_by(answer):
                seen.add(cookie.key)
                wrong |= {f"{step}: {each}" for each in _differs(cookie)}
            if step and (name in web.cookies) is not expected:
                wrong.add(f"{step}: {name} is {'missing' if expected else 'there'}")
    facts = {"cookies_set": ", ".join(sorted(seen)), "pages": str(len(PUBLIC) + len(SIGNED_IN) * 5)}
    if wrong:
        return broken("A cookie is not as the policy lists it.", differing="; ".join(sorted(wrong)), **facts)
    if seen != {each.name for each in load().cookies}:
        return broken("A cookie that the policy lists was never set.", **facts)
    return kept(
        "A person signed in, opted in, asked not to be followed (GPC, DNT), opted out and left: each cookie had the name, flags and "
        "lifetime that the policy lists, and the one for analytics was there only while they had agreed and nothing spoke against it.",
        **facts,
    )  # fmt: skip


def counted(scene: Scene) -> Evidence:
    """A key asks for something; its account sees that the API was used, and deletes it."""
    scene.ask("GET", "agents")
    before = scene.ask("GET", "account/usage").json()
    used = {each["feature"]: each["count"] for each in before["features"]}
    gone = scene.ask("DELETE", "account/usage").status_code
    after = {each["feature"]: each["count"] for each in scene.ask("GET", "account/usage").json()["features"]}
    facts = {"requests_counted": str(used.get("api", 0)), "after_deletion": str(after.get("api", 0))}
    if not used.get("api") or gone != 204 or after.get("api", 0) > OWN:  # noqa: PLR2004 (No Content)
        return broken("What an account used is not counted, or not deleted when its owner says so.", **facts)
    return kept(
        "What a trial account used was counted by day, shown to it, and deleted at its word.", **facts
    )


def _way(scene: Scene, web: httpx.Client) -> Iterator[tuple[str, bool, httpx.Response]]:
    """Each answer on the way, what was being done, and whether the analytics cookie has to be there after it."""
    for path in PUBLIC:
        yield "signed out", False, web.get(path)
    email = f"{secrets.token_hex(8)}@trial.invalid"
    person = add_member(scene.account_id, email=email, role=Role.OWNER, clock=scene.clock, name="Trial")
    yield "signing in", False, web.get(f"/sign-in/link/?token={sign_in_token(person)}")
    for path in SIGNED_IN:
        yield "signed in", False, web.get(path)
    yield "", False, _choose(web, "yes")
    for path in SIGNED_IN:
        yield "opted in", True, web.get(path)
    for signal in SIGNALS:
        for path in SIGNED_IN:
            yield f"with {next(iter(signal))}", False, web.get(path, headers=signal)
    yield "opted in again", True, web.get(SIGNED_IN[0])
    yield "opting out", False, _choose(web, "")
    for path in SIGNED_IN:
        yield "opted out", False, web.get(path)
    _choose(web, "yes")
    yield "opted in", True, web.get(SIGNED_IN[0])
    yield "signing out", False, _send(web, "/sign-out/", {})


def _choose(web: httpx.Client, counted: str) -> httpx.Response:
    return _send(web, "/profile/counting/", {"counted": counted})


def _send(web: httpx.Client, path: str, said: dict[str, str]) -> httpx.Response:
    found = _TOKEN.search(web.get("/profile/").text)
    said = {**said, "csrfmiddlewaretoken": found[1] if found else ""}
    return web.post(
        path, data=said, headers={"Referer": f"{web.base_url}", "Origin": f"{web.base_url}".rstrip("/")}
    )


def _set_by(answer: httpx.Response) -> Iterator[Morsel[str]]:
    """The cookies that an answer sets; those it takes away are not among them."""
    for line in answer.headers.get_list("set-cookie"):
        for cookie in SimpleCookie(line).values():
            if cookie.value:
                yield cookie


def _differs(cookie: Morsel[str]) -> list[str]:
    wanted = next((each for each in load().cookies if each.name == cookie.key), None)
    if wanted is None:
        return [f"{cookie.key} is not listed"]
    real = {
        "Secure": bool(cookie["secure"]), "HttpOnly": bool(cookie["httponly"]), "SameSite": cookie["samesite"],
        "Max-Age": str(cookie["max-age"]), "Path": cookie["path"], "Domain": cookie["domain"],
    }  # fmt: skip
    listed = {
        "Secure": True, "HttpOnly": wanted.http_only, "SameSite": wanted.same_site.value,
        "Max-Age": str(wanted.days * _DAY_S), "Path": "/", "Domain": "",
    }  # fmt: skip
    return [f"{cookie.key}: {flag} is {real[flag]!r}" for flag in listed if real[flag] != listed[flag]]
