"""The catalogue's files are understood wholly or refused with file, line and reason; comparing misses nothing."""

from importlib.resources import files

import pytest

from ringfence.policy import BadPolicy, Undeclared, load
from ringfence.policy.catalogue import Kind, PlaceKind, catalogue, compare, demand, explain, read
from ringfence.policy.catalogue.compare import fitting

PERSONAL = """[table.leads]
holds = "People to be called."
category = "contact"
whose = "caller"
purposes = ["service"]
retention = "contact"
erasure = "deleted"
exported = true
reach = ["number_index"]

[table.leads.fields]
id = "id"
name = "text"
number_index = { kind = "index", exported = false }
"""
OPERATIONAL = """[table.ticks]
holds = "When the clock was looked at."
category = "operational"
whose = "nobody"
purposes = []
retention = "installation"
erasure = "nothing"
exported = false
why = "Moments alone."
until = 2029-01-01

[table.ticks.fields]
at = "moment"
"""


def declared(source: str) -> object:
    return read({"leads.toml": source}, load())


def test_a_place_says_for_its_fields_what_they_do_not_say_themselves() -> None:
    place = read({"leads.toml": PERSONAL}, load()).of(PlaceKind.TABLE)["leads"]
    assert place.fields["name"].facets == place.facets
    assert place.facets.exported
    assert not place.fields["number_index"].facets.exported
    assert place.fields["number_index"].sealed
    assert not place.fields["name"].loggable
    assert place.fields["id"].loggable


@pytest.mark.parametrize(
    ("source", "old", "new", "at", "reason"),
    [
        (PERSONAL, 'category = "contact"', 'category = "leads"', "category", "not one of"),
        (PERSONAL, 'whose = "caller"', "", "[table.leads]", "needs 'whose'"),
        (PERSONAL, 'retention = "contact"', 'retention = "forever"', "retention", "no line of the policy"),
        (PERSONAL, 'retention = "contact"', 'retention = "installation"', "retention", "only operational"),
        (PERSONAL, '["service"]', '["advertising"]', "purposes", "not a purpose"),
        (PERSONAL, '["service"]', '["billing"]', "purposes", "does not allow contact data"),
        (PERSONAL, '["service"]', "[]", "purposes", "serves a purpose"),
        (PERSONAL, '["service"]', "[3]", "purposes", "list of texts"),
        (PERSONAL, 'erasure = "deleted"', 'erasure = "kept"', "erasure", "'ground' says why"),
        (PERSONAL, 'erasure = "deleted"', 'erasure = "nothing"', "erasure", "erasure does something"),
        (PERSONAL, "exported = true", "exported = 1", "exported", "true or false"),
        (PERSONAL, 'reach = ["number_index"]', "", "[table.leads]", "either 'reach' or 'unreachable'"),
        (PERSONAL, 'reach = ["number_index"]', 'reach = ["id"]\nunreachable = "x"', "[table.leads]", "not both"),
        (PERSONAL, 'name = "text"', 'name = "words"', "name", "not one of"),
        (PERSONAL, 'name = "text"', 'name = { kind = "text", sealed = true }', "name", "has no 'sealed'"),
        (PERSONAL, 'name = "text"', 'name = { kind = "text", category = "operational" }', "name", "cannot be operational"),
        (PERSONAL, 'name = "text"', 'name = { kind = "text", purposes = ["billing"] }', "name", "does not allow"),
        (PERSONAL, 'name = "text"', 'name = { kind = "text", loggable = true }', "name", "no log may hold"),
        (PERSONAL, "[table.leads]", "[tables.leads]", "[tables.leads]", "is none of"),
        (PERSONAL, "exported = true", "exported = true\nsold = false", "sold", "has no 'sold'"),
        (OPERATIONAL, 'why = "Moments alone."', "", "[table.ticks]", "needs 'why'"),
        (OPERATIONAL, "until = 2029-01-01", "", "[table.ticks]", "needs 'until'"),
        (OPERATIONAL, "until = 2029-01-01", 'until = "some day"', "until", "must be"),
        (OPERATIONAL, 'at = "moment"', 'at = "text"', "at = ", "cannot be operational"),
        (OPERATIONAL, 'at = "moment"', 'at = "document"', "at = ", "cannot be operational"),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_file_and_line(source: str, old: str, new: str, at: str, reason: str) -> None:
    assert old in source
    text = source.replace(old, new, 1)
    with pytest.raises(BadPolicy) as refused:
        declared(text)
    assert reason in refused.value.reason
    assert refused.value.file == "leads.toml"
    line = text.splitlines()[refused.value.line - 1]
    assert line.startswith(at.rstrip()), f"line {refused.value.line}: {line}"


def test_a_log_may_be_forbidden_what_its_kind_would_allow() -> None:
    text = PERSONAL.replace('id = "id"', 'id = { kind = "id", loggable = false }', 1)
    place = read({"leads.toml": text}, load()).of(PlaceKind.TABLE)["leads"]
    assert not place.fields["id"].loggable


def test_nothing_is_declared_twice() -> None:
    with pytest.raises(BadPolicy, match=r"declared in a\.toml, too"):
        read({"a.toml": PERSONAL, "b.toml": PERSONAL}, load())


def test_what_differs_is_said_with_the_lines_to_add() -> None:
    known = read({"leads.toml": PERSONAL}, load())
    same = {"leads": {"id": "uuid", "name": "character varying(200)", "number_index": "bytea"}}
    assert compare(known, same) == []
    live = {"leads": {**same["leads"], "phone": "text"}, "leads_list": {"id": "uuid", "made": "date"}}
    del live["leads"]["name"]
    told = explain(compare(known, live), known, live)
    assert "leads.name is declared in leads.toml and is not there" in told
    assert 'Add to [table.leads.fields] in leads.toml:\n    phone = "text"' in told
    assert '    [table.leads_list.fields]\n    id = "id"\n    made = "moment"' in told


@pytest.mark.parametrize("kind", Kind)
def test_a_type_that_nobody_knows_is_taken_for_content(kind: Kind) -> None:
    """A new type of column holds words or structures until someone says what it fits."""
    assert (kind in fitting("hstore")) is (kind in {Kind.WORD, Kind.DOCUMENT})


def test_demand_refuses_what_is_not_declared_or_holds_something_else() -> None:
    place = catalogue().of(PlaceKind.JOB)["after_call"]
    assert demand(PlaceKind.JOB, "after_call", ["mac", "call_id", "account_id"]) is place
    for name, fields in (
        ("sell", None),
        ("after_call", ["call_id"]),
        ("after_call", [*place.fields, "number"]),
    ):
        with pytest.raises(Undeclared):
            demand(PlaceKind.JOB, name, fields)
    with pytest.raises(Undeclared):
        demand(PlaceKind.OBJECT, "exports-of-nobody")


def test_the_files_are_shipped_with_how_to_write_them() -> None:
    names = {file.name for file in files("ringfence.policy.catalogue").iterdir()}
    assert {"declare.md", "accounts.toml", "calls.toml", "framework.toml"} <= names
