"""What a definition's shape cannot say: that names lead somewhere, texts use what exists, and a flow flows."""

import re
from collections.abc import Iterator

import phonenumbers

from ringfence.core.agent.answers import Answer, Choice, Digits, Number, Text, YesNo
from ringfence.core.agent.model import OFFLINE, AgentDefinition, GuidedDefinition, LlmDefinition
from ringfence.core.agent.problems import Path
from ringfence.core.agent.steps import Ask, Branch, Choose, Confirm, End, Step, TransferTo
from ringfence.core.agent.template import slots

Found = Iterator[tuple[Path, str]]

_MACHINE = re.compile(
    r"\b(automated|automatic|artificial|machine|robot|bot|a\.?i\.?|virtual|computer|digital)\b", re.IGNORECASE
)
_RECORDED = re.compile(r"\brecord(ed|ing)?\b", re.IGNORECASE)
_ASKED = re.compile(r"\b(record\w*|tape[sd]?|taping)\b", re.IGNORECASE)
_MINDS = re.compile(r"\b(mind|object|objections?|against|problem|opposed|rather not)\b", re.IGNORECASE)
_KEPT = re.compile(r"\b(written|transcri\w+|record\w*|notes?|kept)\b", re.IGNORECASE)
_DENIED = r"\b(?:not|no|never|\w+n['’]t|cannot)\s+(?:\w+\s+){0,2}?"
_TAKEN = frozenset({"end_call", "transfer_call", "set_variable"})


def check(definition: AgentDefinition) -> Found:
    """Problems as (path, reason), in no order."""
    yield from _shared(definition)
    yield from _answers(definition)
    if isinstance(definition, GuidedDefinition):
        yield from _steps(definition)
        yield from _flow(definition)
    else:
        yield from _llm(definition)


def _shared(d: AgentDefinition) -> Found:
    if d.language.startswith("en"):
        yield from _told(d)
    if d.recording.enabled and d.recording.consent == "off":
        yield ("recording", "consent"), "a call that is recorded needs 'ask' or 'notice'"
    if d.voicemail.do == "leave_message" and not d.voicemail.message:
        yield ("voicemail",), "needs the 'message' to leave"
    for name, number in d.transfers.items():
        if reason := bad_number(number):
            yield ("transfers", name), reason
    if d.person and d.person not in d.transfers:
        yield ("person",), f"no transfer is called '{d.person}'"
    yield from _twice("faq", "topic", [f.topic for f in d.faq])


def _told(d: AgentDefinition) -> Found:
    """The words are the agent's own, the facts are not: they are said, and not denied."""
    if not _says(_MACHINE, d.disclosure.ai):
        yield ("disclosure", "ai"), "has to say that it is a machine, for example 'an automated assistant'"
    if not _says(_RECORDED, d.disclosure.recorded):
        yield ("disclosure", "recorded"), "has to say that the call is recorded"
    if not _says(_KEPT, d.disclosure.transcribed):
        yield ("disclosure", "transcribed"), "has to say that what is said is written down"
    if d.recording.enabled and d.recording.consent == "ask":
        if not _ASKED.search(d.recording.question):
            yield ("recording", "question"), "has to ask whether the call may be recorded"
        elif _MINDS.search(d.recording.question):
            yield (
                ("recording", "question"),
                "has to be one to which 'yes' allows it, as in 'May we record this call?'",
            )


def _says(fact: re.Pattern[str], text: str) -> bool:
    return fact.search(text) is not None and not re.search(_DENIED + fact.pattern, text, re.IGNORECASE)


