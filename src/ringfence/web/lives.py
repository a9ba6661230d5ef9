"""Plans and holds for pages and the API alike: over this process's own connection, told in plain values."""

from typing import Any

from ringfence.apps.accounts.terms import Standing
from ringfence.apps.keys.wiring import vault
from ringfence.lifecycle.doors import DjangoTransactions
from ringfence.lifecycle.holds.holds import HoldFacts, Holds
from ringfence.lifecycle.plans.changing import Plans, Preview


def plans() -> Plans:
    return Plans(DjangoTransactions(), vault())


def holds() -> Holds:
    return Holds(DjangoTransactions(), vault())


def standing_document(known: Standing) -> dict[str, Any]:
    """An account's plan and life."""
    change = known.term.changes()
    return {
        "plan": known.plan.value,
        "next": {"plan": change[0].value, "begins_at": change[1], "calls_shown": known.shown} if change else None,
        "following": known.follow_at is not None,
        "cancelled_at": known.cancelled_at,
        "erased_after": known.erase_after,
    }  # fmt: skip


def preview_document(found: Preview) -> dict[str, Any]:
    """What a lower plan would do."""
    return {
        "plan": found.plan.value, "begins_at": found.at, "destroys_calls": found.destroys,
        "shortens_calls": found.sooner, "oldest_destroyed_ended_at": found.oldest,
    }  # fmt: skip


def hold_document(hold: HoldFacts) -> dict[str, Any]:
    """A legal hold."""
    return {
        "id": str(hold.id), "names": hold.names.value, "agent_id": hold.agent_id, "number": hold.number,
        "calls": hold.calls, "reason": hold.reason, "set_by": hold.set_by, "set_at": hold.set_at,
        "ends_at": hold.ends_at, "released_by": hold.released_by, "released_at": hold.released_at,
        "ended_at": hold.ended_at,
    }  # fmt: skip
