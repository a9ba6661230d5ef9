"""The menu: the map of the console, with built pages only, and only what the viewer may open."""

from dataclasses import dataclass
from typing import Final

from ringfence.web.access import Action
from ringfence.web.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    path: str
    action: Action
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    items: tuple[Item, ...]


MAP: Final = (
    Group(
        "Build",
        (Item("Agents", "/agents/", Action.SEE_AGENTS), Item("Numbers", "/numbers/", Action.SEE_NUMBERS)),
    ),
    Group("Learn", (Item("Call Logs", "/learn/calls/", Action.SEE_CALLS),)),
    Group(
        "Privacy",
        (
            Item("Who looked", "/audit/", Action.SEE_AUDIT),
            Item("Who received what", "/recipients/", Action.SEE_RECIPIENTS),
            Item("Receipts", "/receipts/", Action.SEE_CALLS),
            Item("Consent", "/consents/", Action.SEE_AUDIT),
            Item("Retention & holds", "/retention/", Action.SEE_HOLDS),
            Item("Support", "/support/", Action.SEE_SUPPORT),
        ),
    ),
    Group(
        "Settings",
        (
            Item("Plan", "/settings/plan/", Action.SEE_PLAN),
            Item("Billing", "/settings/billing/", Action.SEE_PLAN),
            Item("Usage", "/settings/usage/", Action.SEE_PLAN),
            Item("Company", "/settings/company/", Action.EDIT_COMPANY),
            Item("Members", "/settings/members/", Action.SEE_MEMBERS),
            Item("Ways in", "/settings/sign-in/", Action.EDIT_SIGN_IN),
            Item("Engines", "/settings/engines/", Action.EDIT_AGENTS),
            Item("API keys", "/settings/keys/", Action.EDIT_KEYS),
        ),
    ),
)


_OPERATORS: Final = (
    ("Support", (("Requests", "/operator/"),)),
    ("Customers", (("Accounts", "/operator/accounts/"), ("Abuse", "/operator/abuse/"))),
    (
        "Installation",
        (
            ("Health", "/operator/health/"),
            ("Analytics", "/operator/analytics/"),
            ("Staff", "/operator/staff/"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the operator's console. There are no roles in it."""

    label: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class Places:
    label: str
    items: tuple[Place, ...]


def operator_menu(path: str) -> tuple[Places, ...]:
    """The operator's console; the page being looked at is marked."""

    def here(where: str) -> bool:
        if where == "/operator/":
            return path == where or path.startswith(("/operator/requests/", "/operator/access/"))
        return path.startswith(where)

    return tuple(
        Places(label, tuple(Place(name, where, here(where)) for name, where in places))
        for label, places in _OPERATORS
    )


def menu(viewer: Viewer, path: str) -> tuple[Group, ...]:
    """The groups with something in them for this viewer; the page being looked at is marked."""
    groups = []
    for group in MAP:
        items = tuple(
            Item(i.label, i.path, i.action, path.startswith(i.path))
            for i in group.items
            if viewer.may(i.action)
        )
        if items:
            groups.append(Group(group.label, items))
    return tuple(groups)
