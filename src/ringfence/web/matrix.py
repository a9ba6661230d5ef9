"""Every address of the console, of the API and of calls in a browser, and who may do what there: drawn from the code's own
declarations and the table of roles. docs/roles.md is printed from it; each cell is tried against the application.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.urls import URLPattern, get_resolver

from ringfence.apps.accounts.access import SCOPES, TABLE, Action
from ringfence.apps.accounts.models import Role
from ringfence.web.access import Access, Who

API: Final = "/api/v1"
_KIND: Final = re.compile(r"(?<=\{)\w+:")  # of a gap in an address


class Undeclared(Exception):
    """A route that says nothing of whom it is for. Give its view `needs`, `needs_person` or `anyone` (`web.viewer`)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address. `asks` is the action, or whom it is for without one."""

    name: str
    method: str
    path: str
    asks: Action | Who

    def lets(self, role: Role) -> bool:
        """Whether a member with this role is let in; a key with it, too, where the address is the API's."""
        if isinstance(self.asks, Action):
            return role in TABLE[self.asks].roles
        return self.asks not in {Who.CARRIER, Who.OPERATOR, Who.STAFF}


def pages() -> Iterator[Route]:
    """Of the console and of the public pages. Raises Undeclared."""
    for each in get_resolver().url_patterns:
        if isinstance(each, URLPattern):
            access = _access(each.callback, str(each.name))
            for method in _methods(each.callback):
                yield Route(str(each.name), method, f"/{each.pattern}", access.of(method))


def operations() -> Iterator[Route]:
    """Of the API. Raises Undeclared."""
    from ringfence.web.api.v1 import api

    for prefix, router in api._routers:  # noqa: SLF001 - ninja has no public way to its operations
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    whole = f"{API}{prefix}{path}"
                    name = f"{method} {_KIND.sub('', prefix + path)}"
                    yield Route(name, method, whole, _access(operation.view_func, name).of(method))


# The media process has no pages: its streams are admitted by what a page, a carrier or the command line was given before.
STREAMS: Final = (
    Route("talk", "WebSocket", "/media/web/<ticket>", Action.PLACE_CALLS),
    Route("carrier", "WebSocket", "/media/twilio/<connection>", Who.CARRIER),
    Route("loopback", "WebSocket", "/media/loopback/<ticket>", Who.OPERATOR),
)


def routes() -> list[Route]:
    """All of them."""
    return [*pages(), *operations(), *STREAMS]


def markdown() -> str:
    """docs/roles.md."""
    return "\n".join([*_head(), *_actions(), *_scopes(), *_routes("## Pages", pages()), *_routes("## The API", operations()),
                      *_routes("## Calls in progress", STREAMS)]) + "\n"  # fmt: skip


def _access(view: Any, name: str) -> Access:
    found: Access | None = getattr(view, "access", None)
    if found is None:
        raise Undeclared(
            f"{name} says nothing of whom it is for. Give its view `needs`, `needs_person` or `anyone`."
        )
    return found


def _methods(view: Any) -> tuple[str, ...]:
    """What `require_http_methods` and its kind take, which Django keeps in what they wrap around a view; both, for a view without."""
    while view is not None:
        taken = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if taken is not None:
            return tuple(each for each in taken if each != "HEAD")
        view = getattr(view, "__wrapped__", None)
    return ("GET", "POST")


def _head() -> list[str]:
    return [
        "# Who may do what",
        "",
        "Printed from the table in `apps/accounts/access.py` and from what each route says of itself; `make docs` does it. Every cell is",
        "tried against the running application, and a route that says nothing of itself fails the build.",
        "",
    ]  # fmt: skip


def _actions() -> list[str]:
    lines = [
        "## Roles",
        "",
        f"| action | on | {' | '.join(_word(role) for role in Role)} |",
        f"|---|---|{'---|' * len(Role)}",
    ]
    for action, line in TABLE.items():
        cells = " | ".join("yes" if role in line.roles else "" for role in Role)
        lines.append(f"| {_word(action)} | {', '.join(line.on)} | {cells} |")
    return [*lines, ""]


def _scopes() -> list[str]:
    lines = ["## Scopes of keys", "", "| scope | leaves of the key's role |", "|---|---|"]
    for scope, left in SCOPES.items():
        named = ", ".join(_word(action) for action in TABLE if action in left)
        lines.append(f"| `{scope.value}` | {'all of it' if left == frozenset(Action) else named} |")
    return [*lines, ""]


def _routes(title: str, found: Iterator[Route] | tuple[Route, ...]) -> list[str]:
    lines = [
        title,
        "",
        f"| address | | asks for | {' | '.join(_word(role) for role in Role)} |",
        f"|---|---|---|{'---|' * len(Role)}",
    ]
    told = {(each.path, each.method): each for each in found}  # one address may have two names
    for _, each in sorted(told.items()):
        cells = " | ".join("yes" if each.lets(role) else "" for role in Role)
        address = _KIND.sub("", each.path.replace("<", "{").replace(">", "}"))
        lines.append(f"| `{address}` | {each.method} | {_word(each.asks)} | {cells} |")
    return [*lines, ""]


def _word(name: Action | Who | Role) -> str:
    return name.value.replace("_", " ")
