"""The company's year: working days, seasons, terms of payment, and the quarter that is closed.

A wholesaler of gifts sells most before Christmas. The last three days of the locked quarter are kept free for
stocktaking, so that a document dated in them is there on purpose.
"""

from __future__ import annotations

import random
from calendar import monthrange
from datetime import date, timedelta
from enum import Enum
from typing import Final

DAYS = 365
MONTHS_UNTIL_LOCKED = 2
STOCKTAKING_DAYS = 3
_SEASON: Final = (0.7, 0.8, 1.0, 1.0, 1.0, 0.9, 0.8, 0.8, 1.1, 1.4, 1.6, 1.0)
_FRIDAY = 4


class Terms(Enum):
    """When a document is due."""

    DAYS_30 = "30 days"
    END_OF_FOLLOWING_MONTH = "end of following month"


def find_due_date(dated: date, terms: Terms) -> date:
    """The day on which a document is due."""
    if terms is Terms.DAYS_30:
        return dated + timedelta(days=30)
    return end_of_month(add_months(dated, 1))


def end_of_month(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day in a later or earlier month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def find_lock_date(today: date) -> date:
    """The end of the newest quarter that ended at least two months ago."""
    day = end_of_month(add_months(today, -((today.month - 1) % 3) - 1))
    while add_months(day, MONTHS_UNTIL_LOCKED) > today:
        day = end_of_month(add_months(day, -3))
    return day


def find_start_date(lock_date: date) -> date:
    """From which day on documents are of interest: the first day of stocktaking."""
    return lock_date - timedelta(days=STOCKTAKING_DAYS - 1)


def plan_dates(rng: random.Random, today: date, count: int) -> list[date]:
    """`count` days of trade of the last twelve months, in order: working days, more of them in season."""
    lock_date = find_lock_date(today)
    first_closed = find_start_date(lock_date)
    span = [today - timedelta(days=back) for back in range(DAYS)]
    open_days = [day for day in span if day.weekday() <= _FRIDAY and not first_closed <= day <= lock_date]
    weights = [_SEASON[day.month - 1] for day in open_days]
    return sorted(rng.choices(open_days, weights, k=count))


def find_working_day(day: date) -> date:
    """The day itself, or the Friday before."""
    return day - timedelta(days=max(0, day.weekday() - _FRIDAY))
