"""Settings: members, API keys and engines."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ringfence.apps.accounts.apikeys import issue, keys, revoke
from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import add_member, change_role, members, remove_member
from ringfence.apps.accounts.models import Role
from ringfence.apps.agents.engines import add_engine, engines, remove_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.core.config import current
from ringfence.core.errors import BadInput, RingfenceError
from ringfence.web.access import Action, demand
from ringfence.web.clock import clock
from ringfence.web.viewer import needs, viewer_of

LIVES = (30, 90, 365)


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_MEMBERS)
def people(request: HttpRequest) -> HttpResponse:
    """Members with their roles; adding one gives a one-time link to hand over."""
    viewer = viewer_of(request)
    context: dict[str, object] = {"roles": Role.values}
    status = 200
    if request.method == "POST":
        demand(viewer.role, Action.EDIT_MEMBERS)
        email = request.POST.get("email", "")
        try:
            user = add_member(viewer.account_id, email=email, role=_role(request), clock=clock())
            context |= {
                "link": f"{current().public_url}/sign-in/link/?token={sign_in_token(user)}",
                "added": user.email,
            }
        except RingfenceError as error:
            context |= {"error": str(error), "email": email}
            status = 400
    return render(
        request, "settings/members.html", {**context, "members": members(viewer.account_id)}, status=status
    )


@require_POST
@needs(Action.EDIT_MEMBERS)
def change_member(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Another role, or none."""
    account_id = viewer_of(request).account_id
    if request.POST.get("do") == "remove":
        remove_member(account_id, user_id)
    else:
        change_role(account_id, user_id, _role(request))
    return redirect("members")


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_KEYS)
def api_keys(request: HttpRequest) -> HttpResponse:
    """Keys; a new one is shown once."""
    viewer = viewer_of(request)
    context: dict[str, object] = {"roles": Role.values, "lives": LIVES}
    if request.method == "POST":
        days = request.POST.get("days", "90")
        if not days.isdigit() or int(days) not in LIVES:
            raise BadInput("Choose one of the lifetimes.")
        name = request.POST.get("name", "").strip()[:100] or "Key"
        context["issued"] = issue(
            viewer.account_id, name=name, role=_role(request), clock=clock(), created_by=viewer.user_id,
            expires_at=clock().now() + timedelta(days=int(days)),
        )  # fmt: skip
    return render(
        request, "settings/keys.html", {**context, "keys": keys(viewer.account_id), "now": clock().now()}
    )


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
            )  # fmt: skip
            return redirect("engines")
        except RingfenceError as error:
            context |= {"error": str(error), **asked}
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


def _role(request: HttpRequest) -> Role:
    try:
        return Role(request.POST.get("role", ""))
    except ValueError:
        raise BadInput("Choose one of the roles.") from None
