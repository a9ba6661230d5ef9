"""Twilio's webhooks: a call comes in, a call has ended."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from ringfence.apps.accounts.terms import demand_open
from ringfence.apps.agents.versions import get_for_call
from ringfence.apps.calls.errors import CallTaken
from ringfence.apps.numbers.connections import OpenConnection, connection_for_webhook
from ringfence.apps.numbers.numbers import number_called
from ringfence.core.call import Channel, Direction
from ringfence.core.config import current
from ringfence.core.errors import RingfenceError
from ringfence.voice.telephony.twilio.signature import check
from ringfence.voice.telephony.twilio.twiml import reject, say, stream
from ringfence.web.clock import clock
from ringfence.web.viewer import carrier
from ringfence.work.admission import begin_call
from ringfence.work.dial import media_url
from ringfence.work.unanswered import never_answered

XML = "application/xml"


@csrf_exempt
@require_POST
@carrier
def voice(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """Somebody calls one of our numbers: the agent assigned to it answers, or nobody does."""
    connection = _verified(request, connection_id)
    try:
        number = number_called(connection.account_id, connection.id, request.POST.get("To", ""))
        if number.agent_id is None:
            return HttpResponse(reject(), content_type=XML)
        agent = get_for_call(connection.account_id, number.agent_id)
        demand_open(connection.account_id)
    except RingfenceError:
        return HttpResponse(say("This number is not in service. Goodbye."), content_type=XML)
    try:
        call = begin_call(
            connection.account_id, agent, direction=Direction.INBOUND, channel=Channel.TWILIO, clock=clock(),
            from_number=request.POST.get("From") or None, to_number=number.e164, connection_id=connection.id,
            carrier_call_id=request.POST.get("CallSid", "")[:64] or None,
        )  # fmt: skip
    except CallTaken:
        return HttpResponse(reject(), content_type=XML)
    answer = stream(media_url(current().public_url, connection.id), {"ticket": call.ticket})
    return HttpResponse(answer, content_type=XML)


@csrf_exempt
@require_POST
@carrier
def status(request: HttpRequest, connection_id: UUID) -> HttpResponse:
    """How a call that we placed ended; one that nobody answered is entered as such."""
    connection = _verified(request, connection_id)
    try:
        call_id = UUID(request.GET.get("call", ""))
    except ValueError:
        return HttpResponse(status=204)
    if request.POST.get("CallStatus") in {"busy", "no-answer", "failed", "canceled"}:
        never_answered(connection.account_id, call_id, clock())
    return HttpResponse(status=204)


def _verified(request: HttpRequest, connection_id: UUID) -> OpenConnection:
    """The connection that signed this request. Raises NoSuchConnection, BadSignature."""
    connection = connection_for_webhook(connection_id)
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    url = current().public_url + request.get_full_path()
    check(connection.secret, request.headers.get("X-Twilio-Signature"), url, fields)
    return connection
