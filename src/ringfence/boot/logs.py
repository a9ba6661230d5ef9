"""Logs as JSON lines on standard error. Keys are declared here, messages are static, and nothing of a call is in them.

A key that is not declared stops the line: it is replaced by the names of what was refused, never by its values.
"""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Final

import structlog

from ringfence.core.errors import RingfenceError

# key → what it holds. None of it is content, a name, an address of a person or a number of a telephone.
DECLARED: Final = {
    "event": "the static message",
    "level": "how serious",
    "timestamp": "when, UTC",
    "logger": "which module",
    "role": "which process of the installation",
    "pid": "process id of a child",
    "code": "an error's stable code",
    "exit": "exit status of a child",
    "call_id": "id of a call",
    "account_id": "id of an account",
    "job": "name of a job",
    "job_id": "number of a job",
    "attempt": "which try this is",
    "count": "how many",
    "seconds": "how long",
    "calls": "how many calls",
    "reference": "what a person was asked to quote",
    "route": "name of a route, never its path",
    "status": "HTTP status",
    "exception": "type names and source lines of a failure, never its message",
}


def _declared_only(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    refused = sorted(key for key in line if key not in DECLARED)
    if refused:
        return {"event": "log line refused: undeclared keys", "level": "error", "code": ",".join(refused)}
    return line


def _without_messages(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A failure's message may quote what it failed on: keep where it happened, drop what it says."""
    info = line.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        line["exception"] = describe(error)
    return line


def describe(error: BaseException) -> str:
    """An error by its type and the lines it passed through."""
    steps, trace = [], error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if not path.startswith("<"):
            ours = "/ringfence/" in path
            place = path.rsplit("/ringfence/", 1)[-1] if ours else "/".join(path.rsplit("/", 2)[-2:])
            steps.append(f"{place}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__module__}.{type(error).__qualname__} at {' < '.join(reversed(steps[-12:]))}"


class _Standard(logging.Handler):
    """Lines of libraries: their logger and level, and their template without the values filled in."""

    def emit(self, record: logging.LogRecord) -> None:
        line = structlog.get_logger().bind(logger=record.name)
        line.log(record.levelno, "library message", exc_info=record.exc_info or None)


@contextmanager
def last_words() -> Iterator[None]:
    """The edge of a process: what ends it is logged by where it happened, and its message is not."""
    try:
        yield
    except RingfenceError as error:
        structlog.get_logger().error("the process cannot go on", code=error.code)
        raise
    except Exception as error:  # noqa: BLE001 - edge: the process ends here
        structlog.get_logger().error("the process failed", exc_info=error)
        sys.exit(1)


def configure(role: str) -> None:
    """Set up this process's logs; `role` is in every line. A command answers a person: it logs what went wrong, and no more."""
    least = logging.WARNING if role == "command" else logging.INFO
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _without_messages,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _declared_only,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(role=role)
    logging.basicConfig(handlers=[_Standard()], level=logging.WARNING, force=True)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # that an address does not exist is no news
    logging.captureWarnings(capture=True)
