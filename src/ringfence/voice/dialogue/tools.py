"""The tools a model may use: their JSON schemas, and the check of what it passes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ringfence.core.agent.answers import Answer, Choice, Text
from ringfence.core.agent.definition import LlmDefinition
from ringfence.core.agent.interpret import Value, interpret, is_empty
from ringfence.core.agent.model import Tool

END, TRANSFER, SET = "end_call", "transfer_call", "set_variable"
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
_LONGEST = 2000


def schemas(definition: LlmDefinition) -> tuple[dict[str, Any], ...]:
    """All tools of an agent in the chat form."""
    out = [_schema(END, "End the call, after saying goodbye.", {}, [])]
    if definition.transfers:
        to = {"type": "string", "enum": list(definition.transfers)}
        out.append(_schema(TRANSFER, "Hand the call to a person or another number.", {"to": to}, ["to"]))
    if definition.variables:
        hints = "; ".join(f"{n} ({c.answer.kind}): {c.description}" for n, c in definition.variables.items())
        properties = {
            "name": {"type": "string", "enum": list(definition.variables)},
            "value": {"type": "string", "description": "As the caller said it; 'none' if they have none"},
        }
        description = f"Write down what the caller told you. {hints}"
        out.append(_schema(SET, description, properties, ["name", "value"]))
    return (*out, *(_http(tool) for tool in definition.tools))


def _http(tool: Tool) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, argument in tool.arguments.items():
        properties[name] = {"type": argument.type, "description": argument.description}
        if argument.choices:
            properties[name]["enum"] = list(argument.choices)
    required = [name for name, argument in tool.arguments.items() if argument.required]
    return _schema(tool.name, tool.description, properties, required)


def _schema(name: str, description: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


def wrong_with(tool: Tool, arguments: Mapping[str, object]) -> str | None:
    """What is wrong with the arguments for an HTTP tool, told to the model; None if nothing is."""
    for name in arguments:
        if name not in tool.arguments:
            return f"there is no argument '{name}'"
    for name, spec in tool.arguments.items():
        if name not in arguments:
            if spec.required:
                return f"'{name}' is missing"
            continue
        value = arguments[name]
        if not isinstance(value, _TYPES[spec.type]) or (isinstance(value, bool) and spec.type != "boolean"):
            return f"'{name}' should be of type {spec.type}"
        if isinstance(value, str) and len(value) > _LONGEST:
            return f"'{name}' is too long"
        if spec.choices and value not in spec.choices:
            return f"'{name}' should be one of {', '.join(spec.choices)}"
    return None


def read_value(answer: Answer, raw: object, today: date) -> tuple[Value | None, bool]:
    """A value that the model passed, in its canonical form, and whether it means "none"."""
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    text = str(raw) if isinstance(raw, str | int) else ""
    if isinstance(answer, Choice) and any(o.value == text for o in answer.options):
        return text, False
    value = interpret(answer, text, today)
    if is_empty(text) and (value is None or isinstance(answer, Text)):
        return None, True
    return value, False
