"""Erasure receipts as documents: signed, and checked with nothing but the file and a public key.

    {"kind": "ringfence.erasure-receipt", "receipt": {…}, "signature": "…", "keys": {"<id>": "<public key>"}}

What is signed is the canonical JSON (sorted keys, no spaces, UTF-8) of the receipt with its kind in it. A receipt says what
it is worth: it is never complete while a place is open, and a verifier holds it to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ringfence.vault.audit.entry import canonical
from ringfence.vault.documents import NotWhole, read_whole
from ringfence.vault.signing import SigningKey, key_id, verifies

KIND: Final = "ringfence.erasure-receipt"
FIELDS: Final = ("kind", "receipt", "signature", "keys")
SETTLED: Final = frozenset({"erased", "never_held", "kept"})
STATES: Final = SETTLED | {"open", "failed", "at_third_party"}


@dataclass(slots=True)
class ReceiptVerdict:
    """What was found; without problems, it is what the installation signed."""

    kind: str = KIND
    account: str = ""
    made_at: str = ""
    receipt: dict[str, Any] = field(default_factory=dict)
    pinned: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def told(self) -> str:
        """The receipt in a sentence."""
        if not self.receipt:
            return "No receipt could be read."
        what, whole = self.receipt["part"], self.receipt["complete"]
        by = self.receipt.get("complete_by")
        state = "complete" if whole else f"complete by {by}" if by else "not complete"
        call = self.receipt["call"]
        whose = {"call": f"Call {call}", "account": f"Account {call}"}.get(what, f"The {what} of call {call}")
        return f"{whose}: {self.receipt['state']}, {state}, as of {self.made_at}."


def sign(receipt: Mapping[str, Any], signer: SigningKey) -> dict[str, Any]:
    """A receipt as it is handed out."""
    whole = {**receipt, "key": signer.key_id}
    return {
        "kind": KIND,
        "receipt": whole,
        "signature": signer.sign(_message(whole)).hex(),
        "keys": {signer.key_id: signer.public.hex()},
    }


def verify_receipt(data: bytes, keys: Mapping[str, bytes] | None = None) -> ReceiptVerdict:
    """Check a receipt. `keys` are public keys by id; without them the one in the file is used, which pins nothing."""
    verdict = ReceiptVerdict(pinned=keys is not None)
    try:
        document = read_whole(data, FIELDS)
        receipt, signature = dict(document["receipt"]), bytes.fromhex(document["signature"])
        known = keys if keys is not None else _in_file(document["keys"])
        named = str(receipt["key"])
        problems = _contradictions(receipt)
        _demand_told(receipt)
        verdict.account, verdict.made_at = str(receipt["account"]), str(receipt["as_of"])
    except NotWhole as more:
        verdict.problems.append(f"This is not the receipt that was signed: {more}")
        return verdict
    except (KeyError, TypeError, ValueError, AttributeError):
        verdict.problems.append("This is not an erasure receipt, or it was cut short.")
        return verdict
    if named not in known:
        verdict.problems.append(f"It was signed with the key {named}, which is none of those that you trust.")
    elif not verifies(known[named], _message(receipt), signature):
        verdict.problems.append(
            "The signature does not fit: the receipt was changed, or signed by somebody else."
        )
    verdict.problems += problems
    verdict.receipt = receipt
    return verdict


def is_complete(places: list[dict[str, Any]]) -> bool:
    """Whether nothing is open anywhere, nor only gone from a day to come."""
    return all(place["state"] in SETTLED and not place.get("until") for place in places)


def complete_by(places: list[dict[str, Any]]) -> str | None:
    """The day from which on nothing is open, if each place that is has one."""
    waiting = [place for place in places if place["state"] not in SETTLED or place.get("until")]
    if not waiting or not all(place["state"] in SETTLED for place in waiting):
        return None
    return max(str(place["until"]) for place in waiting)


def _demand_told(receipt: Mapping[str, Any]) -> None:
    """Raise KeyError for a receipt without a field that its sentence is made of."""
    for name in ("call", "part", "state", "complete"):
        _ = receipt[name]


def _contradictions(receipt: Mapping[str, Any]) -> list[str]:
    """What no installation of ours would sign."""
    found = []
    if any(place["state"] not in STATES for place in receipt["places"]):
        found.append("It names a state that receipts do not have.")
    if receipt["complete"] and not is_complete(receipt["places"]):
        found.append("It calls itself complete while a place is open.")
    return found


def _message(receipt: Mapping[str, Any]) -> bytes:
    return canonical({"kind": KIND, "receipt": dict(receipt)})


def _in_file(keys: Mapping[str, str]) -> dict[str, bytes]:
    publics = [bytes.fromhex(public) for public in keys.values()]
    return {key_id(public): public for public in publics}
