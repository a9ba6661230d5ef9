"""Which addresses are out in the world, which are the operator's own, and which are neither."""

from ipaddress import ip_address

import pytest

from ringfence.egress.errors import BadNearby, BadTarget
from ringfence.egress.nearby import Nearby, loopback, outside
from ringfence.egress.target import Target, named, target_of


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ],
)  # fmt: skip
def test_inside(address: str) -> None:
    assert not outside(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
)
def test_outside(address: str) -> None:
    assert outside(ip_address(address))


def test_what_the_operator_named_is_near_and_nothing_beside_it() -> None:
    near = Nearby.of("127.0.0.1:11434, 10.1.0.0/16 [::1]:8000 models.internal:443 fd12::/64")
    assert near.has("127.0.0.1", 11434)
    assert not near.has("127.0.0.1", 5432)
    assert near.has("gpu.example", 80, ip_address("10.1.2.3"))
    assert not near.has("gpu.example", 80, ip_address("10.2.2.3"))
    assert near.has("::1", 8000)
    assert not near.has("::1", 8001)
    assert near.has("models.internal", 443)
    assert not near.has("evil.models.internal", 443)
    assert near.has("x", 1, ip_address("fd12::5"))
    assert not Nearby.of("").has("127.0.0.1", 80)


@pytest.mark.parametrize("text", ["http://x", "10.0.0.0/33", "a b/c", "x:y:z!"])
def test_an_entry_that_is_none_is_named(text: str) -> None:
    with pytest.raises(BadNearby, match="RINGFENCE_NEARBY"):
        Nearby.of(text)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://API.Example.com/v1", Target("api.example.com", 443)),
        ("https://api.example.com.:8443", Target("api.example.com", 8443)),
        ("https://bücher.example", Target("xn--bcher-kva.example", 443)),
        ("https://[2606:4700::1]/x", Target("2606:4700::1", 443)),
        ("http://127.0.0.1:11434/v1", Target("127.0.0.1", 11434)),
        ("http://localhost/v1", Target("localhost", 80)),
    ],
)
def test_an_address_is_read_once(url: str, target: Target) -> None:
    assert target_of(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://engine.example/v1", "http://10.0.0.7/v1", "ftp://localhost", "https://", "engine", "https://u:p@engine.example",
        "https://u@engine.example", "https://exa mple", "https://x:99999", "file:///etc/passwd", "https://ex%61mple",
        "http://localhost.example/v1", "http://2130706433/", "https://a\r\nb",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadTarget):
        target_of(url)


def test_this_machine_has_three_names() -> None:
    assert all(loopback(each) for each in ("localhost", "127.0.0.1", "::1", "127.9.9.9"))
    assert not any(loopback(each) for each in ("localhost.example", "10.0.0.1", ""))
    with pytest.raises(BadTarget):
        named("x", 0)
