"""Reading values out of a CRM record as Zoho words them.

Zoho sends lookups as {"name","id"} or {"id"} (COQL), ids as strings, money as JSON numbers, dates as ISO texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_SHOWN = 80


class UnusableValueError(ValueError):
    """A field holds what it cannot mean: the field, the value as shown to people, and what would be allowed."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(field)
        self.field = field
        self.shown = show_value(value)
        self.rule = rule


@dataclass(frozen=True)
class Lookup:
    """A reference to another CRM record; the name is None where Zoho did not send it."""

    record_id: str
    name: str | None = None


def show_value(value: object) -> str:
    """A value as it stands in a sentence, cut to a readable length."""
    text = str(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def find_text(fields: Mapping[str, Any], name: str) -> str | None:
    """The text without white space around it; None when blank. Numbers (auto numbers) become text."""
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.strip() or None


def find_decimal(fields: Mapping[str, Any], name: str) -> Decimal | None:
    """The exact number; None when blank. Raises UnusableValueError for what is no finite decimal number."""
    value = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnusableValueError(name, value, "a number")
    try:
        number = value if isinstance(value, Decimal) else Decimal(value)
    except InvalidOperation:
        raise UnusableValueError(name, value, "a number") from None
    if not number.is_finite() or (abs(number.adjusted()) > 20 and number):
        raise UnusableValueError(name, value, "a number of usual size")
    return number


def find_date(fields: Mapping[str, Any], name: str) -> date | None:
    """The calendar date as it is written, never shifted through UTC; None when blank.

    Raises UnusableValueError for what is no date.
    """
    text = find_text(fields, name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise UnusableValueError(name, text, "a date") from None


def find_lookup(fields: Mapping[str, Any], name: str) -> Lookup | None:
    """The referred record; None when the lookup is empty. A joined name (`X.X`, COQL) is used where it was read."""
    value = fields.get(name)
    if value is None:
        return None
    whole = value if isinstance(value, dict | Mapping) else None
    record_id = find_text(whole, "id") if whole is not None else find_text(fields, name)
    if record_id is None:
        return None
    called = find_text(whole, "name") if whole is not None else None
    return Lookup(record_id, called or find_text(fields, f"{name}.{name}"))


def list_rows(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows of a subform or related list; what is not a row is passed over."""
    value = fields.get(name)
    return [row for row in value if isinstance(row, dict | Mapping)] if isinstance(value, list | tuple) else []


def list_names(fields: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a multi-select field; Zoho sends a list, one text, or objects with a name."""
    value = fields.get(name)
    items = value if isinstance(value, list | tuple) else [value]
    names = [find_text(item, "name") if isinstance(item, Mapping) else find_text({"_": item}, "_") for item in items]
    return [text for text in names if text]
