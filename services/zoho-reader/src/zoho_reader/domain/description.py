"""What a CRM has, from Zoho's metadata: fields, taxes, the organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts import codec
from sync_kit.contracts.cutting import ROOM_FOR_THE_REST
from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.parts import CrmField, CrmTax
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import BadAnswerError

MOST_VALUES: Final = 200
SUSPICIOUS_COUNT: Final = 25
"""Sub-requests of a composite bring 25 records at most. Metadata should not be meant, but as many fields may be cut."""


@dataclass(frozen=True)
class Organisation:
    """Who the CRM belongs to. `currency` is an ISO code; what Zoho did not tell is None."""

    name: str | None = None
    country: str | None = None
    currency: str | None = None
    edition: str | None = None
    users: int | None = None


@dataclass
class Found:
    """What was read of a CRM. A module that could not be read is not in it."""

    fields: dict[Module, tuple[CrmField, ...]] = field(default_factory=dict)
    line_fields: dict[Module, tuple[CrmField, ...]] = field(default_factory=dict)
    taxes: tuple[CrmTax, ...] | None = None
    organisation: Organisation | None = None


def read_fields(body: object) -> tuple[CrmField, ...]:
    """The fields of one module. Raises BadAnswerError."""
    found = []
    for item in _get_list(body, "fields"):
        name = item.get("api_name")
        if not isinstance(name, str):
            raise BadAnswerError("a field has no API name")
        label, data_type = item.get("field_label"), item.get("data_type")
        found.append(
            CrmField(
                api_name=name,
                label=label if isinstance(label, str) else name,
                data_type=data_type if isinstance(data_type, str) else "",
                custom=item.get("custom_field") is True,
                values=_read_values(item.get("pick_list_values")),
            )
        )
    return tuple(found)


def read_taxes(body: object) -> tuple[CrmTax, ...]:
    """The taxes of the org; None stands for the empty body of a 204. Raises BadAnswerError."""
    if body is None:
        return ()
    outer = body.get("org_taxes") if isinstance(body, Mapping) else None
    found = []
    for item in _get_list(outer, "taxes"):
        name, percent = item.get("name"), item.get("value")
        if not isinstance(name, str) or isinstance(percent, bool) or not isinstance(percent, int | Decimal):
            raise BadAnswerError("a tax has no name or no percentage")
        found.append(CrmTax(name=name, percent=Decimal(percent)))
    return tuple(found)


def read_organisation(body: object) -> Organisation:
    """The org. Raises BadAnswerError."""
    items = _get_list(body, "org")
    if not items:
        raise BadAnswerError("Zoho does not say which organisation this is")
    org = items[0]
    licence = org.get("license_details")
    licence = licence if isinstance(licence, Mapping) else {}
    users = licence.get("users_license_purchased")
    return Organisation(
        name=_find_text(org, "company_name"),
        country=_find_text(org, "country_code"),
        currency=_find_text(org, "iso_code"),
        edition=_find_text(licence, "paid_type"),
        users=users if isinstance(users, int) and not isinstance(users, bool) else None,
    )


def fit_into_event(event: CrmDescribed) -> CrmDescribed:
    """The same with fewer picklist values where it would be too large for an event."""
    for most in (MOST_VALUES, 50, 10, 0):
        event = event.model_copy(
            update={"fields": _shorten(event.fields, most), "line_fields": _shorten(event.line_fields, most)}
        )
        if len(codec.dumps(event)) <= MAX_EVENT_BYTES - ROOM_FOR_THE_REST:
            break
    return event


def _shorten(fields: Mapping[Module, tuple[CrmField, ...]], most: int) -> dict[Module, tuple[CrmField, ...]]:
    return {
        module: tuple(each.model_copy(update={"values": each.values[:most]}) for each in every)
        for module, every in fields.items()
    }


def _read_values(listed: object) -> tuple[str, ...]:
    values = []
    for item in listed if isinstance(listed, list) else ():
        value = item.get("actual_value") if isinstance(item, Mapping) else None
        if isinstance(value, str):
            values.append(value)
    return tuple(values[:MOST_VALUES])


def _find_text(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and value else None


def _get_list(body: object, name: str) -> Sequence[Mapping[str, Any]]:
    value = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise BadAnswerError(f"{name} is not a list of objects")
    return value
