"""Blind indexes: equal within a bucket, unrelated between buckets, and the words search sees."""

import pytest

from ringfence.vault.blind import Tokens, number_index, words
from ringfence.vault.seal import new_key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, World!", {"hello", "world"}),
        ("Straße STRASSE", {"strasse"}),
        ("Don’t don't", {"don't"}),
        ("cafe\u0301 café", {"cafe"}),
        ("İstanbul", {"istanbul"}),
        ("room 12b, 3pm", {"room", "12b", "3pm"}),
        ("مرحبا بك", {"مرحبا", "بك"}),
        ("... —", set()),
    ],
)
def test_words(text: str, expected: set[str]) -> None:
    assert words(text) == expected


def test_tokens_of_two_buckets_have_nothing_in_common() -> None:
    first, second = Tokens(new_key()), Tokens(new_key())
    text = ["the quick brown fox"]
    assert first.all_words(text) == first.all_words(["fox brown QUICK the"])
    assert not set(first.all_words(text)) & set(second.all_words(text))


def test_a_word_is_not_a_value_and_a_name_is_part_of_it() -> None:
    tokens = Tokens(new_key())
    assert tokens.word("yes") != tokens.value("", "yes")
    assert tokens.value("city", "Bonn") != tokens.value("name", "Bonn")
    assert tokens.value("city", " bonn ") == tokens.value("city", "Bonn")


def test_tokens_fit_a_signed_bigint() -> None:
    tokens = Tokens(new_key())
    values = [tokens.word(str(n)) for n in range(500)]
    assert all(-(2**63) <= value < 2**63 for value in values)
    assert any(value < 0 for value in values)


def test_numbers_are_found_within_their_bucket_alone() -> None:
    key, other = new_key(), new_key()
    assert number_index(key, "+15550100") == number_index(key, "+15550100")
    assert number_index(key, "+15550100") != number_index(other, "+15550100")
    assert number_index(key, "+15550100") != number_index(key, "+15550101")
