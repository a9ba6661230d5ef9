"""The catalogue against the code: nothing calls itself what it is not, everybody can be found, nothing is undeclared."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from ringfence.boot import logs
from ringfence.policy.catalogue import Field, Holding, Kind, Place, PlaceKind, catalogue, lapsed
from ringfence.policy.errors import Undeclared
from ringfence.web.remembered import count
from tests.guards.test_house import SOURCE, python_files

TABLES = catalogue().of(PlaceKind.TABLE)
LONGEST_CODE = 200

# What whoever steals a serving login's password reads of people in calls: people's, carriers' or engines' words in the
# clear. Ids, moments, counts and words of closed lists come to it. A line more here is a decision.
IN_THE_CLEAR = {
    ("calls_call", "agent_slug"), ("calls_call", "carrier_call_id"), ("calls_call", "periods"), ("calls_call", "disclosure"),
    ("calls_call", "consent"), ("calls_call", "problems"), ("calls_call", "costs"), ("calls_call", "timings"),
    ("calls_erasure", "places"), ("procrastinate_jobs", "args"),
}  # fmt: skip

# Who is found by the column of a road's end; every other column of a road leads to a table that has one of these.
PEOPLE = {"id", "user_id", "created_by", "published_by", "account_id"}


def columns() -> Iterator[tuple[Place, Field]]:
    for place in TABLES.values():
        for field in place.fields.values():
            yield place, field


def ours() -> Iterator[tuple[Field, Any]]:
    """Declared columns of our own models, each with Django's field."""
    for model in apps.get_models():
        if model.__module__.startswith("ringfence."):
            place = TABLES[model._meta.db_table]
            for field in model._meta.local_concrete_fields:
                yield place.fields[str(field.column)], field


@pytest.mark.parametrize(("declared", "field"), [pytest.param(d, f, id=str(f)) for d, f in ours()])
def test_a_column_is_of_the_kind_that_it_is_declared_as(declared: Field, field: Any) -> None:
    """Free text cannot pass for something that may be logged or be operational."""
    if declared.kind is Kind.WORD:
        assert field.choices, (
            "a word is one of a closed list: give the field its choices, or declare it otherwise"
        )
    if declared.kind is Kind.CODE and isinstance(field, models.CharField):
        assert not isinstance(field, models.EmailField | models.URLField)
        assert field.max_length is not None
        assert field.max_length <= LONGEST_CODE, "a code is short and made by us"
    if isinstance(field, models.TextField | models.JSONField):
        assert declared.kind in {Kind.TEXT, Kind.DOCUMENT, Kind.PUBLISHED}
    if isinstance(field, models.BinaryField) and "sealed" in field.name:
        assert declared.kind is Kind.SEALED


def test_what_a_stolen_password_reads_of_people_in_calls_is_exactly_this() -> None:
    found = {
        (place.name, field.name)
        for place, field in columns()
        if field.kind.free and field.facets.category is Holding.CALL
    }
    assert found == IN_THE_CLEAR


def test_only_published_words_of_ours_call_themselves_published() -> None:
    tables = {place.name for place, field in columns() if field.kind is Kind.PUBLISHED}
    assert tables <= {"policies_enforcedpolicy", "assurance_measurement"}


def test_no_operational_place_can_hold_peoples_words() -> None:
    for place in catalogue().places:
        if place.facets.category is Holding.OPERATIONAL:
            assert not [field.name for field in place.fields.values() if field.kind.free], place.name
            assert place.why
            assert place.until


def test_every_exemption_ends() -> None:
    assert lapsed(catalogue(), date(2026, 11, 23)) == []
    exempt = [place for place in catalogue().places if place.facets.category is Holding.OPERATIONAL]
    assert lapsed(catalogue(), date(2040, 1, 1)) == exempt


@pytest.mark.parametrize("place", [pytest.param(p, id=p.name) for p in TABLES.values() if p.reach])
def test_a_road_leads_from_a_person_to_every_personal_table(place: Place) -> None:
    for column in place.reach:
        field = place.fields[column]
        assert field.kind in {Kind.ID, Kind.INDEX}, f"{place.name}.{column} finds nobody"
        if field.kind is Kind.INDEX or column in PEOPLE:
            continue
        target = TABLES[leads_to(column)]
        assert target.reach or target.unreachable
        assert set(target.reach) & PEOPLE or any(target.fields[c].kind is Kind.INDEX for c in target.reach)


