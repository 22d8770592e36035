from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fixtures.texts import TEXTS

from sync_kit.errors import InvalidInputError
from sync_kit.paging import Page, cut_page, decode_cursor, encode_cursor

AT = datetime(2026, 1, 5, 9, 0, 0, 123456, tzinfo=UTC)
SHAPE = (datetime, str, int, Decimal)
VALUES = (AT, "id/é?", 7, Decimal("0.10"))


def test_a_cursor_gives_back_exactly_what_it_holds() -> None:
    decoded = decode_cursor(encode_cursor(VALUES), SHAPE)
    assert decoded == VALUES
    assert str(decoded[3]) == "0.10"


@given(TEXTS, st.integers(), st.datetimes(timezones=st.just(UTC)))
def test_any_values_travel_url_safe(text: str, number: int, at: datetime) -> None:
    cursor = encode_cursor((text, number, at))
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert decode_cursor(cursor, (str, int, datetime)) == (text, number, at)


@given(st.data())
def test_a_cursor_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    cursor = encode_cursor(VALUES)
    place = data.draw(st.integers(0, len(cursor) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda letter: letter != cursor[place]))
    with pytest.raises(InvalidInputError) as caught:
        decode_cursor(cursor[:place] + other + cursor[place + 1 :], SHAPE)
    assert caught.value.faults[0].where == "query.cursor"


@pytest.mark.parametrize("text", ["", "a", "rubbish", "é", "====", "%00", "A" * 900])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        decode_cursor(text, (str,))


@pytest.mark.parametrize("shape", [(str,), (str, str), (datetime, datetime), (int, str), (datetime, str, int)])
def test_a_cursor_of_another_list_is_refused(shape: tuple[type, ...]) -> None:
    with pytest.raises(InvalidInputError):
        decode_cursor(encode_cursor((AT, "id")), shape)


def test_a_naive_time_is_never_encoded() -> None:
    with pytest.raises(ValueError, match="aware"):
        encode_cursor((datetime(2026, 1, 5),))  # noqa: DTZ001


def test_pages_join_without_a_gap_or_a_repeat() -> None:
    everything = list(range(10))
    seen: list[int] = []
    cursor: str | None = None
    while True:
        after = decode_cursor(cursor, (int,))[0] if cursor else -1
        rows = [number for number in everything if number > after][:4]
        page, cursor = cut_page(rows, 3, lambda number: (number,))
        seen += page
        if cursor is None:
            break
    assert seen == everything


def test_a_page_that_ends_exactly_at_its_limit_is_the_last() -> None:
    assert cut_page([1, 2, 3], 3, lambda number: (number,)) == ([1, 2, 3], None)


def test_a_page_serialises_with_its_cursor() -> None:
    assert Page[int](items=[1]).model_dump() == {"items": [1], "next_cursor": None}
