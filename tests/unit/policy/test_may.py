"""Who may use what for what: every cell, under every condition, against a table written here and not read from the file."""

from itertools import product

import pytest

from ringfence import policy
from ringfence.core.personal import Category
from ringfence.policy import Answer, Shown

PURPOSES = ("service", "billing", "improve", "security", "legal", "support")

# purpose → account, usage, call, contact. A changed word in the policy has to be changed here as well, knowingly.
CELLS = {
    "service": "yes        yes        yes        yes",
    "billing": "yes        yes        no         no",
    "improve": "no         anonymised anonymised no",
    "security": "yes        yes        no         no",
    "legal": "required   required   required   required",
    "support": "yes        no         permitted  no",
}
TABLE = {
    (purpose, category): word
    for purpose, row in CELLS.items()
    for category, word in zip(
        (Category.ACCOUNT, Category.USAGE, Category.CALL, Category.CONTACT), row.split(), strict=True
    )
}
SHOWN = [
    Shown(anonymised=a, required=r, permitted=p)
    for a, r, p in product((None, False, True), repeat=3)
]  # fmt: skip


def expected(word: str, shown: Shown) -> Answer:
    if word in {"yes", "no"}:
        return Answer(word)
    held = {"anonymised": shown.anonymised, "required": shown.required, "permitted": shown.permitted}[word]
    return Answer.GAP if held is None else Answer.YES if held else Answer.NO


def test_the_table_has_every_cell() -> None:
    assert {purpose.id for purpose in policy.load().purposes} == set(PURPOSES)
    assert set(TABLE) == set(product(PURPOSES, Category))


@pytest.mark.parametrize(("purpose", "category"), TABLE, ids=str)
def test_each_cell_under_each_condition(purpose: str, category: Category) -> None:
    for shown in SHOWN:
        decision = policy.may(purpose, category, shown)
        assert decision.answer is expected(TABLE[purpose, category], shown)
        assert bool(decision) is (decision.answer is Answer.YES)
        assert decision.promise == f"use.{purpose}"
        assert decision.reason


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("purpose", ["", "advertising", "sale", "Service", "service ", "curiosity"])
def test_a_purpose_that_the_policy_does_not_know_is_a_gap_and_permits_nothing(
    purpose: str, category: Category
) -> None:
    for shown in SHOWN:
        decision = policy.may(purpose, category, shown)
        assert decision.answer is Answer.GAP
        assert not decision
        assert decision.promise == ""


def test_only_yes_is_true() -> None:
    """`if may(…)` is how it will be asked: a gap that counted as true would let everything through."""
    assert [bool(answer) for answer in (Answer.YES, Answer.NO, Answer.GAP)] == [True, False, False]


@pytest.mark.parametrize("category", [Category.USAGE, Category.CALL])
def test_improving_is_refused_until_something_shows_that_data_are_anonymous(category: Category) -> None:
    assert policy.may("improve", category).answer is Answer.GAP
    assert policy.may("improve", category, Shown(required=True, permitted=True)).answer is Answer.GAP


def test_one_condition_does_not_stand_for_another() -> None:
    assert not policy.may("support", Category.CALL, Shown(anonymised=True, required=True))
    assert not policy.may("legal", Category.CALL, Shown(anonymised=True, permitted=True))
    assert not policy.may("improve", Category.CALL, Shown(required=True, permitted=True))