def leads_to(column: str) -> str:
    """The table whose id a column holds."""
    owners = [
        t for t in TABLES if t.endswith(f"_{column.removesuffix('_id')}") and not t.startswith("django_")
    ]
    assert len(owners) == 1, f"{column}: which table is that?"
    return owners[0]


def test_whoever_is_not_reachable_is_listed_with_a_reason() -> None:
    for place in catalogue().places:
        if place.facets.category in {Holding.OPERATIONAL, Holding.OPERATOR}:
            continue
        assert place.reach or len(place.unreachable or "") > 30, place.name


def test_logs_hold_what_is_declared_and_nothing_that_must_not_be_logged() -> None:
    declared = catalogue().of(PlaceKind.LOG)["lines"].fields
    assert set(declared) == set(logs.DECLARED)
    assert all(field.loggable for field in declared.values())


def sources() -> Iterator[tuple[Path, str]]:
    for path in python_files():
        yield path, path.read_text()


def test_every_kind_of_key_is_declared_and_made() -> None:
    """Epochs are named `kind/name`, in functions whose names end with `_epoch`; other objects of the keyring by constants."""
    made, words = set(), set()
    for _path, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.endswith("_epoch"):
                made |= {
                    w for each in ast.walk(node) if isinstance(each, ast.JoinedStr) for w in first_words(each)
                }
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                words.add(node.value)
    declared = set(catalogue().of(PlaceKind.EPOCH))
    assert made
    assert made <= declared
    assert declared - made <= words


def first_words(made: ast.JoinedStr) -> Iterator[str]:
    first = made.values[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and "/" in first.value:
        yield first.value.partition("/")[0]


def test_every_family_of_cache_keys_is_declared() -> None:
    users = {str(path.relative_to(SOURCE)) for path, text in sources() if "django.core.cache" in text}
    assert users == {"web/remembered.py"}
    asked = re.compile(r'(?<![\w.])(?:count\(|demand\(PlaceKind.CACHE, )"([a-z-]+)"[,)]')
    families = {name for _path, text in sources() for name in asked.findall(text)}
    assert families == set(catalogue().of(PlaceKind.CACHE))
    with pytest.raises(Undeclared):
        count("visitors", "somebody", 60)


def test_every_task_and_its_arguments_are_declared() -> None:
    tasks = {}
    for _path, text in sources():
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for mark in node.decorator_list:
                name = task_name(mark)
                if name is not None:
                    tasks[name] = {each.arg for each in node.args.args} - {"timestamp"}
    declared = {name: set(place.fields) - {""} for name, place in catalogue().of(PlaceKind.JOB).items()}
    assert tasks == declared


def task_name(mark: ast.expr) -> str | None:
    if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == "task":
        for word in mark.keywords:
            if word.arg == "name" and isinstance(word.value, ast.Constant):
                return str(word.value.value).removeprefix("ringfence.")
    return None


def test_every_prefix_of_the_object_store_is_declared() -> None:
    """Prefixes are constants named PREFIX, beside the code that stores; `Objects.put` refuses any other."""
    module = (SOURCE / "apps" / "calls" / "objects.py").read_text()
    assert set(re.findall(r'^PREFIX: Final = "(\w+)"', module, re.MULTILINE)) <= set(
        catalogue().of(PlaceKind.OBJECT)
    )
    assert "demand(PlaceKind.OBJECT" in module


def test_whoever_opens_call_content_asks_first_whether_the_purpose_may() -> None:
    """One search finds them: nobody else may import what opens. Two of them open the numbers of a call in progress."""
    openers = {
        str(path.relative_to(SOURCE))
        for path, text in sources()
        if re.search(
            r"^from ringfence\.apps\.calls\.content import[^)]*?open_(?:json|bytes)", text, re.MULTILINE
        )
    }
    assert openers == {
        "apps/calls/released.py", "apps/calls/reveal.py", "work/aftercall/finding.py", "work/aftercall/run.py", "work/desk.py",
        "work/live.py",
    }  # fmt: skip
    for opener in openers:
        assert "check_purpose(" in (SOURCE / opener).read_text(), opener
