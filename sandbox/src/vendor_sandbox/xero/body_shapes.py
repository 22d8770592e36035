"""Reads request bodies with types.

Xero refuses a whole request with ErrorNumber 14 when one value of one element cannot be read (a wrong
enum literal, a date that is none, text where a number belongs); nothing of the batch is written then.
So all elements of a body are read by a table of fields before the first of them is looked at. Unknown
names are ignored, null means "not sent", names are case-sensitive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, cast

from vendor_sandbox.xero.dates import parse_document_date
from vendor_sandbox.xero.refusals import post_data_invalid

_GUID = re.compile(r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$")
MAX_DIGITS = 28


class Scalar(Enum):
    """The simple kinds of value."""

    TEXT = "String"
    DECIMAL = "Decimal"
    INTEGER = "Int32"
    FLAG = "Boolean"
    DATE = "DateTime"
    GUID = "Guid"


@dataclass(frozen=True, slots=True)
class Choice:
    """An enum; literals are exact."""

    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class One:
    """A nested object."""

    fields: Mapping[str, Scalar | Choice | One | Many]


@dataclass(frozen=True, slots=True)
class Many:
    """A list of objects."""

    fields: Mapping[str, Scalar | Choice | One | Many]


Field = Scalar | Choice | One | Many
Shape = Mapping[str, Field]


def choice(*values: str) -> Choice:
    """An enum of these literals."""
    return Choice(frozenset(values))


class Sent:
    """What a request said about one object, read and typed. A field that was not sent is None."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def has(self, name: str) -> bool:
        """Was the field sent, with a value other than null?"""
        return name in self._values

    def find_text(self, name: str) -> str | None:
        """The text (or enum literal, or GUID) of a field."""
        return cast("str | None", self._values.get(name))

    def find_decimal(self, name: str) -> Decimal | None:
        """The number of a field."""
        return cast("Decimal | None", self._values.get(name))

    def find_integer(self, name: str) -> int | None:
        """The whole number of a field."""
        return cast("int | None", self._values.get(name))

    def find_flag(self, name: str) -> bool | None:
        """The boolean of a field."""
        return cast("bool | None", self._values.get(name))

    def find_date(self, name: str) -> date | None:
        """The calendar date of a field."""
        return cast("date | None", self._values.get(name))

    def find_object(self, name: str) -> Sent | None:
        """The nested object of a field."""
        return cast("Sent | None", self._values.get(name))

    def find_list(self, name: str) -> list[Sent] | None:
        """The nested objects of a field; an empty list is a sent list."""
        return cast("list[Sent] | None", self._values.get(name))

    def with_value(self, name: str, value: str) -> Sent:
        """A copy in which one text is set: the id that the path gives."""
        return Sent({**self._values, name: value})


def read_object(raw: object, shape: Shape, path: str = "") -> Sent:
    """Read one object by its table. Raises RequestRefusedError 14 for a value that cannot be read."""
    if not isinstance(raw, dict):
        raise post_data_invalid(f"{path or 'The body'} is not an object")
    values: dict[str, Any] = {}
    for name, value in raw.items():
        field = shape.get(name)
        if field is not None and value is not None:
            values[name] = _read_value(value, field, f"{path}.{name}" if path else name)
    return Sent(values)


def is_guid(text: str) -> bool:
    """Is this a GUID, with or without hyphens, in any case?"""
    return _GUID.match(text.lower()) is not None


def normalise_guid(text: str) -> str:
    """The hyphenated lower-case spelling of a GUID."""
    digits = text.lower().replace("-", "")
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _read_value(value: object, field: Field, path: str) -> Any:
    if isinstance(field, Scalar):
        return _READERS[field](value, path)
    if isinstance(field, Choice):
        if isinstance(value, str) and value in field.values:
            return value
        raise _unreadable(value, "Enum", path)
    if isinstance(field, One):
        return read_object(value, field.fields, path)
    if not isinstance(value, list):
        raise post_data_invalid(f"{path} is not a list")
    return [read_object(entry, field.fields, f"{path}[{at}]") for at, entry in enumerate(value)]


def _read_text(value: object, path: str) -> str:
    if isinstance(value, str):
        return value
    raise _unreadable(value, "String", path)


def _read_decimal(value: object, path: str) -> Decimal:
    if isinstance(value, bool):
        raise _unreadable(value, "Decimal", path)
    if isinstance(value, Decimal | int | str):
        try:
            number = Decimal(value.strip()) if isinstance(value, str) else Decimal(value)
        except InvalidOperation:
            raise _unreadable(value, "Decimal", path) from None
        if number.is_finite() and number.adjusted() < MAX_DIGITS:
            return number
    raise _unreadable(value, "Decimal", path)


def _read_integer(value: object, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _unreadable(value, "Int32", path)


def _read_flag(value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _unreadable(value, "Boolean", path)


def _read_date(value: object, path: str) -> date:
    if isinstance(value, str):
        try:
            return parse_document_date(value)
        except (ValueError, OverflowError):
            raise _unreadable(value, "DateTime", path) from None
    raise _unreadable(value, "DateTime", path)


def _read_guid(value: object, path: str) -> str:
    if isinstance(value, str) and is_guid(value):
        return normalise_guid(value)
    raise _unreadable(value, "Guid", path)


_READERS = {
    Scalar.TEXT: _read_text,
    Scalar.DECIMAL: _read_decimal,
    Scalar.INTEGER: _read_integer,
    Scalar.FLAG: _read_flag,
    Scalar.DATE: _read_date,
    Scalar.GUID: _read_guid,
}


def _unreadable(value: object, kind: str, path: str) -> Exception:
    shown = str(value)[:80]
    return post_data_invalid(f"Error converting value \"{shown}\" to type '{kind}'. Path '{path}'")
