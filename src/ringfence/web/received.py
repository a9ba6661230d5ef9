"""Recipients as documents: for the page and for the API alike."""

from dataclasses import asdict
from typing import Any, Final

from ringfence.apps.recipients.received import Day, Received, Refused
from ringfence.core.config import current
from ringfence.egress.decide import REASONS, grounded
from ringfence.egress.nearby import Nearby
from ringfence.egress.recipients import Recipient
from ringfence.web.clock import clock

HERE: Final = "Part of this installation."


def standing(recipient: Recipient) -> tuple[bool, str]:
    """Whether a recipient may be given anything now, and why, or why not."""
    if Nearby.of(current().nearby).has(recipient.host, recipient.port):
        return True, HERE
    decision = grounded(recipient.terms, clock().now().date())
    return bool(decision), "" if decision else REASONS[decision.reason]


def recipient_document(recipient: Recipient) -> dict[str, Any]:
    may, why = standing(recipient)
    terms = recipient.terms
    return {
        "id": str(recipient.id), "kind": recipient.kind.value, "role": recipient.role.value, "host": recipient.host,
        "port": recipient.port, "purposes": sorted(recipient.purposes),
        "categories": sorted(each.value for each in recipient.categories), "ground": terms.ground.value,
        "country": terms.country, "module": terms.module,
        "assessed_on": terms.assessed_on.isoformat() if terms.assessed_on else None, "agreement": terms.agreement,
        "may_receive": may, "why": why,
    }  # fmt: skip


def received_document(received: Received, days: tuple[Day, ...] | None = None) -> dict[str, Any]:
    """A recipient with what it was given in all, and by day where that was asked."""
    ended = received.ended_at is not None
    document = recipient_document(received.recipient) | {
        "registered_at": received.registered_at, "ended_at": received.ended_at, "connections": received.tunnels,
        "bytes_sent": received.sent, "bytes_received": received.received, "last_at": received.last_at,
    }  # fmt: skip
    if ended:
        document |= {"may_receive": False, "why": "It was ended."}
    if days is not None:
        document["days"] = [
            {"day": each.day, "purpose": each.purpose, "category": each.category, "connections": each.tunnels,
             "bytes_sent": each.sent, "bytes_received": each.received, "last_at": each.last_at}
            for each in days
        ]  # fmt: skip
    return document


def refusal_document(refused: Refused) -> dict[str, Any]:
    return asdict(refused) | {"says": REASONS.get(refused.reason, "")}
