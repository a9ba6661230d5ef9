"""Buckets, reached through the gate. The library is native code with connections of its own: its proxy is said to it explicitly."""

from typing import TYPE_CHECKING, Final

import obstore

from ringfence.core.config import current
from ringfence.core.personal import Category
from ringfence.egress.errors import BadTarget
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind

if TYPE_CHECKING:
    from obstore.store import ClientConfig  # exists for type checkers alone

LOCAL: Final = ("file://", "memory://")
OURS: Final = Going(kind=Kind.OBJECTS, purpose="service", category=Category.CALL)


def bucket(url: str) -> obstore.store.ObjectStore:
    """A store by its address: `s3://…`, `gs://…`, `az://…`, `https://…`. Raises NoWay while there is no gate, BadTarget for http://."""
    if url.startswith(LOCAL):
        return obstore.store.from_url(url)
    if url.startswith("http://"):
        raise BadTarget("A store off this machine is reached over https:// only.")
    options: ClientConfig = {"proxy_url": Gate.of(current()).way(OURS).proxy_url()}
    return obstore.store.from_url(url, client_options=options)
