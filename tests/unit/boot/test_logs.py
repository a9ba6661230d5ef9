"""Logs: declared keys alone, and never what a failure said."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from ringfence.boot import logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    before = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:], logging.root.level = before
    logging.captureWarnings(capture=False)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_names_its_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test")
    structlog.get_logger().info("a call began", call_id="1")
    (line,) = lines(capsys)
    assert (line["event"], line["role"], line["call_id"], line["level"]) == (
        "a call began",
        "test",
        "1",
        "info",
    )


def test_an_undeclared_key_stops_its_line_and_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test")
    structlog.get_logger().info("a call began", caller="+15550100")
    (line,) = lines(capsys)
    assert line["code"] == "caller"
    assert "+15550100" not in json.dumps(line)


def test_a_failure_is_logged_by_where_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test")
    try:
        int("the words of a caller")
    except ValueError:
        structlog.get_logger().exception("a step failed")
    (line,) = lines(capsys)
    assert "ValueError at" in line["exception"]
    assert "the words" not in json.dumps(line)


def test_a_librarys_line_comes_without_its_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test")
    logging.getLogger("library").warning("could not call %s", "+15550100")
    (line,) = lines(capsys)
    assert line["logger"] == "library"
    assert "+15550100" not in json.dumps(line)


def test_the_last_words_of_a_process(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("test")
    with pytest.raises(SystemExit), logs.last_words():
        raise KeyError("the words of a caller")
    (line,) = lines(capsys)
    assert "KeyError" in line["exception"]
    assert "the words" not in json.dumps(line)
