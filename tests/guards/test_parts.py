"""The bill of materials names what the lock names and nothing else, each part with its licence."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COPYLEFT = re.compile(r"\bA?GPL|(?<!Lesser )General Public License", re.IGNORECASE)


def made() -> str:
    return subprocess.run(
        [sys.executable, "scripts/sbom.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(made())
    return document


def test_it_names_what_the_lock_names_and_nothing_else(bill: dict[str, Any]) -> None:
    locked = set(
        re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / "lock" / "run.txt").read_text(), re.MULTILINE)
    )
    assert len(locked) > 50
    assert {(each["name"], each["version"]) for each in bill["components"]} == locked
    assert len(bill["components"]) == len(locked)


def test_every_part_has_a_licence_and_copyleft_is_kept_apart(bill: dict[str, Any]) -> None:
    for each in bill["components"]:
        assert each["licenses"], each["name"]
    said = {each["name"] for each in bill["components"] if COPYLEFT.search(json.dumps(each["licenses"]))}
    assert said == {"espeakng-loader"}, "docs/decisions/0004-copyleft-kept-apart.md"


def test_who_needs_whom_leads_to_parts_that_are_there(bill: dict[str, Any]) -> None:
    own = bill["metadata"]["component"]["bom-ref"]
    known = {own, *(each["bom-ref"] for each in bill["components"])}
    graph = {each["ref"]: set(each["dependsOn"]) for each in bill["dependencies"]}
    assert set(graph) == known
    assert set().union(*graph.values()) <= known
    assert any(each.startswith("pkg:pypi/django@") for each in graph[own])
    assert len({each["bom-ref"] for each in bill["components"]}) == len(bill["components"])


def test_the_same_lock_gives_the_same_bytes(bill: dict[str, Any]) -> None:
    assert json.loads(made()) == bill
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_nothing_of_it_says_where_parts_are_fetched_from(bill: dict[str, Any]) -> None:
    assert "://" not in json.dumps(bill)
