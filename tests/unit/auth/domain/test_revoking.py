"""How often a vendor is told again."""

from datetime import UTC, datetime, timedelta

from auth.domain.revoking import next_try_at

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_waits_double_from_five_seconds_to_an_hour() -> None:
    waits = [(next_try_at(NOW, tries) - NOW) for tries in (1, 2, 3, 9, 10, 11, 1000)]
    assert waits[:3] == [timedelta(seconds=5), timedelta(seconds=10), timedelta(seconds=20)]
    assert waits[3] == timedelta(seconds=1280)
    assert waits[4] == timedelta(seconds=2560)
    assert waits[5:] == [timedelta(hours=1), timedelta(hours=1)]
