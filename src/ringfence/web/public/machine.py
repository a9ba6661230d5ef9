"""A policy for machines: the same as its page says, as plain values."""

from datetime import datetime
from typing import Any

from ringfence.policy.values import Kept, Policy
from ringfence.web.public.telling import address


def document(policy: Policy, privacy_address: str | None, since: datetime | None) -> dict[str, Any]:
    """The policy as JSON. Days are null where there is no limit."""
    return {
        "version": policy.version,
        "in_force_since": since.isoformat() if since else None,
        "publisher": policy.publisher,
        "privacy_address": address(policy, privacy_address),
        "plans": {plan.value: name for plan, name in policy.plans.items()},
        "categories": {
            category.value: policy.promises[promise] for category, promise in policy.categories.items()
        },
        "purposes": [
            {
                "id": each.id,
                "text": each.text,
                "promise": each.promise,
                "uses": {category.value: use.value for category, use in each.uses.items()},
            }
            for each in policy.purposes
        ],
        "retention": [
            {
                "part": each.part.value,
                "text": each.text,
                "promise": each.promise,
                "from": "the end of the call",
                "days": {plan.value: days for plan, days in each.days.items()},
            }
            for each in policy.retention.values()
        ],
        "kept": [_kept(line) for line in policy.kept],
        "activities": [
            {
                "id": each.id,
                "text": each.text,
                "purpose": each.purpose,
                "categories": [category.value for category in each.categories],
                "acting": each.acting.value,
                "basis": each.basis.value,
                "ground": each.ground,
                "balance": each.balance,
                "subjects": each.subjects,
                "recipients": each.recipients,
                "transfers": each.transfers,
            }
            for each in policy.activities
        ],
        "cookies": [
            {
                "name": each.name,
                "text": each.text,
                "promise": each.promise,
                "days": each.days,
                "secure": True,
                "http_only": each.http_only,
                "same_site": each.same_site.value,
            }
            for each in policy.cookies
        ],
        "guard": {"tls": policy.guard.tls, "cipher": policy.guard.cipher, "bits": policy.guard.bits},
        "promises": dict(policy.promises),
    }


def _kept(line: Kept) -> dict[str, Any]:
    return {
        "id": line.id,
        "text": line.text,
        "promise": line.promise,
        "from": line.after,
        "beyond": line.beyond,
        "days": {plan.value: days for plan, days in line.days.items()} or None,
        "years": line.years,
        "years_under_hipaa": line.years_under_hipaa,
        "promised_on": sorted(plan.value for plan in line.promised),
    }
