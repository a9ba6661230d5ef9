"""No word of the policy is decoration: each line of the file is changed in a copy, and something has to change with it.

Where the line decides something, the page, the decision *and* a table of the tests must each notice.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import pytest
from django.template.loader import render_to_string

from ringfence.core.personal import Category
from ringfence.policy import NO_PERIODS, BadPolicy, NoPeriod, Part, Plan, Policy, Shown, decide, parse
from ringfence.policy.facts import changes, facts
from ringfence.policy.load import source
from ringfence.policy.values import Use
from ringfence.web.public.machine import document
from ringfence.web.public.telling import page
from tests.unit.policy.test_due import PERIODS
from tests.unit.policy.test_may import TABLE, expected
from tests.unit.policy.test_told import COOKIES, WALLS
from tests.unit.policy.test_until import DAYS, YEARS

SOURCE: Final = source()
LINES: Final = SOURCE.splitlines()
SINCE: Final = datetime(2026, 11, 23, 17, 4, 5, tzinfo=UTC)
SHOWN: Final = [
    Shown(anonymised=a, required=r, permitted=p) for a, r, p in product((None, False, True), repeat=3)
]
_LINE: Final = re.compile(r'^("?[\w.-]+"?) = (.+)$')


SWAPS: Final = {
    '"unlimited"': "400",
    '"controller"': '"processor"',
    '"processor"': '"controller"',
    '"contract"': '"legal_obligation"',
    '"legal_obligation"': '"contract"',
    '"1.2"': '"1.3"',
    '"Lax"': '"Strict"',
    "true": "false",
}


def other(key: str, value: str) -> Iterator[str]:
    """What could stand there instead."""
    if value in SWAPS:
        yield SWAPS[value]
    elif value.isdigit():
        yield str(int(value) + 1)
    elif value.startswith("["):
        yield from (re.sub(r'"\w+"(, )?', "", value, count=1).replace(", ]", "]"),)
    elif value.strip('"') in set(Use) and key in set(Category):
        yield from (f'"{use}"' for use in Use if f'"{use}"' != value)
    else:
        yield value[:-1] + ' otherwise"'


MUTATIONS: Final = [
    pytest.param(number, f"{match[1]} = {new}", id=f"line {number + 1}: {match[1]} = {new[:40]}")
    for number, line in enumerate(LINES)
    if (match := _LINE.match(line))
    for new in other(match[1], match[2])
]
DECIDING: Final = re.compile(
    r"^(?:starter|growth|enterprise|days|years|years_under_hipaa|bits) = (?:\d+|\"unlimited\")$"
    r"|^(?:account|usage|call|contact) = \"|^http_only = |^same_site = |^tls = "
)
DECISIONS: Final = [each for each in MUTATIONS if DECIDING.match(str(each.values[1]))]


def mutated(number: int, line: str) -> str:
    return "\n".join([*LINES[:number], line, *LINES[number + 1 :]]) + "\n"


def shown(policy: Policy) -> str:
    """The page, without the version, which every change changes."""
    told = page(policy, None)
    return render_to_string("public/privacy.html", {**told, "since": None}).replace(policy.version, "")


def decided(policy: Policy) -> dict[Any, Any]:
    """Everything that the platform does by this policy."""
    made: dict[Any, Any] = {}
    for purpose, category, given in product((p.id for p in policy.purposes), Category, SHOWN):
        made["may", purpose, category, given] = decide.may(policy, purpose, category, given).answer
    for part, plan in product(Part, Plan):
        made["due", part, plan] = decide.due(policy, part, plan, NO_PERIODS, SINCE)
    for line, plan, hipaa in product((kept.id for kept in policy.kept), Plan, (False, True)):
        try:
            made["until", line, plan, hipaa] = decide.until(policy, line, plan, SINCE, under_hipaa=hipaa)
        except NoPeriod:
            made["until", line, plan, hipaa] = NoPeriod
    made["cookies"] = [(c.name, c.days, c.http_only, c.same_site) for c in policy.cookies]
    made["walls"] = policy.guard
    return made


def noticed(policy: Policy) -> set[str]:
    """The tables, written out in the tests, that this policy contradicts."""
    found = set()
    if any(decide.days(policy, part, plan) != days for part, plan, days in PERIODS):
        found.add("tests/unit/policy/test_due.py")
    for (purpose, category), word in TABLE.items():
        if any(decide.may(policy, purpose, category, s).answer is not expected(word, s) for s in SHOWN):
            found.add("tests/unit/policy/test_may.py")
    if any(decide.kept_line(policy, line).days[plan] != days for line, plan, days in DAYS) or any(
        decide.until(policy, line, Plan.STARTER, SINCE, under_hipaa=hipaa) != SINCE.replace(year=2026 + years)
        for line, hipaa, years in YEARS
    ) or decide.kept_line(policy, "receipts").years != 1:  # fmt: skip
        found.add("tests/unit/policy/test_until.py")
    told = {c.name: (c.days, c.http_only, c.same_site.value) for c in policy.cookies}
    if told != COOKIES or (policy.guard.tls, policy.guard.cipher, policy.guard.bits) != WALLS:
        found.add("tests/unit/policy/test_told.py")
    return found


def test_there_is_something_to_change() -> None:
    assert len(MUTATIONS) > 200
    assert len(DECISIONS) > 110
    keys = {str(each.values[1]).partition(" ")[0] for each in DECISIONS}
    assert {"days", "years", "years_under_hipaa", "starter", "bits", "tls", "call", "http_only"} <= keys


def test_the_tables_of_the_tests_say_what_the_file_says() -> None:
    assert noticed(parse(SOURCE)) == set()


@pytest.mark.parametrize(("number", "line"), MUTATIONS)
def test_every_line_shows(number: int, line: str) -> None:
    """On the page, in the facts that are compared, and for machines; or the file is refused as a whole."""
    try:
        changed = parse(mutated(number, line))
    except BadPolicy:
        return
    before = parse(SOURCE)
    assert shown(changed) != shown(before)
    assert changes(facts(before), facts(changed))
    told = [{**document(policy, None, None), "version": ""} for policy in (before, changed)]
    assert told[0] != told[1]


@pytest.mark.parametrize(("number", "line"), DECISIONS)
def test_every_number_and_word_that_decides_changes_page_control_and_a_test(number: int, line: str) -> None:
    text = mutated(number, line)
    if re.match(r"^(?:account|usage|call|contact) = ", line):
        text = with_activities(text)
    changed = parse(text)
    assert shown(changed) != shown(parse(SOURCE))
    assert decided(changed) != decided(parse(SOURCE))
    assert noticed(changed)


def with_activities(text: str) -> str:
    """The same policy with activities that cover exactly what it allows now, as it would have to be written."""
    head, *rest = re.split(r"(?=^\[\[activity\]\])", text, flags=re.MULTILINE)
    tail = rest[-1][rest[-1].index("# ── The walls") :]
    made = []
    for block in re.findall(r"^\[\[purpose\]\]\n(?:.+\n)+", text, flags=re.MULTILINE):
        purpose = re.search(r'^id = "(\w+)"', block, flags=re.MULTILINE)
        assert purpose
        allowed = [c.value for c in Category if f'\n{c.value} = "no"' not in block]
        made.append(
            f'[[activity]]\nid = "{purpose[1]}"\npromise = "gdpr.basis"\ntext = "x"\npurpose = "{purpose[1]}"\n'
            f'categories = {allowed}\nacting = "controller"\nbasis = "contract"\nground = "x"\nsubjects = "x"\n'
            'recipients = "x"\ntransfers = "x"\n\n'.replace("'", '"')
        )
    return head + "".join(made) + tail
