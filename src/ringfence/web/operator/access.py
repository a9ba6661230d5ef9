"""Call data that a customer released: the one part of the operator's console in which any opens, and only under an approval."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.calls.errors import PartGone
from ringfence.apps.calls.wav import WavReader
from ringfence.apps.keys.wiring import vault
from ringfence.apps.staff.people import Person
from ringfence.apps.support import desk, reading
from ringfence.apps.support.errors import NotReleased
from ringfence.web import ranges, streams
from ringfence.web.clock import clock
from ringfence.web.operator.door import me, needs_staff
from ringfence.web.operator.rows import rows


@require_GET
@needs_staff
def show(request: HttpRequest, account_id: UUID, ask_id: UUID) -> HttpResponse:
    """The calls that are released, and until when."""
    with rows().transaction(account_id) as cursor:
        ask = reading.in_force(cursor, vault(), me(request), account_id, ask_id, clock())
        calls = reading.calls(cursor, vault(), me(request), account_id, ask_id, clock())
    return render(request, "operator/access.html", {"ask": ask, "calls": calls})


@require_GET
@needs_staff
def call(request: HttpRequest, account_id: UUID, ask_id: UUID, call_id: UUID) -> HttpResponse:
    """What was said in one of them."""
    with rows().transaction(account_id) as cursor:
        ask = reading.in_force(cursor, vault(), me(request), account_id, ask_id, clock())
        this, words = reading.call(cursor, vault(), me(request), account_id, ask_id, call_id, clock())
    return render(request, "operator/call.html", {"ask": ask, "call": this, "words": words})


class _Released:
    """A released recording as `ranges` serves it: asked again and again whether it may be listened to on."""

    def __init__(
        self,
        reader: WavReader,
        ends: datetime | None,
        person: Person,
        account_id: UUID,
        ask_id: UUID,
        call_id: UUID,
    ) -> None:
        self._reader, self._ends = reader, ends
        self._person, self._place = person, (account_id, ask_id, call_id)
        self.size = reader.size

    def read(self, start: int, stop: int) -> bytes:
        """Bytes of the file. Raises PartGone from the moment at which its time has passed."""
        if self._ends is not None and clock().now() >= self._ends:
            raise PartGone("expired")
        return self._reader.read(start, stop)

    def still_open(self) -> None:
        """Raise PartGone as soon as the approval has ended, or the recording has."""
        account_id, ask_id, call_id = self._place
        with rows().transaction(account_id) as cursor:
            try:
                reading.still(cursor, vault(), self._person, account_id, ask_id, call_id, clock())
            except NotReleased:
                raise PartGone("expired") from None


@require_GET
@needs_staff
@streams.placed
def recording(request: HttpRequest, account_id: UUID, ask_id: UUID, call_id: UUID) -> HttpResponseBase:
    """The audio of one of them, whole or in ranges."""
    person = me(request)
    with rows().transaction(account_id) as cursor:
        reader, ends = reading.sound(cursor, vault(), person, account_id, ask_id, call_id, clock())
    return ranges.serve(request, _Released(reader, ends, person, account_id, ask_id, call_id), clock())


@require_POST
@needs_staff
def give_back(request: HttpRequest, account_id: UUID, ask_id: UUID) -> HttpResponse:
    """Done: end it before its time."""
    with rows().transaction(account_id) as cursor:
        desk.give_back(cursor, vault(), me(request), account_id, ask_id, clock())
    return redirect("operator")
