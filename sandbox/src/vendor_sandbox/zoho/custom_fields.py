"""Custom fields: what may be created, and the API name that Zoho makes of the label."""

from __future__ import annotations

import re
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.errors import envelope
from vendor_sandbox.zoho.fields import CUSTOM_TYPES, Field
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.tables import RecordTable

UNIQUE_LIMIT = 2


def add_custom_field(org: Org, table: RecordTable, wanted: Any, path: str) -> JsonObject:
    """Create a field; the result object of one entry of `fields`."""
    if not isinstance(wanted, dict):
        return envelope("INVALID_DATA", "invalid data", {"expected_data_type": "jsonobject", "json_path": path})
    label, data_type = wanted.get("field_label"), wanted.get("data_type")
    for name, value in (("field_label", label), ("data_type", data_type)):
        if not isinstance(value, str) or not value:
            details: JsonObject = {"api_name": name, "json_path": f"{path}.{name}"}
            return envelope("MANDATORY_NOT_FOUND", "required field not found", details)
    if data_type not in CUSTOM_TYPES:
        details = {"api_name": "data_type", "json_path": f"{path}.data_type"}
        return envelope("INVALID_DATA", "invalid data", details)
    refusal = _refuse_by_rules(org, table, wanted, path)
    if refusal is not None:
        return refusal
    field = _build_field(org, table, wanted)
    table.fields[field.api_name] = field
    return {
        "code": "SUCCESS",
        "details": {"id": field.id, "api_name": field.api_name},
        "message": "field created",
        "status": "success",
    }


def _refuse_by_rules(org: Org, table: RecordTable, wanted: JsonObject, path: str) -> JsonObject | None:
    label = wanted["field_label"]
    if any(field.display_label.casefold() == label.casefold() for field in table.fields.values()):
        return envelope("DUPLICATE_DATA", "duplicate data", {"api_name": "field_label", "json_path": path})
    if sum(field.custom for field in table.fields.values()) >= org.edition.custom_fields:
        return envelope("LIMIT_EXCEEDED", "custom field limit exceeded", {"limit": org.edition.custom_fields})
    if wanted.get("unique") and sum(field.unique for field in table.fields.values()) >= UNIQUE_LIMIT:
        return envelope("LIMIT_EXCEEDED", "unique field limit exceeded", {"limit": UNIQUE_LIMIT})
    external = wanted.get("external")
    is_external = isinstance(external, dict) and external.get("type") in {"org", "user"}
    if external and (not is_external or wanted["data_type"] != "text"):
        return envelope("INVALID_DATA", "invalid data", {"api_name": "external", "json_path": f"{path}.external"})
    length = wanted.get("length")
    if length is not None and (isinstance(length, bool) or not isinstance(length, int) or length < 1):
        return envelope("INVALID_DATA", "invalid data", {"api_name": "length", "json_path": f"{path}.length"})
    return None


def _build_field(org: Org, table: RecordTable, wanted: JsonObject) -> Field:
    external = wanted.get("external")
    data_type: str = wanted["data_type"]
    choices = tuple(
        str(each.get("display_value")) for each in wanted.get("pick_list_values") or () if isinstance(each, dict)
    )
    default_length = {"text": 255, "textarea": 2000, "picklist": 120, "email": 100, "phone": 30, "website": 450}
    return Field(
        api_name=_make_api_name(table, wanted["field_label"]),
        data_type=data_type,
        label=wanted["field_label"],
        length=wanted.get("length") or default_length.get(data_type),
        choices=choices,
        unique=bool(wanted.get("unique")),
        external=external["type"] if external else None,
        custom=True,
        id=org.new_id(),
    )


def _make_api_name(table: RecordTable, label: str) -> str:
    """Words joined by underscores; a number behind it if the name is taken."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_") or "Custom_Field"
    candidate, number = name, 0
    while candidate in table.fields:
        number += 1
        candidate = f"{name}{number}"
    return candidate
