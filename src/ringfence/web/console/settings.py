"""Settings: members, API keys and engines."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ringfence.apps.accounts.apikeys import issue, keys, revoke
from ringfence.apps.accounts.members import change_role, members, remove_member
from ringfence.apps.accounts.models import Role, Scope
from ringfence.apps.agents.engines import add_engine, engines, remove_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.people.invitations import invitations, invite
from ringfence.apps.people.invitations import revoke as take_back
from ringfence.apps.recipients.errors import BadTerms
from ringfence.apps.recipients.register import checked
from ringfence.core.config import current
from ringfence.core.errors import BadInput, RingfenceError
from ringfence.web.access import Action, demand_may_give, may_give
from ringfence.web.clock import clock
from ringfence.web.figures import whole
from ringfence.web.people import notices
from ringfence.web.viewer import Viewer, needs, viewer_of

LIVES = (30, 90, 365)
SCOPES_SAID: Final = {
    Scope.EVERYTHING: "All that its role may",
    Scope.READING: "Reading, nothing that changes",
    Scope.CALLS: "Calls alone",
    Scope.CALLS_READING: "Calls alone, reading",
    Scope.AGENTS: "Agents and numbers alone",
    Scope.AUDIT: "Who looked, and consent, alone",
}


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_MEMBERS, post=Action.EDIT_MEMBERS)
def people(request: HttpRequest) -> HttpResponse:
    """Members with their roles, and who was asked in. Without a mail server the link is handed over by whoever asks."""
    viewer = viewer_of(request)
    context: dict[str, object] = {"roles": _roles(viewer)}
    status = 200
    if request.method == "POST":
        email = request.POST.get("email", "")
        try:
            context |= _asked_in(viewer, email, _role(request))
        except RingfenceError as error:
            context |= {"error": str(error), "email": email}
            status = 400
    context |= {"members": members(viewer.account_id), "invitations": invitations(viewer.account_id, clock())}
    return render(request, "settings/members.html", context, status=status)


def _asked_in(viewer: Viewer, email: str, role: Role) -> dict[str, object]:
    demand_may_give(viewer.role, role)
    mailed = current().smtp_url is not None
    token = invite(viewer.account_id, email=email, role=role, clock=clock(), mailed=mailed, by=viewer.user_id)
    path = f"/invitation/?token={token}"
    if not mailed:
        return {"link": notices.address(path), "added": email}
    notices.link(
        email.strip(), f"{viewer.account.name} asks you in", f"{viewer.name} asks you to join {viewer.account.name} on Ringfence.",
        "The link works once, for a week.", act="Answer the invitation", path=path, clock=clock(),
    )  # fmt: skip
    return {"told": f"An invitation is on its way to {email}."}


@require_POST
@needs(Action.EDIT_MEMBERS)
def change_member(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Another role, or none. Nobody gives or changes a role that may more than their own: owners are made by owners alone."""
    viewer = viewer_of(request)
    now = next((each.role for each in members(viewer.account_id) if each.user_id == user_id), None)
    if now is not None:
        demand_may_give(viewer.role, now)
    if request.POST.get("do") == "remove":
        remove_member(viewer.account_id, user_id, clock())
    else:
        role = _role(request)
        demand_may_give(viewer.role, role)
        change_role(viewer.account_id, user_id, role)
    return redirect("members")


@require_POST
@needs(Action.EDIT_MEMBERS)
def revoke_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    take_back(viewer_of(request).account_id, invitation_id, clock())
    return redirect("members")


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_KEYS)
def api_keys(request: HttpRequest) -> HttpResponse:
    """Keys; a new one is shown once."""
    viewer = viewer_of(request)
    context: dict[str, object] = {"roles": _roles(viewer), "scopes": SCOPES_SAID.items(), "lives": LIVES}
    if request.method == "POST":
        days = whole(request.POST.get("days", str(LIVES[1])))
        if days not in LIVES:
            raise BadInput("Choose one of the lifetimes.")
        name = request.POST.get("name", "").strip()[:100] or "Key"
        context["issued"] = issue(
            viewer.account_id, name=name, role=_role(request), scope=_scope(request), clock=clock(),
            created_by=viewer.user_id, expires_at=clock().now() + timedelta(days=days),
        )  # fmt: skip
    people = {each.user_id: each.name or each.email for each in members(viewer.account_id)}
    found = [
        (each, SCOPES_SAID[each.scope], people.get(each.created_by) if each.created_by else "the operator")
        for each in keys(viewer.account_id)
    ]
    return render(request, "settings/keys.html", {**context, "keys": found, "now": clock().now()})


@require_POST
@needs(Action.EDIT_KEYS)
def revoke_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    revoke(viewer_of(request).account_id, key_id, clock())
    return redirect("keys")


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_AGENTS)
def own_engines(request: HttpRequest) -> HttpResponse:
    """Engines of the account's own: what hears, thinks and speaks in place of what the platform brings along."""
    viewer = viewer_of(request)
    context: dict[str, object] = {"kinds": EngineKind.values}
    status = 200
    if request.method == "POST":
        asked = {name: request.POST.get(name, "").strip() for name in ("name", "kind", "base_url", "model")}
        try:
            add_engine(
                viewer.account_id, name=asked["name"], kind=_kind(asked["kind"]), base_url=asked["base_url"],
                model=asked["model"][:200], secret=request.POST.get("secret", "").strip() or None, clock=clock(),
                terms=checked(request.POST.dict(), clock().now().date()),
            )  # fmt: skip
            return redirect("engines")
        except RingfenceError as error:
            wrong = {error.field: str(error)} if isinstance(error, BadTerms) else {}
            context |= {"error": str(error), **asked, "terms": request.POST.dict(), "wrong": wrong}
            status = 400
    found = {**context, "engines": engines(viewer.account_id)}
    return render(request, "settings/engines.html", found, status=status)


@require_POST
@needs(Action.EDIT_AGENTS)
def forget_engine(request: HttpRequest, engine_id: UUID) -> HttpResponse:
    remove_engine(viewer_of(request).account_id, engine_id)
    return redirect("engines")


def _kind(text: str) -> EngineKind:
    try:
        return EngineKind(text)
    except ValueError:
        raise BadInput("Choose what the engine does.") from None


def _roles(viewer: Viewer) -> list[str]:
    """Those that this viewer may give."""
    return [role.value for role in Role if may_give(viewer.role, role)]


def _scope(request: HttpRequest) -> Scope:
    try:
        return Scope(request.POST.get("scope", Scope.EVERYTHING))
    except ValueError:
        raise BadInput("Choose one of the scopes.") from None


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise BadInput("Choose one of the roles.") from None
