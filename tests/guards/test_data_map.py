"""The pages that are made from the policy and the catalogue say what these say now."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ringfence.boot.cli import main
from ringfence.policy import load
from ringfence.policy.catalogue import Holding, PlaceKind, catalogue
from ringfence.policy.values import Acting

DOCS = Path(__file__).parents[2] / "docs"


def printed(*arguments: str, command: str = "datamap") -> str:
    done = CliRunner().invoke(main, [command, *arguments])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("page", "arguments"), [("data-map.md", ()), ("records-of-processing.md", ("--records",))]
)
def test_the_page_is_what_is_declared(page: str, arguments: tuple[str, ...]) -> None:
    assert (DOCS / page).read_text() == printed(*arguments), (
        "Run `make docs`, look at what changed, and commit it."
    )


def test_the_matrix_is_what_the_table_and_the_routes_say() -> None:
    assert (DOCS / "roles.md").read_text() == printed(command="roles"), (
        "Run `make docs`, look at what changed, and commit it."
    )


def test_the_map_has_every_place_and_every_field() -> None:
    text = printed()
    for place in catalogue().places:
        _, found, section = text.partition(f"### {place.name}\n")
        assert found, place.name
        section = section.partition("\n### ")[0]
        for name in filter(None, place.fields):
            assert f"| {name} |" in section, f"{place.name}.{name}"


def test_the_records_have_every_activity_on_its_side_and_every_personal_table() -> None:
    text = printed("--records")
    controller, _, processor = text.partition("## As processor")
    for activity in load().activities:
        side = controller if activity.acting is Acting.CONTROLLER else processor
        assert f"### {activity.text}\n" in side
    for place in catalogue().of(PlaceKind.TABLE).values():
        if place.facets.category not in {Holding.OPERATIONAL, Holding.OPERATOR}:
            assert place.name in text, place.name
