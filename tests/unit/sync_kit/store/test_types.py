"""Column types: what goes in comes out exactly, what cannot be exact is refused."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import literal, select
from tests.fixtures.kit_house import House

from sync_kit.store import UtcDateTime


def make_row(**values: Any) -> dict[str, Any]:
    return {"tenant_id": "t", "record_id": "r", "version": 1, **values}


async def store_and_read(house: House, column: str, value: Any) -> Any:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row(**{column: value})])
    async with house.store.reading() as session:
        return await session.fetch_value(select(house.things.c[column]))


async def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc(house: House) -> None:
    stored = datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=timezone(timedelta(hours=3)))
    read = await store_and_read(house, "seen_at", stored)
    assert read == stored
    assert read.tzinfo == UTC


async def test_a_naive_time_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="naive"):
        await store_and_read(house, "seen_at", datetime(2026, 3, 2))  # noqa: DTZ001


async def test_order_and_comparison_of_times_are_those_of_time(house: House) -> None:
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    times = [start, start + timedelta(microseconds=1), start + timedelta(seconds=1), start + timedelta(days=300)]
    times[2] = times[2].astimezone(timezone(timedelta(hours=-7)))
    async with house.store.transaction() as session:
        rows = [make_row(record_id=str(number), seen_at=moment) for number, moment in enumerate(reversed(times))]
        await session.insert(house.things, rows)
        seen = house.things.c.seen_at
        in_order = [row["seen_at"] for row in await session.fetch_all(select(seen).order_by(seen))]
        later = await session.fetch_all(select(seen).where(seen > start))
        by_literal = await session.fetch_all(select(seen).where(seen == literal(start, UtcDateTime())))
    assert in_order == times
    assert len(later) == 3
    assert len(by_literal) == 1


@pytest.mark.parametrize("digits", ["0.1", "10.00", "1E+3", "-0.0000001", "12345678901234567890.123456789"])
async def test_a_decimal_keeps_every_digit(house: House, digits: str) -> None:
    read = await store_and_read(house, "amount", Decimal(digits))
    assert read.as_tuple() == Decimal(digits).as_tuple()


@pytest.mark.parametrize("value", [0.1, 3, Decimal("NaN"), Decimal("Infinity")])
async def test_what_is_no_finite_decimal_is_refused_as_money(house: House, value: Any) -> None:
    with pytest.raises(ValueError, match="finite Decimal"):
        await store_and_read(house, "amount", value)


async def test_json_keeps_decimals_exact(house: House) -> None:
    body = {"Grand_Total": Decimal("1234.10"), "lines": [{"price": Decimal("0.30"), "n": 2}], "name": "Zoë", "no": None}
    read = await store_and_read(house, "body", body)
    assert read == body
    assert str(read["Grand_Total"]) == "1234.10"


@pytest.mark.parametrize("column", ["seen_at", "amount", "body"])
async def test_nothing_stays_nothing(house: House, column: str) -> None:
    assert await store_and_read(house, column, None) is None
