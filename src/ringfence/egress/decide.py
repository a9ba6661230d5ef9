"""Whether something may leave. Pure; three answers, and a gap lets nothing through."""

from datetime import date
from typing import Final

from ringfence.egress.recipients import (
    ADEQUATE,
    CERTIFIED,
    EEA,
    LIMITS,
    MODULES,
    Going,
    Ground,
    Recipient,
    Terms,
)
from ringfence.policy import Answer, Decision, may

SELLING: Final = "never.sell"
TRANSFERS: Final = "gdpr.transfers"
UNKNOWN: Final = Decision(Answer.NO, SELLING, "not_registered")


def may_leave(recipient: Recipient | None, going: Going, today: date, *, here: bool = False) -> Decision:
    """Whether data of this category may go to this recipient for this purpose. `reason` is a stable code, see `REASONS`.

    `here`: the recipient is one of the operator's own machines, so nothing leaves the installation, and no ground is asked for.
    """
    if recipient is None:
        return UNKNOWN
    purposes, categories = LIMITS[recipient.kind]
    if going.kind is not recipient.kind or recipient.account_id not in {None, going.account_id}:
        return UNKNOWN
    if going.purpose not in recipient.purposes & purposes:
        return Decision(Answer.NO, SELLING, "other_purpose")
    if going.category not in recipient.categories & categories:
        return Decision(Answer.NO, SELLING, "other_category")
    allowed = may(going.purpose, going.category)
    if not allowed:
        return Decision(allowed.answer, allowed.promise, "policy")
    return Decision(Answer.YES, TRANSFERS, "here") if here else grounded(recipient.terms, today)


def grounded(terms: Terms, today: date) -> Decision:
    """Whether what was said of a recipient carries a transfer to it (GDPR 28(3), 44 to 46)."""
    if terms.ground is Ground.UNSAID:
        return _gap("no_ground")
    if not terms.agreement.strip():
        return _gap("no_agreement")
    if terms.ground is Ground.EEA:
        return _GROUNDED if terms.country in EEA else _no("not_eea")
    if terms.ground is Ground.ADEQUACY and terms.country not in ADEQUATE:
        return _no("not_adequate")
    if terms.ground is Ground.SCC and terms.module not in MODULES:
        return _gap("no_module")
    assessed = terms.assessed_on is not None and terms.assessed_on <= today
    needed = terms.ground is Ground.SCC or terms.country in CERTIFIED
    return _gap("not_assessed") if needed and not assessed else _GROUNDED


_GROUNDED: Final = Decision(Answer.YES, TRANSFERS, "grounded")


def _gap(reason: str) -> Decision:
    return Decision(Answer.GAP, TRANSFERS, reason)


def _no(reason: str) -> Decision:
    return Decision(Answer.NO, TRANSFERS, reason)


# Why something did not leave: stable codes, and what people read. The first are about what was wanted, the rest about the way there.
REASONS: Final = {
    "not_registered": "It is not in the register of recipients.",
    "other_purpose": "It is registered for other purposes.",
    "other_category": "It is registered for other data.",
    "policy": "The policy does not allow this use.",
    "no_ground": "Nobody has said where it is and on what ground data may go there.",
    "no_agreement": "No agreement with it is named.",
    "not_eea": "The country that was named is not in the EEA.",
    "not_adequate": "The country that was named has no adequacy decision.",
    "no_module": "The module of the Standard Contractual Clauses is missing.",
    "not_assessed": "The day of the assessment is missing, or lies ahead.",
    "no_pass": "Whoever asked did not show that it is a process of this installation.",
    "not_connect": "It asked for something other than a tunnel.",
    "bad_request": "What it asked could not be read.",
    "private_address": "Its name leads to an address inside the operator's network.",
    "no_address": "Its name leads nowhere.",
    "plaintext": "It spoke in the clear.",
    "unreachable": "It did not answer.",
    "gate_away": "The gate does not answer.",
}
