"""What an update would change, field by field, in words for people: as Xero has it now, and as we would send it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.parts import FieldChange
from xero_writer.domain.verdicts import Ready
from xero_writer.domain.xero_dates import find_xero_date

LONGEST: Final = 500
_LINES: Final = "LineItems"
_DATES: Final = frozenset({"Date", "DueDate", "DeliveryDate", "ExpiryDate"})
_NAMED_OTHERWISE: Final[Mapping[str, str]] = {
    "LineAmounts": _LINES,
    "LineTexts": _LINES,
    "LineTracking": _LINES,
    "UnitPrice": "SalesDetails",
}
"""What is compared under another name than it is sent."""
_PASSED_OVER: Final = frozenset({"ContactID", "ItemID", "LineItemID", "AddressType", "PhoneType", "TaxType"})


def list_changes(verdict: Ready, now: Mapping[str, Any] | None) -> tuple[FieldChange, ...]:
    """The fields that the update would change. `now` is the element as Xero shows it, None when it was not asked for:
    then nobody can say what stands there."""
    element = verdict.element or {}
    names = dict.fromkeys(_NAMED_OTHERWISE.get(name, name) for name in verdict.changed_fields)
    changes = []
    for name in names:
        if name not in element:
            continue
        before = _say(name, now.get(name)) if now is not None else None
        after = _say(name, element[name])
        if name == "Contact" and verdict.label.name is not None:
            after = verdict.label.name
        if now is None or before != after:
            changes.append(FieldChange(field=name, before=before, after=after))
    return tuple(changes)


def _say(name: str, value: object) -> str | None:
    if name in _DATES:
        found = find_xero_date(value)
        return found.isoformat() if found is not None else None
    if name == _LINES:
        return _cut("; ".join(_say_line(line) for line in _rows(value)))
    if name == "Contact" and isinstance(value, Mapping):
        return _text(value.get("Name") or value.get("ContactID"))
    return _cut(_say_any(value))


def _say_line(line: Mapping[str, Any]) -> str:
    quantity, price = _text(line.get("Quantity")), _text(line.get("UnitAmount"))
    discount = _text(line.get("DiscountAmount"))
    words = [line.get("ItemCode"), line.get("Description")]
    amounts = f"{quantity or '1'} x {price or '0'}" + (f" less {discount}" if discount not in (None, "0") else "")
    return " ".join([amounts, *(str(word) for word in words if word)])


def _say_any(value: object) -> str:
    if isinstance(value, Mapping):
        parts = [_say_any(item) for key, item in value.items() if key not in _PASSED_OVER]
        return " ".join(part for part in parts if part)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(part for part in map(_say_any, value) if part)
    return _text(value) or ""


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _cut(text: str) -> str | None:
    if not text:
        return None
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
