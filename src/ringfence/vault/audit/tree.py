"""Merkle trees as Certificate Transparency hashes them (RFC 6962, section 2.1): leaves and nodes are told apart."""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle tree hash of leaf hashes, in their order."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:  # an odd one out is carried up as it is: the split at a power of two, from below
        paired = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
    return level[0]


def path(leaves: Sequence[bytes], position: int) -> list[bytes]:
    """The audit path of one leaf (RFC 6962, section 2.1.1), from the bottom up."""
    level, here, found = list(leaves), position, []
    while len(level) > 1:
        beside = here ^ 1
        if beside < len(level):
            found.append(level[beside])
        paired = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
        here //= 2
    return found


def root_from_path(leaf: bytes, position: int, size: int, steps: Sequence[bytes]) -> bytes | None:
    """The root that a leaf's path leads to; None for a path that fits no tree of this size."""
    if not 0 <= position < size:
        return None
    here, last, value, left = position, size - 1, leaf, list(steps)
    while last:
        if here % 2 or here < last:
            if not left:
                return None
            beside = left.pop(0)
            value = _node(beside, value) if here % 2 else _node(value, beside)
        here, last = here // 2, last // 2
    return None if left else value


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
