"""Every request of a connection comes from where the connection comes from."""

from dataclasses import dataclass, field
from typing import Any

from ringfence.boot.web import Addresses


@dataclass(eq=False)
class Connection:
    """What gunicorn reads a connection's requests from."""


@dataclass
class Request:
    unreader: Connection
    proxy_protocol_info: dict[str, Any] | None = field(default=None)


def test_what_is_said_once_holds_for_the_whole_connection() -> None:
    addresses, one, other = Addresses(), Connection(), Connection()
    ada, ben = {"client_addr": "198.51.100.7"}, {"client_addr": "203.0.113.9"}
    for connection, said in ((one, ada), (other, ben)):
        addresses.tell(None, Request(connection, said))
    later = [Request(one), Request(other), Request(one)]
    for request in later:
        addresses.tell(None, request)
    assert [request.proxy_protocol_info for request in later] == [ada, ben, ada]


def test_a_connection_that_said_nothing_is_nobodys() -> None:
    request = Request(Connection())
    Addresses().tell(None, request)
    assert request.proxy_protocol_info is None
