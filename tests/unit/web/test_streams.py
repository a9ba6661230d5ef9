"""Places for what is sent in pieces: counted, given back once, and never the reason why nobody gets one any more."""

import threading
from uuid import UUID

import pytest

from ringfence.web import streams

ACCOUNT, PERSON, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def test_one_person_has_so_many_and_others_of_the_account_have_theirs() -> None:
    held = [streams._Place(ACCOUNT, PERSON) for _ in range(streams.MOST_OF_ONE)]
    with pytest.raises(streams.TooMany):
        streams._Place(ACCOUNT, PERSON)
    held.append(streams._Place(ACCOUNT, OTHER))
    for each in held:
        each.close()
        each.close()
    again = [streams._Place(ACCOUNT, PERSON) for _ in range(streams.MOST_OF_ONE)]
    for each in again:
        each.close()


def test_a_place_that_is_forgotten_while_another_is_taken_holds_nobody_up() -> None:
    """Its thread has the lock then: the collector runs wherever something is made."""

    def taking() -> None:
        place: streams._Place | None = streams._Place(ACCOUNT, PERSON)
        with streams._lock:
            del place

    thread = threading.Thread(target=taking, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
