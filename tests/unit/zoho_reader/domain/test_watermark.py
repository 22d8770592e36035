"""The watermark against the vendor's clock, and digests."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zoho_reader.domain.answers import Row
from zoho_reader.domain.backoff import count_backoff_seconds
from zoho_reader.domain.watermark import digest_row, list_unseen, move_watermark

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SETTLED = timedelta(seconds=300)
moments = st.integers(-100_000, 100_000).map(lambda seconds: AT + timedelta(seconds=seconds))


@given(before=st.none() | moments, asked_at=moments, newest_at=st.none() | moments)
def test_the_watermark_is_never_ahead_of_the_vendors_clock(
    before: datetime | None, asked_at: datetime, newest_at: datetime | None
) -> None:
    moved = move_watermark(before, asked_at=asked_at, newest_at=newest_at, settled_after=SETTLED)
    assert moved <= max(asked_at, before or asked_at)
    assert before is None or moved >= before
    assert moved >= asked_at - SETTLED
    if newest_at is not None and newest_at <= asked_at:
        assert moved >= newest_at


def test_a_time_in_the_future_does_not_push_the_watermark() -> None:
    far = AT + timedelta(days=300)
    assert move_watermark(None, asked_at=AT, newest_at=far, settled_after=SETTLED) == AT


def test_only_content_that_is_new_counts() -> None:
    known, changed = Row("1", AT, {"id": "1", "a": 1}), Row("2", AT, {"id": "2", "a": 2})
    seen = {"1": digest_row(known), "2": digest_row(Row("2", AT, {"id": "2", "a": 1}))}
    assert list_unseen([known, changed, Row("3", AT, {"id": "3"})], seen) == [changed, Row("3", AT, {"id": "3"})]


def test_a_name_of_another_record_is_no_content_of_this_one() -> None:
    def refer(**lookup: str) -> Row:
        return Row("1", AT, {"id": "1", "Account_Name": lookup})

    assert digest_row(refer(id="7", name="Old")) == digest_row(refer(id="7", name="New")) == digest_row(refer(id="7"))
    assert digest_row(refer(id="7", name="Old")) != digest_row(refer(id="8", name="Old"))


def test_backoff_grows_to_its_longest_and_differs_by_tenant() -> None:
    waits = [count_backoff_seconds("tenant-1", attempt, longest_seconds=300) for attempt in range(1, 40)]
    assert all(2.0**n <= wait <= 2.0**n * 1.25 for n, wait in enumerate(waits[:8], start=1))
    assert all(300 <= wait <= 375 for wait in waits[9:])
    assert waits == [count_backoff_seconds("tenant-1", attempt, longest_seconds=300) for attempt in range(1, 40)]
    assert count_backoff_seconds("tenant-2", 1, longest_seconds=300) != waits[0]
