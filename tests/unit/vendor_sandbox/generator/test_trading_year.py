"""Due dates, seasons and the locked quarter."""

import random
from datetime import date, timedelta

import pytest

from vendor_sandbox.generator.trading_year import (
    Terms,
    add_months,
    find_due_date,
    find_lock_date,
    find_start_date,
    find_working_day,
    plan_dates,
)


@pytest.mark.parametrize(
    ("today", "locked"),
    [
        ("2026-11-23", "2026-06-30"),
        ("2026-11-30", "2026-09-30"),
        ("2026-08-29", "2026-03-31"),
        ("2026-08-30", "2026-06-30"),
        ("2026-02-28", "2025-12-31"),
        ("2026-02-27", "2025-09-30"),
        ("2026-01-01", "2025-09-30"),
    ],
)
def test_the_locked_quarter_ended_at_least_two_months_ago(today: str, locked: str) -> None:
    assert find_lock_date(date.fromisoformat(today)) == date.fromisoformat(locked)


def test_documents_are_due_after_30_days_or_at_the_end_of_the_following_month() -> None:
    assert find_due_date(date(2026, 1, 31), Terms.DAYS_30) == date(2026, 3, 2)
    assert find_due_date(date(2026, 1, 31), Terms.END_OF_FOLLOWING_MONTH) == date(2026, 2, 28)
    assert find_due_date(date(2026, 12, 1), Terms.END_OF_FOLLOWING_MONTH) == date(2027, 1, 31)


def test_months_are_added_over_the_turn_of_the_year() -> None:
    assert add_months(date(2026, 1, 31), -2) == date(2025, 11, 30)
    assert add_months(date(2027, 12, 31), 2) == date(2028, 2, 29)


def test_trade_is_on_working_days_and_never_while_stock_is_taken() -> None:
    today = date(2026, 11, 23)
    days = plan_dates(random.Random(1), today, 3_000)
    closed = {date(2026, 6, 28), date(2026, 6, 29), date(2026, 6, 30)}
    assert find_start_date(find_lock_date(today)) == min(closed)
    assert days == sorted(days)
    assert not closed & set(days)
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}
    assert today - timedelta(days=365) < days[0] <= days[-1] <= today


def test_a_weekend_becomes_the_friday_before() -> None:
    assert [find_working_day(date(2026, 11, day)) for day in (20, 21, 22, 23)] == [
        date(2026, 11, 20),
        date(2026, 11, 20),
        date(2026, 11, 20),
        date(2026, 11, 23),
    ]
