"""Cutting a list so that each piece fits into an event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_kit.contracts import codec
from sync_kit.contracts.cutting import ROOM_FOR_THE_REST, cut_by_bytes
from sync_kit.contracts.topics import MAX_EVENT_BYTES


@given(st.lists(st.text(max_size=30)), st.integers(1, 5), st.integers(2, 100))
def test_nothing_is_lost_doubled_or_reordered(items: list[str], most_items: int, most_bytes: int) -> None:
    pieces = list(cut_by_bytes(items, most_items=most_items, most_bytes=most_bytes))
    assert [item for piece in pieces for item in piece] == items
    assert all(0 < len(piece) <= most_items for piece in pieces)


@given(st.lists(st.text(max_size=30)), st.integers(2, 100))
def test_a_piece_of_several_stays_below_the_bytes(items: list[str], most_bytes: int) -> None:
    for piece in cut_by_bytes(items, most_bytes=most_bytes):
        inner = len(codec.dumps(piece)) - len("[]")
        assert inner <= most_bytes or len(piece) == 1


def test_bytes_are_counted_and_not_characters() -> None:
    euros = ["\u20ac" * 10] * 4
    assert [len(piece) for piece in cut_by_bytes(euros, most_bytes=70)] == [2, 2]
    assert [len(piece) for piece in cut_by_bytes(["e" * 10] * 4, most_bytes=70)] == [4]


def test_an_item_too_large_for_any_piece_comes_alone() -> None:
    assert list(cut_by_bytes(["a", "b" * 100, "c"], most_bytes=50)) == [["a"], ["b" * 100], ["c"]]


def test_pieces_are_as_full_as_they_can_be() -> None:
    assert [len(piece) for piece in cut_by_bytes(range(1001))] == [500, 500, 1]


def test_nothing_gives_no_piece() -> None:
    assert list(cut_by_bytes([])) == []


@pytest.mark.parametrize("size", [1_000, 9_000, 60_000])
def test_by_default_a_piece_leaves_room_for_the_event_around_it(size: int) -> None:
    items = [{"id": str(number), "text": "x" * size} for number in range(100)]
    for piece in cut_by_bytes(items):
        assert len(codec.dumps(piece)) + ROOM_FOR_THE_REST <= MAX_EVENT_BYTES + len("[]")
