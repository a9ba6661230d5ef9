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
