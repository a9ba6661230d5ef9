"""HTTP ranges over a recording (RFC 9110, section 14): exact bytes, and an end to them when the recording ends."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, Protocol

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.wav import MEDIA_TYPE
from ringfence.core.clock import Clock
from ringfence.web.problem import problem
from ringfence.web.streams import CHECK_S, Withdrawn, demand_still

DIGITS: Final = 30  # of a position; more is no place in anything
STEP: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


class Readable(Protocol):
    """A recording as a file. `still_open` raises as soon as it may not be read on."""

    size: int

    def read(self, start: int, stop: int, /) -> bytes: ...
    def still_open(self) -> None: ...


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and stop of a single byte range; the whole for none or a form we need not serve; None if out of reach."""
    found = asked(header)
    if found is None:
        return 0, size
    first, last = found
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else None
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    return (start, stop) if start < size else None


def serve(request: HttpRequest, recording: Readable, clock: Clock) -> HttpResponseBase:
    """The recording or a range of it. A stream ends early if the recording is deleted, its time passes, or whoever asked for it may
    not hear it any more.
    """
    header = request.headers.get("Range")
    span = wanted(header, recording.size)
    if span is None:
        refused = problem(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            code="out_of_range",
            detail=f"The recording has {recording.size} bytes; this range begins after its end.",
        )
        refused["Content-Range"] = f"bytes */{recording.size}"
        return refused
    start, stop = span
    partial = header is not None and asked(header) is not None
    response = StreamingHttpResponse(
        _pieces(request, recording, start, stop, clock),
        content_type=MEDIA_TYPE,
        status=HTTPStatus.PARTIAL_CONTENT if partial else HTTPStatus.OK,
    )
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(stop - start)
    response["Cache-Control"] = "no-store"
    if partial:
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{recording.size}"
    return response


def asked(header: str | None) -> tuple[str, str] | None:
    """First and last of a single byte range, each maybe empty; None for what is none or ends before it begins, which is
    as if it were not there (RFC 9110, section 14.1.1).
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]) or len(match[1]) > DIGITS or len(match[2]) > DIGITS:
        return None
    turned = match[1] and match[2] and int(match[2]) < int(match[1])
    return None if turned else (match[1], match[2])


def _pieces(
    request: HttpRequest, recording: Readable, start: int, stop: int, clock: Clock
) -> Iterator[bytes]:
    checked = clock.monotonic()
    while start < stop:
        try:
            if clock.monotonic() - checked >= CHECK_S:
                recording.still_open()
                demand_still(request)
                checked = clock.monotonic()
            piece = recording.read(start, min(stop, start + STEP))
        except (PartGone, NeverKept, NoSuchCall, Withdrawn):
            return  # the connection closes short of its announced length, which clients notice
        start += len(piece)
        yield piece
