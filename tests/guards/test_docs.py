"""The documentation says what there is: every command, setting, route, key of a definition and promise; no more."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from ringfence.boot.cli import main
from ringfence.boot.environment import VARIABLES
from ringfence.core.agent.answers import Choice, Date, Digits, Number, Phone, Text, Time, YesNo
from ringfence.core.agent.model import (
    MODELS,
    Argument,
    Capture,
    Disclosure,
    Phrases,
    Recording,
    Tool,
    Turns,
    Voicemail,
)
from ringfence.core.agent.steps import VERBS, Faq, Way

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text()


def commands(group: click.Group, name: str = "ringfence") -> Iterator[str]:
    for each, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {each}")
        else:
            yield f"{name} {each}"


@pytest.mark.parametrize("command", sorted(commands(main)))
def test_every_command_is_in_the_readme(command: str) -> None:
    named = re.findall(r"`(ringfence [^`]*)`|`([a-z-]+)`", read("README.md"))
    spelt = {line for line, _ in named} | {word for _, word in named}
    *head, last = command.split()
    assert any(line.startswith(command) for line in spelt) or (
        len(head) > 1 and last in spelt and any(line.startswith(" ".join(head)) for line in spelt)
    ), f"say in the README what `{command}` does"


def test_every_setting_is_in_the_readme_and_no_other() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", read("README.md"), re.MULTILINE)
    assert sorted(rows) == sorted(VARIABLES)


def test_every_target_of_make_is_in_the_readme() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.MULTILINE)) - {
        "help",
        "dev",
        "check",
        "clean",
    }
    assert targets <= set(re.findall(r"`make ([a-z-]+)`", read("README.md")))


def test_every_route_of_the_api_is_documented_and_no_other() -> None:
    from ringfence.web.api.v1 import api

    real = {
        (method.upper(), path)
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    told = {
        (method, path)
        for methods, path in re.findall(
            r"^\| ((?:`[A-Z]+`, )*`[A-Z]+) (/api/v1/[^`]*)` \|", read("docs/api.md"), re.MULTILINE
        )
        for method in re.findall("[A-Z]+", methods)
    }
    assert told == real


@pytest.mark.parametrize(
    "model",
    [*MODELS.values(), *VERBS.values(), Disclosure, Recording, Turns, Phrases, Voicemail, Tool, Argument, Capture, Faq, Way,
     YesNo, Choice, Number, Digits, Date, Time, Phone, Text],
    ids=lambda model: model.__name__,
)  # fmt: skip
def test_every_key_of_a_definition_is_documented(model: type[BaseModel]) -> None:
    text = read("docs/agents.md")
    silent = {"also"}  # filled in by the platform
    missing = [
        key
        for key in set(model.model_fields) - silent
        if not re.search(rf"`[^`]*\b{key}\b[^`]*`|\b{key}:", text)
    ]
    assert not missing


def test_links_between_documents_lead_somewhere() -> None:
    files = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    broken = [
        f"{name} → {target}"
        for name in files
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(name))
        if not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert not broken


def test_every_decision_is_in_the_list() -> None:
    listed = set(re.findall(r"\((\d{4}-[^)]+\.md)\)", read("docs/decisions/README.md")))
    assert listed == {path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
