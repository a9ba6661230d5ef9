"""No period of the policy is written out in a sentence of ours: sentences quote it (`policy.quote`), or the file and the page part ways."""

import ast
import re
from pathlib import Path
from typing import Final

from ringfence.policy import load, quote

SOURCE: Final = Path(__file__).parents[2] / "src" / "ringfence"
NUMBERS: Final = r"\d+|one|two|three|four|five|six|seven|ten|thirty|ninety"
PERIOD: Final = re.compile(rf"\b(?:{NUMBERS})[ -](?:day|year)s?\b", re.IGNORECASE)
OURS: Final = {  # periods that are the code's own, not the policy's
    "boot/cli_time.py": {"seven days"},  # how long a clock may be silent before a person is asked
    "lifecycle/sweep/trust.py": {"seven days"},
    "policy/decide.py": {"0 days"},
}
ROOMS: Final = ("apps", "boot", "lifecycle", "policy", "web")


def sentences(path: Path) -> list[str]:
    """A template's text, or a program's strings that are not its documentation."""
    if path.suffix == ".html":
        return [path.read_text()]
    tree = ast.parse(path.read_text())
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not (isinstance(node, ast.FunctionDef) and node.decorator_list)  # a command's is its help
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    ]


def test_sentences_quote_the_policy_and_repeat_none_of_its_numbers() -> None:
    found: dict[str, set[str]] = {}
    for room in ROOMS:
        for path in sorted([*(SOURCE / room).rglob("*.py"), *(SOURCE / room).rglob("*.html")]):
            said = {match.lower() for text in sentences(path) for match in PERIOD.findall(text)}
            if said:
                found[path.relative_to(SOURCE).as_posix()] = said
    assert {
        path: said - OURS.get(path, set()) for path, said in found.items() if said - OURS.get(path, set())
    } == {}


def test_every_exception_is_one() -> None:
    for path, phrases in OURS.items():
        said = {match.lower() for text in sentences(SOURCE / path) for match in PERIOD.findall(text)}
        assert phrases <= said, path


def test_a_quote_is_the_files_own_number() -> None:
    billing = next(line for line in load().kept if line.id == "billing")
    assert quote("kept {billing}") == f"kept {billing.years} years"
