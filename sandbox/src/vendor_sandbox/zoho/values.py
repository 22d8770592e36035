"""Checks one value of a written record and turns it into what the tables keep."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.orgs import Org

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


class ValueRefusedError(Exception):
    """INVALID_DATA for one value; `details` go beside api_name and json_path."""

    def __init__(self, **details: object) -> None:
        super().__init__(str(details))
        self.details: JsonObject = details


def parse_date_time(text: str) -> datetime:
    """ISO 8601 with an offset and no milliseconds, as aware UTC. Raises ValueError."""
    if _DATE_TIME.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def parse_date(text: str) -> str:
    """yyyy-MM-dd, kept as text. Raises ValueError."""
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)
    return text


def read_value(org: Org, field: Field, value: Any) -> Any:
    """The value to keep. None and "" clear a field. Raises ValueRefusedError."""
    if value is None or value == "":
        return None
    reader = _READERS.get(field.data_type)
    if reader is None:
        raise ValueRefusedError()
    return reader(org, field, value)


def _read_text(_: Org, field: Field, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueRefusedError(expected_data_type="string")
    if field.length is not None and len(value) > field.length:
        raise ValueRefusedError(maximum_length=field.length)
    return value


def _read_email(org: Org, field: Field, value: Any) -> str:
    text = _read_text(org, field, value)
    if _EMAIL.fullmatch(text) is None:
        raise ValueRefusedError(expected_data_type="email")
    return text


def _read_picklist(org: Org, field: Field, value: Any) -> str:
    text = _read_text(org, field, value)
    if field.api_name == "Currency" and org.find_currency(text) is None:
        raise ValueRefusedError(expected_data_type="picklist")
    return text


def _read_list(_: Org, field: Field, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueRefusedError(expected_data_type="jsonarray")
    return list(value)


def _read_number(_: Org, field: Field, value: Any) -> Decimal:
    if field.api_name == "Discount" and isinstance(value, str):
        found = _PERCENT.fullmatch(value)
        if found is not None and Decimal(found[1]) <= 100:
            return Percent(found[1])
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueRefusedError(expected_data_type="double")
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= Decimal(10) ** 16:
        raise ValueRefusedError(expected_data_type="double", maximum_length=16)
    return number


def _read_integer(_: Org, field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 10**9:
        raise ValueRefusedError(expected_data_type="integer")
    return value


def _read_boolean(_: Org, field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueRefusedError(expected_data_type="boolean")
    return value


def _read_date(_: Org, field: Field, value: Any) -> str:
    try:
        return parse_date(value)
    except (ValueError, TypeError) as problem:
        raise ValueRefusedError(expected_data_type="date") from problem


def _read_date_time(_: Org, field: Field, value: Any) -> datetime:
    try:
        return parse_date_time(value)
    except (ValueError, TypeError) as problem:
        raise ValueRefusedError(expected_data_type="datetime") from problem


def _read_lookup(org: Org, field: Field, value: Any) -> str:
    record_id = value.get("id") if isinstance(value, dict) else value
    if not isinstance(record_id, str):
        raise ValueRefusedError(expected_data_type="jsonobject")
    if field.lookup == "users":
        known = record_id == org.user.id
    else:
        known = field.lookup is not None and record_id in org.tables[field.lookup].records
    if not known:
        raise ValueRefusedError(id=record_id)
    return record_id


def read_taxes(org: Org, value: Any) -> list[JsonObject]:
    """Line_Tax or $line_tax: taxes of the org by name or id, with a percentage of their own if one is given.

    Raises ValueRefusedError. The amounts are computed later.
    """
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueRefusedError(expected_data_type="jsonarray")
    taxes: list[JsonObject] = []
    for each in value:
        tax = org.find_tax(each.get("name"), each.get("id"))
        if tax is None:
            raise ValueRefusedError(name=str(each.get("name")))
        percentage = each.get("percentage", tax.value)
        if isinstance(percentage, bool) or not isinstance(percentage, int | Decimal):
            raise ValueRefusedError(expected_data_type="double")
        taxes.append({"name": tax.name, "percentage": Decimal(percentage), "id": tax.id, "value": Decimal(0)})
    return taxes


class Percent(Decimal):
    """A discount that was given as a percentage."""


def _read_line_tax(org: Org, field: Field, value: Any) -> list[JsonObject]:
    return read_taxes(org, value)


_READERS: dict[str, Callable[[Org, Field, Any], Any]] = {
    "text": _read_text,
    "textarea": _read_text,
    "phone": _read_text,
    "website": _read_text,
    "email": _read_email,
    "picklist": _read_picklist,
    "multiselectpicklist": _read_list,
    "currency": _read_number,
    "double": _read_number,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "date": _read_date,
    "datetime": _read_date_time,
    "lookup": _read_lookup,
    "ownerlookup": _read_lookup,
    "line_tax": _read_line_tax,
}
