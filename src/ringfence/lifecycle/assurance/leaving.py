"""Looks at the gate: that no advertiser and no buyer can be in the register, that a stranger is refused, and on which grounds
data leave.
"""

import re
import socket
from datetime import timedelta
from ipaddress import ip_address
from typing import Final

from django.db import connection

from ringfence.apps.recipients.received import houses
from ringfence.core.personal import Category
from ringfence.egress.decide import grounded
from ringfence.egress.errors import NoWay, Refused
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, gap, kept

LATELY: Final = timedelta(days=30)
ANSWER_S: Final = 2.0
NOBODY: Final = ("nobody.invalid", 443)  # RFC 6761, section 6.4: no such name will ever be
_LISTS: Final = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conname IN ('recipients_recipient_kind_is_known', 'recipients_house_kind_is_known') AND convalidated
"""
_REGISTER: Final = "SELECT kind, ground, recipients, used FROM lookup.register_of_recipients(%s)"
_REFUSALS: Final = "SELECT COALESCE(sum(times), 0) FROM lookup.refusals_since(%s)"
_WORD: Final = re.compile(r"'([a-z]+)'")


def nobody_buys(looking: Looking) -> Evidence:
    """never.sell, never.advertise: the list of kinds is closed where it rests, and the gate refuses whoever is not in the register."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTS)
        lists = dict(cursor.fetchall())
        cursor.execute(_REFUSALS, [looking.clock.now() - LATELY])
        refused = int(cursor.fetchone()[0])
    kinds = {each.value for each in Kind}
    if len(lists) != 2 or any(set(_WORD.findall(text)) != kinds for text in lists.values()):  # noqa: PLR2004 (two registers)
        return broken("The database would take a recipient of a kind that is not in the list.")
    facts = {"kinds_of_recipients": ", ".join(sorted(kinds)), "refused_in_30_days": str(refused)}
    said = a_stranger(looking)
    if said is None:
        return gap("The gate does not answer, so nothing leaves, and nothing can be said.", **facts)
    if said != "not_registered":
        return broken("The gate did not refuse a stranger as one.", answer=said or "let through", **facts)
    return kept(
        "No recipient can be registered that buys or advertises: the list of kinds is closed, in the database too. Whoever is not in the "
        "register is refused at the gate, and was just now.",
        **facts,
    )


def transfers(looking: Looking) -> Evidence:
    """gdpr.transfers: who may receive, by ground; the gate lets nothing go to whom none was said of."""
    now = looking.clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_REGISTER, [now - LATELY])
        rows = cursor.fetchall()
    counts = dict.fromkeys(("eea", "adequacy", "scc", "unsaid"), 0)
    for _kind, ground, recipients, _used in rows:
        counts[ground] += recipients
    own = houses()
    facts = {
        "in_the_EEA": str(counts["eea"]), "adequacy": str(counts["adequacy"]), "under_clauses": str(counts["scc"]),
        "nothing_said_so_only_this_installation": str(counts["unsaid"]),
        "of_the_installation": f"{len(own)}, with a ground: {sum(bool(grounded(each.terms, now.date())) for each in own)}",
        "past_the_gate": past_the_gate(looking),
    }  # fmt: skip
    if facts["past_the_gate"].startswith("open"):
        return gap(
            "The gate lets data leave on a ground alone; but a process of this machine could connect without it, as was tried.",
            **facts,
        )
    if a_stranger(looking) is None:
        return gap("The gate does not answer, so nothing leaves, and nothing can be said.", **facts)
    return kept(
        "Data leave to machines of the installation itself, into the EEA, to countries with an adequacy decision, or under Standard "
        "Contractual Clauses with their module and assessment; to whom nothing was said of, they do not.",
        **facts,
    )


def a_stranger(looking: Looking) -> str | None:
    """Why the gate refuses somebody who is in no register; None if it does not answer, empty if it lets through. Looks up no name."""
    going = Going(kind=Kind.TOOL, purpose="service", category=Category.CALL)
    try:
        Gate.of(looking.config).way(going).socket(*NOBODY, timeout=ANSWER_S).close()
    except NoWay as error:
        return None if error.reason == "gate_away" else error.reason
    except Refused as error:
        return error.reason
    return ""


def past_the_gate(looking: Looking) -> str:
    """Whether this very process could leave without the gate. Tried only where the operator named an address for it."""
    if looking.config.try_direct is None:
        return "not tried: RINGFENCE_TRY_DIRECT is not set"
    host, _, port = looking.config.try_direct.rpartition(":")
    address = ip_address(host.strip("[]"))
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 (IPv4)
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect((str(address), int(port)))
        except OSError as error:
            return f"closed: {type(error).__name__}"
    return "open: a process of this machine can connect to the outside"


LOOKS: Final[dict[str, Look]] = {
    "never.sell": nobody_buys,
    "never.advertise": nobody_buys,
    "gdpr.transfers": transfers,
}
