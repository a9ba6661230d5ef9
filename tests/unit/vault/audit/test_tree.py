"""The tree against RFC 6962's own definition, and the paths of every leaf of every small tree."""

from hashlib import sha256

import pytest

from ringfence.vault.audit.tree import leaf_hash, path, root, root_from_path

SIZES = range(1, 40)


def defined(leaves: list[bytes]) -> bytes:
    """MTH as section 2.1 writes it: split at the largest power of two below n."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


def some(count: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(count)]


@pytest.mark.parametrize("size", SIZES)
def test_the_root_is_the_one_that_the_standard_defines(size: int) -> None:
    assert root(some(size)) == defined(some(size))


def test_the_standards_own_vectors() -> None:
    assert root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", SIZES)
def test_every_path_leads_to_the_root_and_no_other_does(size: int) -> None:
    leaves = some(size)
    for position, leaf in enumerate(leaves):
        steps = path(leaves, position)
        assert root_from_path(leaf, position, size, steps) == root(leaves)
        assert root_from_path(leaf_hash(b"x"), position, size, steps) != root(leaves)
        assert root_from_path(leaf, position, size, [*steps, leaf]) != root(leaves)
        if steps:
            assert root_from_path(leaf, position, size, steps[:-1]) != root(leaves)
    assert root_from_path(leaves[0], size, size, []) is None
    assert root_from_path(leaves[0], -1, size, []) is None
