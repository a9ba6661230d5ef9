"""The page of security requirements names tests that there are, all of level 1, and counts what stands on it."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from ringfence.apps.numbers import confirmed
from ringfence.web.console import signin
from ringfence.web.console.people import coming_in, forgotten

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "asvs.md").read_text()
ROW: Final = re.compile(
    r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| (met|not applicable|open): (.+) \|$", re.MULTILINE
)
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
# How many of each chapter are level 1 in version 5.0.0.
CHAPTERS: Final = {
    1: 8,
    2: 4,
    3: 8,
    4: 2,
    5: 4,
    6: 13,
    7: 6,
    8: 4,
    9: 4,
    10: 5,
    11: 3,
    12: 3,
    13: 1,
    14: 2,
    15: 3,
}


def part(level: int) -> str:
    return PAGE.split(f"## Level {level}\n")[1].split("\n## ")[0]


def rows(level: int) -> list[tuple[str, str, str, str]]:
    return ROW.findall(part(level))


def exists(file: str, name: str) -> bool:
    node: ast.AST = ast.parse((ROOT / file).read_text())
    for step in name.split("::"):
        found = next(
            (
                each
                for each in ast.iter_child_nodes(node)
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and each.name == step
            ),
            None,
        )
        if found is None:
            return False
        node = found
    return True


def test_all_seventy_of_level_1_are_there_once() -> None:
    numbers = [row[0] for row in rows(1)]
    assert len(numbers) == len(set(numbers)) == 70
    assert part(1).count("\n| V") == 70, "a row is not as the others are"
    found: dict[int, int] = {}
    for each in numbers:
        chapter = int(each[1:].split(".")[0])
        found[chapter] = found.get(chapter, 0) + 1
    assert found == CHAPTERS


@pytest.mark.parametrize("level", [1, 2])
def test_what_is_met_names_tests_that_there_are_and_the_rest_says_why(level: int) -> None:
    missing = []
    for number, _, state, said in rows(level):
        tests = TEST.findall(said)
        if state == "met":
            assert tests, f"{number}: name the test"
            assert not TEST.sub("", said).strip(), number
        else:
            assert len(said) > 30, f"{number}: say why"
        missing += [f"{number}: {file}::{name}" for file, name in tests if not exists(file, name)]
    assert missing == []


@pytest.mark.parametrize("level", [1, 2])
def test_the_counts_at_the_top_are_those_of_the_rows(level: int) -> None:
    states = [row[2] for row in rows(level)]
    assert len(states) == part(level).count("\n| V")
    line = next(each for each in PAGE.splitlines() if each.startswith(f"**Level {level}: "))
    counts = [
        int(each) for each in re.findall(r"(\d+) (?:requirements|of its|met|not applicable|open)", line)
    ]
    assert counts == [len(states), *(states.count(each) for each in ("met", "not applicable", "open"))]


def test_what_is_said_about_guessing_is_what_is_done() -> None:
    said = " ".join((ROOT / "docs" / "accounts.md").read_text().split())
    assert signin.TRIES_WITHIN_S == coming_in.PROOFS_WITHIN_S == 15 * 60
    assert f"{signin.MOST_TRIES} tries in a quarter of an hour from one network" in said
    assert f"{signin.MOST_TRIES * 5} from one network" in said
    assert f"{coming_in.MOST_PROOFS} tries in a quarter of an hour by person and network" in said
    assert f"{coming_in.MOST_PROOFS * 5} tries in a quarter of an hour from one network" in said
    assert f"{forgotten.MOST} mails in an hour to one address, {forgotten.MOST * 10} from one network" in said
    assert f"{confirmed.MOST_ATTEMPTS} tries, ten minutes; {confirmed.MOST_CODES} codes a day" in said
