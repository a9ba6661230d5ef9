"""What is remembered for a while in the memory of a process: counts, under keys that are hashes.

The only module that uses Django's cache, so that no family of keys comes to exist that nobody declared.
"""

from hashlib import sha256

from django.core.cache import cache

from ringfence.policy.catalogue import PlaceKind, demand


def count(family: str, subject: str, within_s: float) -> int:
    """One more for this subject; how many there were within that time. Raises Undeclared for a family that the catalogue
    does not know.
    """
    demand(PlaceKind.CACHE, family)
    key = f"{family}:{sha256(subject.encode()).hexdigest()}"
    cache.add(key, 0, within_s)
    return cache.incr(key)