def bad_number(number: str) -> str | None:
    """Why `number` is no E.164 number, in plain words; None if it is one."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        return 'should be a telephone number like "+12025550173": plus, country, number, no spaces'
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        possible = False
    return (
        None if possible else "is no telephone number of any country: too long, too short, or no such country"
    )


def _answers(d: AgentDefinition) -> Found:
    for path, answer in _all_answers(d):
        if isinstance(answer, Text) and d.engines.stt == OFFLINE:
            yield (
                (*path, "kind"),
                f"a {answer.kind} needs a recogniser: name one of your engines in 'engines.stt'",
            )
        if isinstance(answer, Number) and answer.minimum > answer.maximum:
            yield path, "'minimum' is above 'maximum'"
        if isinstance(answer, Digits) and answer.min_length > answer.max_length:
            yield path, "'min_length' is above 'max_length'"
        if isinstance(answer, Choice):
            yield from _ways_of_saying(path, answer)


def _all_answers(d: AgentDefinition) -> Iterator[tuple[Path, Answer]]:
    if isinstance(d, LlmDefinition):
        yield from ((("variables", n, "answer"), c.answer) for n, c in d.variables.items())
        return
    for i, step in enumerate(d.steps):
        if isinstance(step, Ask):
            yield ("steps", i, "answer"), step.answer
        elif isinstance(step, Choose):
            yield ("steps", i), step.answer_kind


def _ways_of_saying(path: Path, answer: Choice) -> Found:
    owner: dict[str, int] = {}
    for i, option in enumerate(answer.options):
        for way in {" ".join(w.casefold().split()) for w in (option.value, *option.say)}:
            if owner.setdefault(way, i) != i:
                yield (*path, "options", i), f"'{way}' already stands for another option"


def _steps(d: GuidedDefinition) -> Found:
    yield from _twice("steps", "id", [s.id for s in d.steps])
    ids = {s.id for s in d.steps}
    saved: dict[str, Answer] = {s.saves: s.answer_kind for s in d.steps if s.saves and s.answer_kind}
    for i, step in enumerate(d.steps):
        for place, target in targets(step):
            if target not in ids:
                yield ("steps", i, *place), f"no step is called '{target}'"
        for key, text in step.texts():
            yield from _slots(("steps", i, key), text, set(saved))
        if isinstance(step, End) and step.next:
            yield ("steps", i, "next"), "nothing follows an end"
        if isinstance(step, TransferTo) and step.transfer not in d.transfers:
            yield (
                ("steps", i, "transfer"),
                f"no transfer is called '{step.transfer}'; list it under 'transfers'",
            )
        if isinstance(step, Branch):
            yield from _branch(("steps", i), step, saved)
    yield from _kinds(d)
    yield from _slots(("greeting",), d.greeting or "", set())
    for i, entry in enumerate(d.faq):
        yield from _slots(("faq", i, "answer"), entry.answer, set(saved))


def _kinds(d: GuidedDefinition) -> Found:
    kinds: dict[str, str] = {}
    for i, step in enumerate(d.steps):
        kind = step.answer_kind.kind if step.answer_kind else ""
        if step.saves and kinds.setdefault(step.saves, kind) != kind:
            yield ("steps", i, "save"), f"'{step.saves}' is already a {kinds[step.saves]}"


def _branch(path: Path, step: Branch, saved: dict[str, Answer]) -> Found:
    answer = saved.get(step.branch)
    if answer is None:
        yield (*path, "branch"), f"no step saves a variable called '{step.branch}'"
        return
    allowed = {"yes", "no"} if isinstance(answer, YesNo) else None
    if isinstance(answer, Choice):
        allowed = {o.value for o in answer.options}
    for value in step.when:
        if allowed is not None and value not in allowed:
            yield (*path, "when", value), f"'{step.branch}' is never '{value}'"


def _slots(path: Path, text: str, known: set[str]) -> Found:
    for name in slots(text):
        if name not in known:
            yield path, f"uses '{{{{{name}}}}}', but nothing saves a variable called '{name}'"


def _twice(path: str, key: str, names: list[str]) -> Found:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield (path, i, key), f"'{name}' is already used above"


def targets(step: Step) -> Iterator[tuple[Path, str]]:
    """Where a step names another as what follows, by key."""
    for key in ("next", "no_answer", "yes", "no", "otherwise", "failed"):
        if target := getattr(step, key, None):
            yield (key,), target
    if isinstance(step, Branch):
        yield from ((("when", value), target) for value, target in step.when.items())
    if isinstance(step, Choose):
        yield from ((("options", i, "next"), o.next) for i, o in enumerate(step.options) if o.next)


def _falls_through(step: Step) -> bool:
    """Whether the step below may follow without being named."""
    if isinstance(step, End) or step.next:
        return False
    if isinstance(step, Choose):
        return any(not o.next for o in step.options)
    if isinstance(step, Confirm):
        return not step.yes
    return not (isinstance(step, Branch) and step.otherwise)


def _edges(d: GuidedDefinition) -> list[set[int]]:
    where = {s.id: i for i, s in reversed(list(enumerate(d.steps)))}
    out = [{where[t] for _, t in targets(s) if t in where} for s in d.steps]
    for i, step in enumerate(d.steps[:-1]):
        if _falls_through(step):
            out[i].add(i + 1)
    return out


def _flow(d: GuidedDefinition) -> Found:
    edges = _edges(d)
    seen, todo = {0}, [0]
    while todo:
        new = edges[todo.pop()] - seen
        seen |= new
        todo.extend(new)
    for i, step in enumerate(d.steps):
        if i not in seen:
            yield ("steps", i), f"'{step.id}' is never reached"
    silent = {i for i, s in enumerate(d.steps) if s.answer_kind is None and not isinstance(s, TransferTo)}
    for i in sorted(silent):
        if _comes_back(i, edges, silent):
            yield ("steps", i), f"'{d.steps[i].id}' leads back to itself without asking anything"


def _comes_back(start: int, edges: list[set[int]], within: set[int]) -> bool:
    seen: set[int] = set()
    todo = [start]
    while todo:
        for i in edges[todo.pop()] & within:
            if i == start:
                return True
            if i not in seen:
                seen.add(i)
                todo.append(i)
    return False


def _llm(d: LlmDefinition) -> Found:
    if d.engines.llm in {None, OFFLINE}:
        yield ("engines",), "an llm agent needs a language model: name one of your engines in 'engines.llm'"
    if d.engines.stt == OFFLINE:
        yield ("engines",), "an llm agent needs a recogniser for free speech: name an engine in 'engines.stt'"
    yield from _twice("tools", "name", [t.name for t in d.tools])
    for i, tool in enumerate(d.tools):
        if tool.name in _TAKEN:
            yield ("tools", i, "name"), f"'{tool.name}' is a tool that every agent has"
        for name, argument in tool.arguments.items():
            if argument.choices and argument.type != "string":
                yield ("tools", i, "arguments", name, "choices"), "choices belong to the type string"
    yield from _slots(("first_message",), d.first_message, set())
    yield from _slots(("instructions",), d.instructions, set(d.variables))
    for i, entry in enumerate(d.faq):
        yield from _slots(("faq", i, "answer"), entry.answer, set(d.variables))
