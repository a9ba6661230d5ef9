"""Settings of an account about its people: what the company says of itself, and how its members come in."""

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ringfence.apps.people import details, rules, signon
from ringfence.apps.people.errors import BadDetails, BadSignOn
from ringfence.apps.recipients.errors import BadTerms
from ringfence.apps.recipients.register import checked
from ringfence.core.config import current
from ringfence.core.errors import NotAllowed
from ringfence.egress.errors import BadTarget
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.figures import whole
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import door_of, needs, viewer_of

FIELDS: Final = ("company", "phone", "country", "address", "vat_id", "invoice_email")


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_COMPANY)
def company(request: HttpRequest) -> HttpResponse:
    """Telephone number, and what an invoice needs."""
    account_id = viewer_of(request).account_id
    if request.method == "GET":
        said = details.details(account_id)
        known = asdict(said) | {"company": said.company or viewer_of(request).account.name}
        return render(request, "settings/company.html", known)
    entered = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        details.set_details(account_id, details.checked(**entered), clock())
    except BadDetails as error:
        context = {**entered, "wrong": {error.field: str(error)}}
        return render(request, "settings/company.html", context, status=400)
    return redirect("company")


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_SIGN_IN)
def ways_in(request: HttpRequest) -> HttpResponse:
    """Idle minutes, a second factor, and the account's identity provider."""
    account_id = viewer_of(request).account_id
    if request.method == "GET":
        return _page(request)
    demand_fresh(request)
    try:
        if request.POST.get("do") == "idle":
            rules.set_idle(account_id, _minutes(request), clock())
        elif request.POST.get("do") == "factor":
            rules.ask_second_factor(account_id, wanted=request.POST.get("wanted") == "yes", clock=clock())
        else:
            said = {name: request.POST.get(name, "") for name in ("issuer", "client_id", "secret", "domains")}
            terms = checked(request.POST.dict(), clock().now().date())
            signon.set_provider(account_id, **said, clock=clock(), terms=terms)
    except BadDetails as error:
        return _page(request, status=400, idle_error=str(error))
    except (BadSignOn, BadTerms, BadTarget) as error:
        wrong = {error.field: str(error)} if isinstance(error, BadTerms) else {}
        return _page(
            request,
            status=400,
            error=str(error),
            entered=request.POST,
            terms=request.POST.dict(),
            wrong=wrong,
        )
    return redirect("ways-in")


@require_POST
@needs(Action.EDIT_SIGN_IN)
def enforce(request: HttpRequest) -> HttpResponse:
    """That nothing else opens the account, said by somebody who came in by it: so nobody locks everybody out by a slip."""
    demand_fresh(request)
    account_id, wanted = viewer_of(request).account_id, request.POST.get("enforced") == "yes"
    found, door = signon.provider_of(account_id), door_of(request)
    if wanted and (found is None or door is None or door.state.through != found.id):
        raise NotAllowed(
            "Sign in through your company's provider first, then enforce it: so it is known to work."
        )
    signon.enforce(account_id, enforced=wanted)
    return redirect("ways-in")


@require_POST
@needs(Action.EDIT_SIGN_IN)
def forget(request: HttpRequest) -> HttpResponse:
    demand_fresh(request)
    signon.forget_provider(viewer_of(request).account_id)
    return redirect("ways-in")


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    account_id, door = viewer_of(request).account_id, door_of(request)
    found = signon.provider_of(account_id)
    entered = (
        {"issuer": found.issuer, "client_id": found.client_id, "domains": " ".join(found.domains)}
        if found
        else {}
    )
    context = {"entered": entered} | context | {
        "idle": rules.idle_minutes(account_id), "shortest": rules.SHORTEST_IDLE, "longest": rules.LONGEST_IDLE,
        "second_factor": rules.asks_second_factor(account_id),
        "found": found, "through_it": bool(found and door and door.state.through == found.id),
        "callback": f"{current().public_url}/oidc/{found.name}/login/callback/" if found else "",
    }  # fmt: skip
    return render(request, "settings/ways_in.html", context, status=status)


def _minutes(request: HttpRequest) -> int:
    minutes = whole(request.POST.get("idle", ""))
    if minutes is None:
        raise BadDetails("idle", "Enter a number of minutes.")
    return minutes
