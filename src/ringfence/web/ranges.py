"""HTTP ranges over a recording (RFC 9110, section 14): exact bytes, and an end to them when the recording ends."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final, Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.wav import MEDIA_TYPE
from ringfence.core.clock import Clock
from ringfence.web.streams import CHECK_S, Withdrawn, demand_still

STEP: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


class Readable(Protocol):
    """A recording as a file. `still_open` raises as soon as it may not be read on."""

    size: int

    def read(self, start: int, stop: int, /) -> bytes: ...
    def still_open(self) -> None: ...


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and stop of a single byte range; the whole for none or a form we need not serve; None if out of reach."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match[0] == "bytes=-":
        return 0, size
    first, last = match[1], match[2]
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else None
    start = int(first)
    stop = min(int(last) + 1, size) if last else size
    if start >= size:
        return None
    return (start, stop) if start < stop else (0, size)


def serve(request: HttpRequest, recording: Readable, clock: Clock) -> HttpResponseBase:
    """The recording or a range of it. A stream ends early if the recording is deleted, its time passes, or whoever asked for it may
    not hear it any more.
    """
    header = request.headers.get("Range")
    span = wanted(header, recording.size)
    if span is None:
        refused = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        refused["Content-Range"] = f"bytes */{recording.size}"
        return refused
    start, stop = span
    partial = (header is not None and (start, stop) != (0, recording.size)) or _asked_all(header)
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


def _asked_all(header: str | None) -> bool:
    return header is not None and _RANGE.fullmatch(header.strip()) is not None


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
