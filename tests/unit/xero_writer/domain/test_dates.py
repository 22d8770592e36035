"""Due dates and Xero's spellings of time."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sync_kit.errors import BadAnswerError
from xero_writer.domain.dates import due_from_terms, find_due_date
from xero_writer.domain.reference import Terms
from xero_writer.domain.xero_dates import find_xero_date, format_if_modified_since, parse_xero_time

DATED = date(2024, 1, 30)


@pytest.mark.parametrize(
    ("kind", "day", "due"),
    [
        ("DAYSAFTERBILLDATE", 14, date(2024, 2, 13)),
        ("DAYSAFTERBILLMONTH", 7, date(2024, 2, 7)),
        ("OFCURRENTMONTH", 31, date(2024, 1, 31)),
        ("OFFOLLOWINGMONTH", 31, date(2024, 2, 29)),
        ("OFFOLLOWINGMONTH", 20, date(2024, 2, 20)),
        ("OFFOLLOWINGMONTH", 0, None),
        ("SOMETIME", 1, None),
    ],
)
def test_payment_terms_give_the_due_date(kind: str, day: int, due: date | None) -> None:
    assert due_from_terms(DATED, Terms(day, kind)) == due


def test_terms_reach_over_the_year() -> None:
    assert due_from_terms(date(2023, 12, 5), Terms(10, "OFFOLLOWINGMONTH")) == date(2024, 1, 10)


def test_the_first_that_is_said_counts() -> None:
    week, month = Terms(7, "DAYSAFTERBILLDATE"), Terms(30, "DAYSAFTERBILLDATE")
    assert find_due_date(DATED, date(2024, 5, 1), week, month, 1) == date(2024, 5, 1)
    assert find_due_date(DATED, None, week, month, 1) == date(2024, 2, 6)
    assert find_due_date(DATED, None, None, month, 1) == date(2024, 2, 29)
    assert find_due_date(DATED, None, None, None, 1) == date(2024, 1, 31)
    assert find_due_date(DATED, None, None, None, None) is None


@pytest.mark.parametrize(
    "text",
    ["/Date(1518685950940+0000)/", "/Date(1518685950940)/", "2018-02-15T09:12:30.940", "2018-02-15T09:12:30.940+00:00"],
)
def test_all_of_xeros_spellings_are_one_instant(text: str) -> None:
    assert parse_xero_time(text) == datetime(2018, 2, 15, 9, 12, 30, 940000, tzinfo=UTC)


@pytest.mark.parametrize("value", ["soon", 5, "/Date(x)/", "/Date(99999999999999999999)/", {}])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(BadAnswerError):
        parse_xero_time(value)


@pytest.mark.parametrize("value", [None, "", []])
def test_absent_dates_are_none(value: object) -> None:
    assert find_xero_date(value) is None


def test_the_header_is_in_whole_seconds_of_utc() -> None:
    local = datetime(2020, 2, 6, 13, 17, 43, 999, tzinfo=timezone(timedelta(hours=1)))
    assert format_if_modified_since(local) == "2020-02-06T12:17:43"
