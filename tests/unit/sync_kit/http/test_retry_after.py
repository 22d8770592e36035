from datetime import UTC, datetime, timedelta

import pytest

from sync_kit.http import read_retry_after

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("30", 30), ("1.5", 1.5), ("Mon, 05 Jan 2026 09:01:00 GMT", 60), ("Mon, 05 Jan 2026 08:00:00 GMT", 0)],
)
def test_both_forms_are_read_and_none_lies_in_the_past(text: str, seconds: float) -> None:
    assert read_retry_after({"retry-after": text}, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "-5", "nan", "inf", "Mon, 99 Jan 2026"])
def test_what_cannot_be_read_is_as_if_absent(text: str) -> None:
    assert read_retry_after({"retry-after": text}, NOW) is None
    assert read_retry_after({}, NOW) is None


@pytest.mark.parametrize("text", ["99999999999", "Mon, 05 Jan 2099 09:00:00 GMT"])
def test_nobody_is_sent_away_for_more_than_two_days(text: str) -> None:
    assert read_retry_after({"retry-after": text}, NOW) == NOW + timedelta(days=2)
