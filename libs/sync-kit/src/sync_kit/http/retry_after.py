"""The Retry-After header, in both of its forms (RFC 9110, 10.2.3): seconds, or a date."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=2)


def read_retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When to try again, never before `now` and at most two days later; None if there is no readable header."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _read_number(text)
    if seconds is not None:
        return now + min(timedelta(seconds=seconds), _LONGEST)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(aware.astimezone(UTC), now), now + _LONGEST)


def _read_number(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    if not math.isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, _LONGEST.total_seconds())
