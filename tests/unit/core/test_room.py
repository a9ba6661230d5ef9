"""How many connections are open at once, of everybody and of one network."""

import pytest

from ringfence.core.room import Room, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_whose_a_connection_is(address: str, network: str) -> None:
    assert network_of(address) == network


def test_one_network_has_its_share_and_no_more() -> None:
    room = Room(3, 2)
    assert [room.enter("a"), room.enter("a"), room.enter("a")] == [True, True, False]
    assert room.enter("b"), "another's room is not taken by it"
    assert not room.enter("c"), "three is all there is"
    room.leave("a")
    assert room.enter("c")


def test_nothing_is_kept_of_who_left() -> None:
    room = Room(2, 1)
    assert room.enter("a")
    room.leave("a")
    assert not room._of
