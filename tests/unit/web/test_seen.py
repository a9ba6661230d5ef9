"""From where somebody came, in no more detail than it takes to know the place again."""

import pytest

from ringfence.web.people.seen import browser, network


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("198.51.100.23", "198.51.100.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:198.51.100.23", "198.51.100.0/24"),
        ("127.0.0.1", "this machine"),
        ("::1", "this machine"),
        ("nobody", "unknown"),
    ],
)
def test_a_network_is_what_one_connection_keeps(address: str, known_as: str) -> None:
    assert network(address) == known_as


def test_an_update_is_no_new_browser() -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
    assert browser(agent.format(140)) == browser(agent.format(141)) == "Firefox on Linux"
