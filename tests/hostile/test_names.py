"""A customer's tool, engine or identity provider at an address inside, in every spelling that somebody's resolver understands."""

import socket
from typing import Final

import pytest

from ringfence.egress.errors import BadTarget, Refused
from ringfence.egress.recipients import Ground, Kind, Terms
from ringfence.egress.target import target_of
from tests.support.gate import MemoryBook, gate, going

SAID: Final = Terms(ground=Ground.EEA, country="DE", agreement="DPA")
INNER: Final = [
    "2130706433", "0x7f000001", "017700000001", "127.1", "0", "0.0.0.0", "127.0.0.1.", "LOCALHOST", "localhost.", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fd00:ec2::254]", "169.254.169.254",
    "0xa9.0xfe.0xa9.0xfe", "2852039166", "10.1", "192.168.257", "0x7f.1", "127.0x0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip


@pytest.mark.parametrize("kind", [Kind.TOOL, Kind.ENGINE, Kind.IDENTITY])
@pytest.mark.parametrize("host", INNER)
def test_no_spelling_of_an_inner_address_is_let_out(host: str, kind: Kind) -> None:
    try:
        target = target_of(f"https://{host}/v1")
    except BadTarget:
        return
    book = MemoryBook()
    book.add(kind, target.host, target.port, SAID)
    with (
        socket.create_server(("127.0.0.1", 0)),
        gate(book, nearby="") as door,
        pytest.raises(Refused) as refused,
    ):
        door.way(going(kind)).socket(target.host, target.port)
    assert refused.value.reason in {"private_address", "no_address", "other_purpose", "other_category"}
    assert not book.tunnels


@pytest.mark.parametrize(
    "url",
    [
        "https://engine.example@127.0.0.1/",
        "https://127.0.0.1#@engine.example/",
        "https://127.0.0.1\\@engine.example/",
        "https://engine.example:443@[::1]/",
        "gopher://127.0.0.1/",
        "file:///etc/passwd",
        "https:127.0.0.1",
        "//127.0.0.1/",
    ],
)
def test_one_reading_of_an_address_and_no_other(url: str) -> None:
    """What reads like one host and leads to another is refused, or is judged by where it leads."""
    try:
        target = target_of(url)
    except BadTarget:
        return
    assert target.host == "127.0.0.1"
