"""Trials of the gate: registering an advertiser, leaving to a stranger, leaving without a ground (never.*, gdpr.transfers)."""

from typing import Any, Final

from django.db import IntegrityError

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.recipients.models import Recipient
from ringfence.apps.recipients.received import refusals
from ringfence.apps.recipients.register import register
from ringfence.core.ids import new_id
from ringfence.core.personal import Category
from ringfence.egress.errors import Refused
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.egress.target import Target
from ringfence.lifecycle.assurance.trials.scene import Scene
from ringfence.lifecycle.assurance.values import Evidence, broken, gap, kept

STRANGER: Final = ("ads.invalid", 443)
UNSAID: Final = ("198.51.100.7", 443)  # RFC 5737: an address of nobody


def nobody_buys(scene: Scene) -> Evidence:
    """Enter an advertiser and a buyer into the register as the pages' login; send call data to a stranger."""
    for kind in ("advertiser", "buyer"):
        if _entered(scene, kind=kind, purposes=["service"]) or _entered(
            scene, kind="tool", purposes=["advertising"]
        ):
            return broken("The register took a recipient that it must not have.", kind=kind)
    said = _sent(scene, Kind.TOOL, *STRANGER)
    if said == "gate_away":
        return gap("It could not be tried: the gate does not answer.")
    if said != "not_registered":
        return broken(
            "Call data could be sent to somebody who is in no register.", answer=said or "let through"
        )
    if not any(each.host == STRANGER[0] for each in refusals(scene.account_id)):
        return broken("The gate refused a stranger, and did not write it down.")
    return kept(
        "An advertiser, a buyer and the purpose of advertising were offered to the register, and the database refused them. Call data for a "
        "stranger were refused at the gate, and the refusal stands in the account's own list.",
        tried="advertiser, buyer, advertising, a stranger",
    )


def grounds(scene: Scene) -> Evidence:
    """Send call data to a recipient of whom nobody said where it is; ask for another purpose and other data."""
    register(scene.account_id, Kind.ENGINE, Target(*UNSAID), scene.clock)
    answers = {
        "without_a_ground": _sent(scene, Kind.ENGINE, *UNSAID),
        "for_another_purpose": _sent(scene, Kind.ENGINE, *UNSAID, purpose="improve"),
        "other_data": _sent(scene, Kind.ENGINE, *UNSAID, category=Category.CONTACT),
    }
    if "gate_away" in answers.values():
        return gap("It could not be tried: the gate does not answer.")
    if list(answers.values()) != ["no_ground", "other_purpose", "other_category"]:
        return broken("Something could leave, or was refused for another reason than it must be.", **answers)
    return kept(
        "Call data for a recipient without a ground, for another purpose, and of another category were refused.",
        **answers,
    )


def _entered(scene: Scene, **columns: Any) -> bool:
    """Whether the database took such a row."""
    now = scene.clock.now()
    try:
        with tenant(scene.account_id):
            Recipient.objects.create(
                id=new_id(scene.clock), account_id=scene.account_id, role="customer", host=STRANGER[0], port=443,
                categories=["call"], ground="unsaid", registered_at=now, ended_at=now, **columns,
            )  # fmt: skip
    except IntegrityError:
        return False
    return True


def _sent(
    scene: Scene,
    kind: Kind,
    host: str,
    port: int,
    purpose: str = "service",
    category: Category = Category.CALL,
) -> str:
    """Why nothing was sent; empty if there was a way."""
    going = Going(kind=kind, purpose=purpose, category=category, account_id=scene.account_id)
    try:
        Gate.of(scene.config).way(going).socket(host, port).close()
    except Refused as error:
        return error.reason
    return ""
