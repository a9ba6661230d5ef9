"""A policy as its page tells it. Pure: what is shown depends on the policy and on nothing else."""

from dataclasses import dataclass
from typing import Any, Final

from ringfence.core.personal import Category
from ringfence.policy.facts import USES, every_plan
from ringfence.policy.values import Kept, Part, Plan, Policy, Purpose, Use
from ringfence.policy.words import in_days, in_years

_ORDER: Final = (Part.RECORDING, Part.TRANSCRIPT, Part.LOG)
_TONES: Final = {Use.YES: "kept", Use.NO: "plain"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One period or one use. `span` is how many plans it stands for."""

    text: str
    tone: str = ""
    note: str = ""
    span: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    text: str
    promise: str
    cells: tuple[Cell, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    name: str
    promise: str
    text: str


@dataclass(frozen=True, slots=True)
class Promise:
    id: str
    text: str


def page(policy: Policy, privacy_address: str | None) -> dict[str, Any]:
    """Everything that the page shows. `privacy_address` is this installation's; None is said as plainly."""
    return {
        "policy": policy,
        "address": address(policy, privacy_address),
        "plans": list(policy.plans.values()),
        "short": _short(policy),
        "collected": [_category(policy, each) for each in Category],
        "categories": [f"{each.value.capitalize()} data" for each in Category],
        "purposes": [_purpose(purpose) for purpose in policy.purposes],
        "parts": [_part(policy, part) for part in _ORDER],
        "kept": [_kept(line) for line in policy.kept],
        "activities": policy.activities,
        "cookie_table": policy.cookies,
        **{group: promises(policy, group) for group in ("never", "guard", "gdpr", "hipaa", "cookies")},
        "walls": policy.guard,
        "collecting": _beyond_the_cards(policy),
        "keeping": promises(policy, "keep"),
        "using": promises(policy, "use"),
        "publishing": promises(policy, "publish"),
    }


def address(policy: Policy, privacy_address: str | None) -> str | None:
    """Where privacy requests go: the installation's own address, or else the one in the file."""
    return privacy_address or policy.privacy_address


def promises(policy: Policy, group: str) -> list[Promise]:
    """The promises whose ids begin with this group."""
    return [Promise(name, text) for name, text in policy.promises.items() if name.startswith(f"{group}.")]


def _short(policy: Policy) -> list[str]:
    """The periods of what a call leaves, in as few lines as they allow."""
    same: dict[tuple[int | None, ...], list[str]] = {}
    for part in _ORDER:
        line = policy.retention[part]
        same.setdefault(tuple(line.days[plan] for plan in Plan), []).append(line.text)
    return [
        "; ".join([texts[0], *(text[0].lower() + text[1:] for text in texts[1:])])
        + ": "
        + ", ".join(
            f"{in_days(days)} on {policy.plans[plan]}" for plan, days in zip(Plan, periods, strict=True)
        )
        + "."
        for periods, texts in same.items()
    ]


def _category(policy: Policy, category: Category) -> Collected:
    promise = policy.categories[category]
    return Collected(f"{category.value.capitalize()} data", promise, policy.promises[promise])


def _beyond_the_cards(policy: Policy) -> list[Promise]:
    """What is promised of collecting, apart from the categories themselves."""
    return [each for each in promises(policy, "collect") if each.id not in policy.categories.values()]


def _purpose(purpose: Purpose) -> Line:
    cells = tuple(Cell(USES[purpose.uses[c]], _TONES.get(purpose.uses[c], "warning")) for c in Category)
    return Line(f"for-{purpose.id}", purpose.text, purpose.promise, cells)


def _part(policy: Policy, part: Part) -> Line:
    line = policy.retention[part]
    cells = tuple(Cell(in_days(line.days[plan])) for plan in Plan)
    return Line(f"kept-{part.value}", line.text, line.promise, cells, "from the end of the call, in UTC")


def _kept(line: Kept) -> Line:
    same = every_plan(line)
    if same is not None:
        hipaa = line.years_under_hipaa
        note = f"{in_years(hipaa)} under HIPAA" if hipaa is not None else ""
        everywhere = f"{same}, every plan" if line.days or line.years else same
        cells: tuple[Cell, ...] = (Cell(everywhere, note=note, span=len(Plan)),)
    else:
        cells = tuple(
            Cell(in_days(line.days[plan]), note="" if plan in line.promised else "not promised")
            for plan in Plan
        )
    note = f"from {line.after}" if line.days or line.years else line.after
    beyond = f", beyond the period of {line.beyond}" if line.beyond else ""
    return Line(f"kept-{line.id}", line.text, line.promise, cells, note + beyond)
