"""Marks on rows: bound to the table, to each value, to each value's type, and to the root key; never twice the same."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from ringfence.vault.access import MARK_BYTES, is_marked, mark_row, ticket_mark
from ringfence.vault.errors import Unmarkable
from ringfence.vault.rootkey import FileRootKey

ROOT, OTHER = FileRootKey(bytes(32)), FileRootKey(bytes(31) + b"\1")
AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
ROW: dict[str, object] = {
    "id": UUID(int=1), "role": "owner", "hash": b"\0\1", "at": AT, "none": None, "on": True, "count": 1, "names": ["a", "b"],
}  # fmt: skip


def test_a_mark_is_of_its_row_and_of_nothing_else() -> None:
    mark = mark_row(ROOT, "members", ROW)
    assert len(mark) == MARK_BYTES
    assert is_marked(ROOT, "members", ROW, mark)
    assert not is_marked(OTHER, "members", ROW, mark)
    assert not is_marked(ROOT, "keys", ROW, mark)
    for name in ROW:
        assert not is_marked(ROOT, "members", {**ROW, name: "another"}, mark)
        assert not is_marked(ROOT, "members", {k: v for k, v in ROW.items() if k != name}, mark)
    for wrong in (None, b"", mark[:-1], mark + b"\0", bytes(MARK_BYTES), mark[:-1] + bytes([mark[-1] ^ 1])):
        assert not is_marked(ROOT, "members", ROW, wrong)


def test_no_two_marks_are_alike() -> None:
    assert len({mark_row(ROOT, "members", ROW) for _ in range(100)}) == 100


def test_a_value_has_one_form_whichever_driver_read_it() -> None:
    mark = mark_row(ROOT, "members", ROW)
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert is_marked(ROOT, "members", {**ROW, "hash": memoryview(b"\0\1"), "at": elsewhere}, mark)


@pytest.mark.parametrize(
    ("one", "another"), [(None, ""), (1, True), (0, False), ("1", 1), (b"a", "a"), ([], {}), ("ab", ["ab"])]
)
def test_values_that_look_alike_are_not(one: object, another: object) -> None:
    assert not is_marked(ROOT, "t", {"a": another}, mark_row(ROOT, "t", {"a": one}))


def test_what_stands_beside_does_not_run_together() -> None:
    mark = mark_row(ROOT, "t", {"a": "bc", "d": ""})
    for near in ({"a": "b", "d": "c"}, {"a": "bcd", "": ""}, {"ab": "c", "d": ""}):
        assert not is_marked(ROOT, "t", near, mark)


def test_what_has_no_one_form_is_not_marked() -> None:
    with pytest.raises(Unmarkable):
        mark_row(ROOT, "t", {"a": 0.1})


def test_a_tickets_hash_is_ours() -> None:
    assert ticket_mark(ROOT, "x") != ticket_mark(OTHER, "x")
    assert ticket_mark(ROOT, "x") != ticket_mark(ROOT, "y")
