"""Sealing: what was moved, changed or opened with another key is refused."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.vault.errors import Tampered
from ringfence.vault.seal import OVERHEAD, aad, new_key, open_, seal

ACCOUNT, OTHER, ROW = UUID(int=1), UUID(int=2), UUID(int=3)
KEY = new_key()
PLACE = aad(ACCOUNT, "call", ROW, "turns")


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_in_its_place(data: bytes) -> None:
    sealed = seal(KEY, data, aad=PLACE)
    assert len(sealed) == len(data) + OVERHEAD
    assert open_(KEY, sealed, aad=PLACE) == data


@pytest.mark.parametrize(
    "elsewhere",
    [
        aad(OTHER, "call", ROW, "turns"),
        aad(ACCOUNT, "cal", ROW, "lturns"),
        aad(ACCOUNT, "call", OTHER, "turns"),
        aad(ACCOUNT, "call", ROW, "summary"),
        aad(ACCOUNT, "call", ROW, "turns", 1),
    ],
)
def test_moved_to_another_place_it_does_not_open(elsewhere: bytes) -> None:
    with pytest.raises(Tampered):
        open_(KEY, seal(KEY, b"words", aad=PLACE), aad=elsewhere)


@given(st.data())
def test_any_changed_bit_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, b"some words of a call", aad=PLACE))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Tampered):
        open_(KEY, bytes(sealed), aad=PLACE)


def test_equal_words_never_look_equal() -> None:
    assert len({seal(KEY, b"yes", aad=PLACE) for _ in range(1000)}) == 1000


def test_another_key_opens_nothing() -> None:
    with pytest.raises(Tampered):
        open_(new_key(), seal(KEY, b"words", aad=PLACE), aad=PLACE)
