"""Dotted names of parts of a Xero element, such as "SalesDetails.AccountCode", "Phones.MOBILE", "Addresses.POBOX.City".

Phones and addresses are lists in Xero, of which each has a type: the second part of the name is that type.
"""

from typing import Any, Final

_LISTS: Final = {"Phones": "PhoneType", "Addresses": "AddressType"}
_PHONE_PART: Final = "PhoneNumber"


def put_value(element: dict[str, Any], name: str, value: object) -> None:
    """Set one part; what is on the way is made, everything else stays. Nested parts are copied, never shared."""
    head, *rest = name.split(".")
    if not rest:
        element[head] = value
    elif head in _LISTS:
        kind, part = rest[0], rest[1] if len(rest) > 1 else _PHONE_PART
        entries = [dict(entry) for entry in element.get(head, ())]
        entry = next((entry for entry in entries if entry.get(_LISTS[head]) == kind), None)
        if entry is None:
            entry = {_LISTS[head]: kind}
            entries.append(entry)
        entry[part] = value
        element[head] = entries
    else:
        inner = dict(element.get(head) or {})
        put_value(inner, ".".join(rest), value)
        element[head] = inner


def remove_value(element: dict[str, Any], name: str) -> None:
    """Take one part out, with the part around it if that is empty then; nothing happens when it is not there."""
    head, *rest = name.split(".")
    if not rest:
        element.pop(head, None)
        return
    inner = element.get(head)
    if not isinstance(inner, dict):
        return
    inner = dict(inner)
    remove_value(inner, ".".join(rest))
    if inner:
        element[head] = inner
    else:
        del element[head]
