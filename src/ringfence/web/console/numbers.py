"""Build → Numbers: connect a carrier, say which agent answers which number, confirm a number, call it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.agents.agents import agents
from ringfence.apps.numbers.confirmed import confirm, confirmed_numbers, remove_confirmed, request_code
from ringfence.apps.numbers.connections import connect, connections, disconnect, open_connection
from ringfence.apps.numbers.numbers import add_number, assign, numbers, remove_number
from ringfence.apps.recipients.errors import BadTerms
from ringfence.apps.recipients.register import checked, keep_only, register
from ringfence.core.config import current
from ringfence.core.errors import BadInput, RingfenceError
from ringfence.egress.recipients import Kind
from ringfence.egress.target import target_of
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.viewer import needs, viewer_of
from ringfence.work.dial import base_url as where
from ringfence.work.dial import call_number, carrier, say_code


@require_GET
@needs(Action.SEE_NUMBERS)
def index(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@needs(Action.EDIT_NUMBERS)
def connect_carrier(request: HttpRequest) -> HttpResponse:
    """Keep a carrier's credentials, once they were tried."""
    sid, token = request.POST.get("account_sid", "").strip(), request.POST.get("auth_token", "").strip()
    base_url = request.POST.get("base_url", "").strip().rstrip("/")
    if not sid or not token:
        return _page(
            request, error="Give the account SID and the auth token; both are on the carrier's console."
        )
    settings = {"account_sid": sid} | ({"base_url": base_url} if base_url else {})
    account_id = viewer_of(request).account_id
    try:
        terms = checked(request.POST.dict(), clock().now().date())
        register(account_id, Kind.CARRIER, target_of(where(settings)), clock(), terms)
        carrier(account_id, settings, token).numbers()
    except RingfenceError as error:
        wrong = {error.field: str(error)} if isinstance(error, BadTerms) else {}
        return _page(request, error=str(error), terms=request.POST.dict(), wrong=wrong)
    connect(
        account_id, vendor="twilio", label=request.POST.get("label", "").strip()[:100] or "Twilio",
        settings=settings, secret=token, clock=clock(),
    )  # fmt: skip
    return redirect("numbers")


@require_POST
@needs(Action.EDIT_NUMBERS)
def disconnect_carrier(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    account_id = viewer_of(request).account_id
    disconnect(account_id, connection_id)
    left = {target_of(where(each.settings)) for each in connections(account_id)}
    keep_only(account_id, Kind.CARRIER, left, clock())
    return redirect("numbers")


@require_POST
@needs(Action.EDIT_NUMBERS)
def add(request: HttpRequest) -> HttpResponse:
    try:
        connection_id = UUID(request.POST.get("connection", ""))
        made = add_number(
            viewer_of(request).account_id, connection_id, request.POST.get("number", ""), clock=clock()
        )
        _assign(request, made)
    except ValueError:
        return _page(request, error="Choose a connection first.")
    except RingfenceError as error:
        return _page(request, error=str(error))
    return redirect("numbers")


@require_POST
@needs(Action.EDIT_NUMBERS)
def change(request: HttpRequest, number_id: UUID) -> HttpResponse:
    if request.POST.get("do") == "remove":
        remove_number(viewer_of(request).account_id, number_id)
    else:
        _assign(request, number_id)
    return redirect("numbers")


@require_POST
@needs(Action.PLACE_CALLS)
def send_code(request: HttpRequest) -> HttpResponse:
    """Call a number and speak a code, so that its owner can show that it is theirs."""
    viewer = viewer_of(request)
    try:
        connection = open_connection(viewer.account_id, _connection(request))
        sent = request_code(viewer.account_id, viewer.user_id, request.POST.get("number", ""), clock=clock())
        say_code(connection, numbers(viewer.account_id), sent)
    except RingfenceError as error:
        return _page(request, error=str(error))
    return _page(request, pending=sent.id)


@require_POST
@needs(Action.PLACE_CALLS)
def check_code(request: HttpRequest, confirmed_id: UUID) -> HttpResponse:
    account_id = viewer_of(request).account_id
    if request.POST.get("do") == "remove":
        remove_confirmed(account_id, confirmed_id)
        return redirect("numbers")
    try:
        confirm(account_id, confirmed_id, request.POST.get("code", "").strip(), clock())
    except RingfenceError as error:
        return _page(request, error=str(error), pending=confirmed_id)
    return redirect("numbers")


@require_POST
@needs(Action.PLACE_CALLS)
def call(request: HttpRequest) -> HttpResponse:
    """A test call to a confirmed number."""
    account_id = viewer_of(request).account_id
    try:
        made = call_number(
            account_id, UUID(request.POST.get("agent", "")), request.POST.get("to", ""),
            UUID(request.POST.get("from", "")), clock=clock(), public_url=current().public_url,
        )  # fmt: skip
    except ValueError:
        return _page(request, error="Choose an agent, one of your numbers, and a confirmed number.")
    except RingfenceError as error:
        return _page(request, error=str(error))
    return redirect("call", call_id=made)


def _assign(request: HttpRequest, number_id: UUID) -> None:
    wanted = request.POST.get("agent", "")
    assign(viewer_of(request).account_id, number_id, UUID(wanted) if wanted else None)


def _connection(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("connection", ""))
    except ValueError:
        raise BadInput("Connect a carrier first, then choose it.") from None


def _page(
    request: HttpRequest, error: str = "", pending: UUID | None = None, **entered: object
) -> HttpResponse:
    account_id = viewer_of(request).account_id
    context = {
        "connections": connections(account_id), "numbers": numbers(account_id), "agents": agents(account_id),
        "confirmed": confirmed_numbers(account_id), "error": error, "pending": pending,
        "public_url": current().public_url, **entered,
    }  # fmt: skip
    return render(request, "numbers/index.html", context, status=400 if error else 200)
