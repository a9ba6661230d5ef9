"""Who may be given what: every answer has its reason, and a gap lets nothing through."""

from datetime import date
from itertools import product
from uuid import UUID

import pytest

from ringfence.core.personal import Category
from ringfence.egress.decide import REASONS, grounded, may_leave
from ringfence.egress.recipients import LIMITS, NOTHING_SAID, Going, Ground, Kind, Recipient, Role, Terms
from ringfence.policy import Answer, may
from tests.support.gate import ACCOUNT, going

TODAY = date(2026, 11, 24)
EEA = Terms(ground=Ground.EEA, country="DE", agreement="Data processing agreement of 1 March 2026")
SCC = Terms(ground=Ground.SCC, country="IN", module=3, assessed_on=date(2026, 5, 1), agreement="DPA")


def recipient(kind: Kind = Kind.ENGINE, terms: Terms = EEA, account: UUID | None = ACCOUNT) -> Recipient:
    purposes, categories = LIMITS[kind]
    return Recipient(
        id=UUID(int=1), account_id=account, kind=kind, role=Role.CUSTOMER, host="engine.example", port=443,
        purposes=purposes, categories=categories, terms=terms,
    )  # fmt: skip


def test_no_kind_is_an_advertisers_or_a_buyers() -> None:
    assert {each.value for each in Kind} == {"engine", "carrier", "mail", "objects", "identity", "tool"}
    for purposes, _ in LIMITS.values():
        assert purposes <= {"service", "security"}
    for word in ("advertiser", "buyer", "broker", "analytics"):
        with pytest.raises(ValueError, match=word):
            Kind(word)


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (NOTHING_SAID, "no_ground"),
        (Terms(ground=Ground.EEA, country="DE"), "no_agreement"),
        (Terms(ground=Ground.EEA, country="DE", agreement="  "), "no_agreement"),
        (Terms(ground=Ground.EEA, country="US", agreement="DPA"), "not_eea"),
        (Terms(ground=Ground.EEA, country="", agreement="DPA"), "not_eea"),
        (Terms(ground=Ground.ADEQUACY, country="IN", agreement="DPA"), "not_adequate"),
        (Terms(ground=Ground.ADEQUACY, country="US", agreement="DPA"), "not_assessed"),
        (Terms(ground=Ground.SCC, country="IN", agreement="DPA", assessed_on=TODAY), "no_module"),
        (Terms(ground=Ground.SCC, country="IN", agreement="DPA", module=5, assessed_on=TODAY), "no_module"),
        (Terms(ground=Ground.SCC, country="IN", agreement="DPA", module=2), "not_assessed"),
        (Terms(ground=Ground.SCC, country="IN", agreement="DPA", module=2, assessed_on=date(2026, 11, 25)), "not_assessed"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named_and_lets_nothing_through(terms: Terms, reason: str) -> None:
    decision = may_leave(recipient(terms=terms), going(), TODAY)
    assert not decision
    assert (decision.reason, decision.promise) == (reason, "gdpr.transfers")
    assert reason in REASONS
    assert may_leave(recipient(terms=terms), going(), TODAY, here=True), (
        "nothing leaves to a machine of the operator's own"
    )


@pytest.mark.parametrize(
    "terms",
    [
        EEA,
        SCC,
        Terms(ground=Ground.ADEQUACY, country="CH", agreement="DPA"),
        Terms(ground=Ground.ADEQUACY, country="US", agreement="DPF", assessed_on=TODAY),
    ],
)
def test_on_each_ground_something_may_leave(terms: Terms) -> None:
    assert grounded(terms, TODAY)


def test_a_stranger_and_anothers_recipient_answer_alike() -> None:
    stranger = may_leave(None, going(), TODAY, here=True)
    assert stranger.answer is Answer.NO
    for found in (recipient(account=UUID(int=9)), recipient(kind=Kind.CARRIER)):
        assert may_leave(found, going(), TODAY, here=True) == stranger


@pytest.mark.parametrize(
    ("kind", "purpose", "category"),
    list(product(Kind, ("service", "billing", "improve", "security", "legal", "support", "ads"), Category)),
)
def test_every_purpose_and_category_of_every_kind(kind: Kind, purpose: str, category: Category) -> None:
    """What is registered and what the policy allows: both, or nothing."""
    wanted = Going(kind=kind, purpose=purpose, category=category, account_id=ACCOUNT)
    purposes, categories = LIMITS[kind]
    expected = purpose in purposes and category in categories and may(purpose, category).answer is Answer.YES
    assert bool(may_leave(recipient(kind), wanted, TODAY)) is expected
