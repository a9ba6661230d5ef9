"""X-Twilio-Signature: HMAC-SHA1 over the full URL and the sorted form fields, in base64.

For a WebSocket upgrade the URL is the one given to `<Stream>`, with its wss scheme, and there are no fields.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha1

from ringfence.voice.telephony.ports import BadSignature


def sign(token: str, url: str, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> str:
    """The signature of a request to `url` with these form fields (repeated names allowed as pairs)."""
    pairs = fields.items() if isinstance(fields, Mapping) else fields
    text = url + "".join(name + value for name, value in sorted(set(pairs)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()


def check(
    token: str, signature: str | None, url: str, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> None:
    """Raise BadSignature unless `signature` is right. Takes the same time for every wrong one."""
    if not signature or not hmac.compare_digest(sign(token, url, fields), signature):
        raise BadSignature(
            "The request's signature does not fit this connection's auth token and public address."
        )
