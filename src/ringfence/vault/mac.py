"""A mark on queued work, so that a row written by a stolen database login makes no worker act."""

import hmac
from hashlib import sha256

from ringfence.vault.rootkey import RootKey


def job_mac(root: RootKey, payload: bytes) -> str:
    """HMAC-SHA256 of a job's canonical payload, in hexadecimal."""
    return hmac.new(root.subkey("jobs"), payload, sha256).hexdigest()


def verify_job(root: RootKey, payload: bytes, mac: str) -> bool:
    return hmac.compare_digest(job_mac(root, payload), mac)
