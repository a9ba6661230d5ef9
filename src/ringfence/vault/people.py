"""What is kept of people who sign in, so that a stolen database login makes nobody of itself.

Each key is derived from the root key, which no database holds: a password hash, a second factor or a passkey that was written
into the tables by hand, or moved from one person's row to another's, proves nothing.
"""

import hmac
from base64 import b64encode
from hashlib import sha256
from uuid import UUID

from ringfence.vault.rootkey import RootKey
from ringfence.vault.seal import aad, open_, seal

_NOBODYS = UUID(int=0)


def peppered(root: RootKey, user_id: UUID, password: str) -> str:
    """What is hashed in place of a password: bound to the person, and to a key outside of the database."""
    mac = hmac.new(root.subkey("people/password"), user_id.bytes + password.encode(), sha256)
    return b64encode(mac.digest()).decode()


def seal_of_person(root: RootKey, owner: UUID, column: str, value: str) -> bytes:
    """Seal something of a person, or of somebody who is not one yet, to the row it belongs to."""
    return seal(root.subkey("people/seal"), value.encode(), aad=aad(_NOBODYS, "people", owner, column))


def open_of_person(root: RootKey, owner: UUID, column: str, sealed: bytes) -> str:
    """Raises Tampered if it was changed, or is another's."""
    return open_(root.subkey("people/seal"), sealed, aad=aad(_NOBODYS, "people", owner, column)).decode()


def mark_of(root: RootKey, family: str, *parts: str | bytes) -> bytes:
    """32 bytes that only this installation can make of these parts: for finding without showing, and for telling ours."""
    mac = hmac.new(root.subkey(f"people/mark/{family}"), digestmod=sha256)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        mac.update(len(data).to_bytes(4, "big") + data)
    return mac.digest()
