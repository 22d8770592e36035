"""Dates as the Accounting API writes and reads them.

Out: `/Date(1518685950940+0000)/`, with a readable twin for documents (`DateString`). Document dates
are calendar dates of the organisation, encoded as midnight UTC. In: `YYYY-MM-DD`, an ISO date-time,
or `/Date(ms)/`. Source: Xero "Requests and responses", OpenAPI x-is-msdate.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAY_MILLISECONDS = 86_400_000
_MS_DATE = re.compile(r"^/Date\((-?\d{1,15})([+-]\d{4})?\)/$")
_ISO_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_ISO_DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$")


def parse_document_date(text: str) -> date:
    """A calendar date in any of the three accepted spellings. Raises ValueError."""
    if _ISO_DATE.match(text):
        return date.fromisoformat(text)
    found = _MS_DATE.match(text)
    if found:
        return (_EPOCH + timedelta(milliseconds=int(found[1]))).date()
    if _ISO_DATE_TIME.match(text):
        return date.fromisoformat(text[:10])
    raise ValueError(f"{text!r} is not a date")


def parse_modified_since(text: str) -> datetime:
    """`If-Modified-Since`: yyyy-mm-ddThh:mm:ss in UTC, with or without an offset, cut to the second.

    Raises ValueError. The official clients send `2020-02-06T12:17:43+00:00`.
    """
    text = text.strip()
    if _ISO_DATE.match(text):
        text += "T00:00:00"
    if not _ISO_DATE_TIME.match(text):
        raise ValueError(f"{text!r} is not a date-time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(microsecond=0)


def cut_to_milliseconds(moment: datetime) -> datetime:
    """Xero keeps milliseconds; what is shown and what is compared must be the same instant."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def render_date(day: date) -> str:
    """A document date: midnight UTC in milliseconds."""
    return f"/Date({(day.toordinal() - _EPOCH_ORDINAL) * _DAY_MILLISECONDS}+0000)/"


def render_date_string(day: date) -> str:
    """The readable twin: `2019-03-11T00:00:00`."""
    return f"{day.isoformat()}T00:00:00"


def render_instant(moment: datetime) -> str:
    """An instant with offset: `/Date(1518685950940+0000)/`."""
    return f"/Date({_milliseconds(moment)}+0000)/"


def render_instant_string(moment: datetime) -> str:
    """`UpdatedDateUTCString`: ISO 8601 to the second, with Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def render_envelope_instant(moment: datetime) -> str:
    """`DateTimeUTC` of the envelope, which carries no offset."""
    return f"/Date({_milliseconds(moment)})/"


def render_connection_instant(moment: datetime) -> str:
    """`/connections`: ISO without Z and with seven decimals."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def render_lock_date(day: date) -> str:
    """A lock date as error messages spell it: `30-Nov-2018`."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day:02d}-{months[day.month - 1]}-{day.year}"


def _milliseconds(moment: datetime) -> int:
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000
