"""Dates in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from vendor_sandbox.xero.dates import (
    parse_document_date,
    parse_modified_since,
    render_date,
    render_instant,
    render_lock_date,
)


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-11",
        "2019-03-11T23:59:59",
        "2019-03-11T00:00:00Z",
        "/Date(1552262400000)/",
        "/Date(1552262400000+0000)/",
    ],
)
def test_a_document_date_is_a_calendar_date(text: str) -> None:
    assert parse_document_date(text) == date(2019, 3, 11)


@pytest.mark.parametrize("text", ["", "11/03/2019", "2019-3-1", "20190311", "2019-02-30", "Date(0)", "/Date(x)/"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_document_date(text)


def test_dates_are_midnight_utc_in_milliseconds() -> None:
    assert render_date(date(2019, 3, 11)) == "/Date(1552262400000+0000)/"
    assert render_date(date(1969, 12, 31)) == "/Date(-86400000+0000)/"
    at = datetime(2018, 2, 15, 14, 5, 50, 940_999, tzinfo=UTC)
    assert render_instant(at) == "/Date(1518703550940+0000)/"
    assert render_lock_date(date(2018, 11, 30)) == "30-Nov-2018"


def test_modified_since_is_cut_to_the_second_and_turned_to_utc() -> None:
    assert parse_modified_since("2020-02-06T12:17:43.202-08:00") == datetime(2020, 2, 6, 20, 17, 43, tzinfo=UTC)
    assert parse_modified_since("2020-02-06T12:17:43") == datetime(2020, 2, 6, 12, 17, 43, tzinfo=UTC)
    with pytest.raises(ValueError, match="not a date-time"):
        parse_modified_since("Thu, 06 Feb 2020 12:17:43 GMT")
