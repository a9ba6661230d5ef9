"""What the OpenAPI document says of answers: the shape of each success, the media types of files, and how errors look."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from ringfence.apps.calls.wav import MEDIA_TYPE as WAV
from ringfence.lifecycle.audit.export import MEDIA_TYPE as TRAIL
from ringfence.lifecycle.export import MEDIA_TYPE as VCON
from ringfence.web import problem
from ringfence.web.api.shapes import SHAPES

ROOT: Final = "/api/v1/"
REF: Final = "#/components/schemas/{model}"
ANSWERED: Final = ("4XX", "503")  # an error that is our own fault is in no description
RANGES: Final = "calls/{call_id}/recording"
FILES: Final = {
    RANGES: WAV,
    "calls/{call_id}/vcon": VCON,
    "audit/export": TRAIL,
    "account/invoices/{invoice_id}.pdf": "application/pdf",
}


def describe(document: dict[str, Any]) -> None:
    """Complete an OpenAPI document in place."""
    refs, found = models_json_schema(
        [(shape, "serialization") for shape in SHAPES.values()], by_alias=True, ref_template=REF
    )
    document["components"]["schemas"] |= found["$defs"] | {"Problem": problem.SCHEMA}
    schemas = {at: refs[shape, "serialization"] for at, shape in SHAPES.items()}
    for path, operations in document["paths"].items():
        place = path.removeprefix(ROOT)
        for method, operation in operations.items():
            _succeeds(
                operation["responses"],
                schemas.get((method, place)),
                FILES.get(place) if method == "get" else None,
            )
            _fails(operation["responses"])
    _in_ranges(document["paths"][ROOT + RANGES]["get"]["responses"])


def _succeeds(responses: dict[Any, Any], schema: Any, media_type: str | None) -> None:
    answer = next(each for code, each in responses.items() if str(code).startswith("2"))
    if media_type is not None:
        answer["content"] = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    elif schema is not None:
        answer["content"] = {"application/json": {"schema": schema}}


def _fails(responses: dict[Any, Any]) -> None:
    content = {problem.MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    answer = {"description": "What was the matter, and what to do next.", "content": content}
    responses |= dict.fromkeys(ANSWERED, answer)


def _in_ranges(responses: dict[Any, Any]) -> None:
    whole = next(each for code, each in responses.items() if str(code) == "200")
    responses["206"] = {**whole, "description": "The bytes that `Range` asked for (RFC 9110, section 14)."}
