"""The virtual clock."""

from datetime import UTC, datetime, timedelta

import pytest

from vendor_sandbox.core.clock import VirtualClock

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_a_started_clock_stands_still() -> None:
    clock = VirtualClock(START)
    assert clock.now() == clock.now() == START


def test_advancing_moves_a_frozen_clock_by_exactly_that_span() -> None:
    clock = VirtualClock(START)
    clock.advance(1800.5)
    assert clock.now() == START + timedelta(seconds=1800.5)


def test_advancing_moves_a_running_clock_ahead_of_real_time() -> None:
    clock = VirtualClock()
    clock.advance(3600)
    ahead = clock.now() - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead <= timedelta(minutes=60)


def test_a_clock_that_runs_again_goes_on_from_where_it_stood() -> None:
    clock = VirtualClock(START)
    clock.run()
    assert not clock.is_frozen
    assert timedelta(0) <= clock.now() - START < timedelta(minutes=1)


def test_a_frozen_time_is_kept_in_utc() -> None:
    clock = VirtualClock()
    clock.freeze(datetime.fromisoformat("2026-11-02T11:30:00+02:00"))
    assert clock.now() == START
    assert clock.now().tzinfo is UTC


def test_time_never_goes_back() -> None:
    with pytest.raises(ValueError, match="back"):
        VirtualClock(START).advance(-1)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        VirtualClock().freeze(datetime(2026, 11, 2))  # noqa: DTZ001 - the point of the test
