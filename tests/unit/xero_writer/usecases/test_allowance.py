"""How many calls may begin: Xero's last word, less what is on its way, less what is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from xero_writer.clients.xero_accounting import XeroAnswer
from xero_writer.errors import OutOfCallsError
from xero_writer.usecases.allowance import MOST_AT_ONCE, SPARE_DAY_CALLS, SPARE_MINUTE_CALLS, Allowance

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def answered(**headers: Any) -> Allowance:
    allowance = Allowance()
    given = {"status": 200, "minute_remaining": 59, "day_remaining": 4999, **headers}
    allowance.note_answer(XeroAnswer(**given), NOW)
    return allowance


def test_four_at_once_and_one_is_left_to_people() -> None:
    assert answered().count_free(NOW) == MOST_AT_ONCE == 4


def test_what_is_on_its_way_is_subtracted() -> None:
    allowance = answered(minute_remaining=SPARE_MINUTE_CALLS + 2)
    assert allowance.count_free(NOW) == 2
    allowance.in_flight = 1
    assert allowance.count_free(NOW) == 1


def test_a_call_without_an_answer_counts_as_on_its_way_until_its_wait_is_over() -> None:
    allowance = answered()
    allowance.uncertain = 3
    assert allowance.count_free(NOW) == 1


def test_at_zero_we_wait_a_minute_from_the_last_answer() -> None:
    allowance = answered(minute_remaining=SPARE_MINUTE_CALLS)
    with pytest.raises(OutOfCallsError) as caught:
        allowance.count_free(NOW + timedelta(seconds=20))
    assert caught.value.until == NOW + timedelta(seconds=60)
    assert caught.value.limit == "minute"
    assert allowance.count_free(NOW + timedelta(seconds=60)) == 4


def test_the_days_reserve_is_for_settling_only() -> None:
    allowance = answered(day_remaining=SPARE_DAY_CALLS)
    with pytest.raises(OutOfCallsError) as caught:
        allowance.count_free(NOW)
    assert caught.value.limit == "day"
    assert allowance.count_free(NOW, settling=True) > 0


def test_a_used_up_day_is_looked_at_again_by_one_call_after_an_hour() -> None:
    allowance = answered(day_remaining=0)
    assert allowance.count_free(NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("limit", "retry_after", "least", "most"),
    [
        ("minute", 17, 17, 20),
        ("day", 7000, 7000, 7002),
        ("concurrent", None, 1, 2),
        ("app", None, 15, 76),
        ("unknown", None, 60, 60),
    ],
)
def test_a_refusal_is_obeyed(limit: str, retry_after: int | None, least: int, most: int) -> None:
    allowance = answered(status=429, limit=limit, retry_after_seconds=retry_after)
    with pytest.raises(OutOfCallsError) as caught:
        allowance.count_free(NOW)
    assert caught.value.limit == limit
    assert least <= (caught.value.until - NOW).total_seconds() <= most


def test_useless_answers_make_us_wait_longer_and_longer_and_a_good_one_ends_it() -> None:
    allowance = Allowance()
    waits: list[float] = []
    for _ in range(12):
        allowance.blocked_until = None
        allowance.note_trouble(NOW)
        assert allowance.blocked_until is not None
        waits.append((allowance.blocked_until - NOW).total_seconds())
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2, 300)
    allowance.note_answer(XeroAnswer(status=200), NOW)
    assert allowance.troubles == 0


def test_the_app_wide_minute_is_left_alone_before_it_is_used_up() -> None:
    with pytest.raises(OutOfCallsError) as caught:
        answered(app_remaining=100).count_free(NOW)
    assert caught.value.limit == "app"
