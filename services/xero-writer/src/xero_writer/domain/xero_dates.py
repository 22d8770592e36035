"""Xero's dates: `/Date(1518685950940+0000)/`, `/Date(1552326816230)/` and ISO texts (Xero: requests and responses).

Dates of documents are calendar dates of the organisation, encoded as midnight UTC: read as dates, never shifted.
"""

import re
from datetime import UTC, date, datetime, timedelta

from sync_kit.errors import BadAnswerError

_MS_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
_ISO_DATE = len("2026-11-01")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_xero_time(value: object) -> datetime:
    """The instant, aware UTC. Raises BadAnswerError for anything else."""
    if isinstance(value, str):
        found = _MS_DATE.fullmatch(value)
        try:
            if found:
                return _EPOCH + timedelta(milliseconds=int(found[1]))
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise BadAnswerError("not a time as Xero writes it")


def find_xero_time(value: object) -> datetime | None:
    """The same, None for what is absent ([] stands for null in some answers)."""
    return None if value in (None, "", []) else parse_xero_time(value)


def find_xero_date(value: object) -> date | None:
    """A calendar date, None for what is absent. Raises BadAnswerError."""
    if isinstance(value, str) and len(value) == _ISO_DATE:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    moment = find_xero_time(value)
    return None if moment is None else moment.date()


def format_if_modified_since(moment: datetime) -> str:
    """The header's form, in whole seconds of UTC (Xero: If-Modified-Since compares UpdatedDateUTC)."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
