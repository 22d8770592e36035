"""A start date is never proposed inside locked books."""

from datetime import date

import pytest

from scheduler.domain.start_date import find_lock_date, propose_start_date

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("lock", "proposed"),
    [
        (None, date(2026, 11, 1)),
        (date(2026, 9, 30), date(2026, 11, 1)),
        (date(2026, 10, 31), date(2026, 11, 1)),
        (date(2026, 11, 15), date(2026, 11, 16)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_day_after_the_lock_or_the_first_of_the_month_whichever_is_later(lock: date | None, proposed: date) -> None:
    assert propose_start_date(TODAY, lock) == proposed


def test_the_later_of_both_lock_dates_counts() -> None:
    facts = {"period_lock_date": "2026-03-31", "end_of_year_lock_date": "2026-06-30T00:00:00"}
    assert find_lock_date(facts) == date(2026, 6, 30)
    assert find_lock_date({"period_lock_date": None}) is None
