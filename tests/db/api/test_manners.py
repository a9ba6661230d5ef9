"""What a program may send and ask that nobody thought of: it is told, and nothing is guessed."""

import json
from http import HTTPStatus

import pytest
from django.test import Client

from tests.db.api.conftest import Developer, content
from tests.db.api.test_calls import problem
from tests.support.office import Office

BYE = "kind: guided\nsteps:\n  - id: bye\n    end: Goodbye.\n"


def test_a_field_that_is_misspelt_is_refused_and_changes_nothing(dev: Developer, office: Office) -> None:
    agent = office.agent()
    assert dev.ask("PUT", f"agents/{agent}/periods", {"recording": 7}).status_code == HTTPStatus.OK
    told = problem(dev.ask("PUT", f"agents/{agent}/periods", {"recordings": 1}), 422)
    assert told["errors"][0]["path"] == "body.recordings"
    assert json.loads(dev.get(f"agents/{agent}/periods").content)["recording"] == 7


@pytest.mark.parametrize("hidden", ["\\0", "\\x1b", "\\uD800"])
def test_a_name_that_is_no_text_is_a_problem_with_its_line(
    dev: Developer, office: Office, hidden: str
) -> None:
    made = dev.post("agents", {"slug": "odd", "definition": f'name: "a{hidden}b"\n{BYE}'})
    assert made.status_code == HTTPStatus.CREATED
    assert json.loads(made.content)["problems"][0]["line"] == 1


@pytest.mark.parametrize("asked", ["%00", "...", "%E2%98%83"])
def test_a_search_without_a_word_finds_nothing_by_saying_so(
    dev: Developer, office: Office, asked: str
) -> None:
    office.call()
    assert problem(dev.get(f"calls?q={asked}"), 400)["code"] == "bad_filter"


def test_head_is_get_without_its_body(dev: Developer, office: Office) -> None:
    call = office.call()
    for path in ("calls", f"calls/{call}", f"calls/{call}/recording"):
        whole, head = dev.get(path), dev.ask("HEAD", path)
        assert head.status_code == whole.status_code == HTTPStatus.OK
        assert head["Content-Type"] == whole["Content-Type"]
        assert content(head) == b""
    assert int(head["Content-Length"]) == len(content(whole))
    assert dev.ask("HEAD", "calls/nothing").status_code == HTTPStatus.NOT_FOUND


def test_a_range_behind_the_end_is_a_problem_that_says_where_it_is(dev: Developer, office: Office) -> None:
    answer = dev.get(f"calls/{office.call()}/recording", range="bytes=99999999-")
    assert problem(answer, 416)["code"] == "out_of_range"
    assert answer["Content-Range"].startswith("bytes */")


def test_a_range_that_ends_before_it_begins_is_as_if_it_were_not_there(
    dev: Developer, office: Office
) -> None:
    answer = dev.get(f"calls/{office.call()}/recording", range="bytes=5-2")
    assert answer.status_code == HTTPStatus.OK
    assert "Content-Range" not in answer


@pytest.mark.parametrize("path", ["/", "/api/v1/calls"])
def test_a_name_that_is_not_ours_says_which_is(office: Office, path: str) -> None:
    answer = Client(raise_request_exception=False).get(path, secure=True, SERVER_NAME="192.0.2.7")
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert b"RINGFENCE_PUBLIC_URL" in answer.content
    assert b"https://localhost" in answer.content
