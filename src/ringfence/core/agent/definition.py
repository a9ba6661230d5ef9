"""An agent's definition: `parse` turns YAML into a frozen value or says what is wrong, where, and why."""

from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from ringfence.core.agent.answers import OFFLINE_KINDS, Answer
from ringfence.core.agent.check import check
from ringfence.core.agent.model import MODELS, OFFLINE, AgentDefinition, GuidedDefinition, LlmDefinition
from ringfence.core.agent.problems import DefinitionError, Path, Problem, in_plain_words
from ringfence.core.agent.source import Source, read

__all__ = [
    "OFFLINE",
    "AgentDefinition",
    "DefinitionError",
    "GuidedDefinition",
    "LlmDefinition",
    "Need",
    "Problem",
    "needs_engine",
    "parse",
    "variables",
]


def parse(source: str) -> AgentDefinition:
    """Read a definition. Raises DefinitionError with every problem found, in the order of the text."""
    tree = read(source)
    if not isinstance(tree.data, dict):
        raise DefinitionError((tree.problem((), "should be a mapping that starts with 'name' and 'kind'"),))
    kind = tree.data.get("kind")
    model = MODELS.get(kind) if isinstance(kind, str) else None
    if model is None:
        raise DefinitionError((tree.problem(("kind",), "should be 'guided' or 'llm'"),))
    try:
        definition: AgentDefinition = model.model_validate(tree.data)
    except ValidationError as error:
        raise DefinitionError(_translated(tree, error)) from error
    problems = [tree.problem(path, reason) for path, reason in check(definition)]
    if problems:
        raise DefinitionError(tuple(sorted(problems)))
    return definition


def variables(definition: AgentDefinition) -> dict[str, Answer]:
    """The variables an agent may fill, with the kind of each."""
    if isinstance(definition, LlmDefinition):
        return {name: capture.answer for name, capture in definition.variables.items()}
    return {s.saves: s.answer_kind for s in definition.steps if s.saves and s.answer_kind}


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the offline engines cannot do for a definition."""

    engine: Literal["stt", "tts", "llm"]
    reason: str

    def __str__(self) -> str:
        return self.reason


def needs_engine(definition: AgentDefinition) -> tuple[Need, ...]:
    """What a definition needs beyond the offline engines; empty if it runs with no key at all."""
    needs = []
    if isinstance(definition, LlmDefinition):
        needs.append(Need("llm", "An LLM agent needs a language model."))
        needs.append(
            Need("stt", "An LLM agent listens to free speech, which the offline recogniser cannot follow.")
        )
    else:
        kinds = {a.kind for a in variables(definition).values()}
        kinds |= {s.answer_kind.kind for s in definition.steps if s.answer_kind}
        needs += [
            Need("stt", f"An answer of the kind {kind} needs a recogniser for free speech.")
            for kind in sorted(kinds - OFFLINE_KINDS)
        ]
    if not definition.language.startswith("en"):
        needs.append(Need("stt", "The offline recogniser knows English alone."))
        needs.append(Need("tts", "The offline voice is made for English."))
    return tuple(needs)


def _translated(tree: Source, error: ValidationError) -> tuple[Problem, ...]:
    problems = []
    items = error.errors(include_url=False, include_input=False)
    for item in items:
        path = _path(tree, item["loc"])
        if item["type"] == "too_short" and any(
            i["loc"][: len(item["loc"])] == item["loc"] != i["loc"] for i in items
        ):
            continue  # its entries are there, and themselves wrong
        if item["type"] == "missing":
            reason = f"'{item['loc'][-1]}' {in_plain_words('missing', {}, '')}"
            problems.append(tree.problem(path, reason))
            continue
        reason = in_plain_words(item["type"], item.get("ctx", {}), item["msg"])
        if item["type"] == "string_pattern_mismatch":
            reason = _pattern_reason(str(item.get("ctx", {}).get("pattern")))
        problems.append(tree.problem(path, reason, at_key=item["type"] == "extra_forbidden"))
    return tuple(sorted(set(problems)))


def _pattern_reason(pattern: str) -> str:
    if "always" in pattern:
        return "should be always, when_unsure or never"
    if pattern.startswith("^https"):
        return "should be an address that begins with https:// and has no spaces or braces"
    if pattern == "^[A-Z]{2}$":
        return "should be a country in two capital letters, like US"
    if pattern.startswith("^[a-z]{2}"):
        return "should be a language like en-US"
    return "should be a short name: small letters, digits and dashes or underscores, beginning with a letter"


def _path(tree: Source, location: tuple[int | str, ...]) -> Path:
    """A validator's location without the names of the variants it tried."""
    path: Path = ()
    for part in location:
        if (*path, part) in tree.places or (*path, part) in tree.keys:
            path = (*path, part)
    return path
