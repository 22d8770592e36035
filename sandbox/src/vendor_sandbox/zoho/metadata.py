"""Modules, fields, custom fields, the org, its users, taxes and currencies (vendor facts, section 8)."""

from __future__ import annotations

import re

from vendor_sandbox.core.messages import VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.api_call import ApiCall, as_list, get_table
from vendor_sandbox.zoho.custom_fields import add_custom_field
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data, missing_parameter
from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.tables import RecordTable

FIELDS_A_CALL = 5
_CURRENCY_NAMES = {"GBP": "British Pound", "EUR": "Euro", "USD": "US Dollar", "INR": "Indian Rupee"}
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "INR": "Rs."}


def list_modules(call: ApiCall) -> VendorResponse:
    """GET /settings/modules; line modules have generated_type subform and their document as parent."""
    modules = []
    for number, table in enumerate(call.org.tables.values(), 1):
        module = table.module
        is_line = module.parent is not None
        modules.append(
            {
                "api_name": module.api_name,
                "module_name": module.api_name,
                "plural_label": module.api_name.replace("_", " "),
                "generated_type": "subform" if is_line else "default",
                "api_supported": True,
                "viewable": True,
                "creatable": not is_line,
                "editable": not is_line,
                "deletable": not is_line,
                "parent_module": {"api_name": module.parent} if is_line else {},
                "sequence_number": number,
            }
        )
    return answer_json(200, {"modules": modules})


def list_fields(call: ApiCall) -> VendorResponse:
    """GET /settings/fields?module=."""
    table = _get_named_table(call)
    return answer_json(200, {"fields": [_describe_field(field) for field in table.fields.values()]})


def create_fields(call: ApiCall) -> VendorResponse:
    """POST /settings/fields?module=: at most 5 custom fields a call, 10 credits each."""
    table = _get_named_table(call)
    fields = as_list(call.read_body().get("fields"), "fields")
    if not 1 <= len(fields) <= FIELDS_A_CALL:
        raise invalid_data(api_name="fields", maximum_length=FIELDS_A_CALL)
    results = [add_custom_field(call.org, table, each, f"$.fields[{index}]") for index, each in enumerate(fields)]
    good = sum(result["status"] == "success" for result in results)
    status = 201 if good == len(results) else 207 if good else 400
    return answer_json(status, {"fields": results}, credits=max(1, 10 * good))


def show_org(call: ApiCall) -> VendorResponse:
    """GET /org."""
    org = call.org
    return answer_json(
        200,
        {
            "org": [
                {
                    "id": org.id,
                    "zgid": org.id,
                    "company_name": org.company_name,
                    "currency": f"{_CURRENCY_NAMES.get(org.iso_code, org.iso_code)} - {org.iso_code}",
                    "iso_code": org.iso_code,
                    "currency_symbol": _SYMBOLS.get(org.iso_code, org.iso_code),
                    "mc_status": org.multi_currency,
                    "time_zone": org.time_zone,
                    "country_code": org.country_code,
                    "type": "production",
                    "primary_email": org.user.email,
                    "license_details": {
                        "paid": org.edition.name != "free",
                        "paid_type": org.edition.name,
                        "users_license_purchased": org.users,
                    },
                }
            ]
        },
    )


def list_users(call: ApiCall) -> VendorResponse:
    """GET /users?type=: the sandbox's orgs have one user who signs in."""
    kind = call.request.query.get("type", "AllUsers")
    if kind not in {"AllUsers", "ActiveUsers", "CurrentUser", "AdminUsers", "ActiveConfirmedUsers"}:
        raise invalid_data(param_name="type")
    user = call.org.user
    told = {
        "id": user.id,
        "full_name": user.full_name,
        "email": user.email,
        "status": "active",
        "confirm": True,
        "time_zone": call.org.time_zone,
        "profile": {"name": "Administrator"},
        "role": {"name": "CEO"},
    }
    info = {"per_page": 200, "count": 1, "page": 1, "more_records": False}
    return answer_json(200, {"users": [told], "info": info})


def list_currencies(call: ApiCall) -> VendorResponse:
    """GET /org/currencies: 403 while multi-currency is off."""
    org = call.org
    if not org.multi_currency:
        raise ZohoRefusalError(403, "CURRENCIES_NOT_ENABLED", "The multi-currency is not enabled")
    currencies = [
        {
            "id": each.id,
            "name": f"{_CURRENCY_NAMES.get(each.iso_code, each.iso_code)} - {each.iso_code}",
            "iso_code": each.iso_code,
            "symbol": _SYMBOLS.get(each.iso_code, each.iso_code),
            "exchange_rate": str(each.exchange_rate),
            "is_base": each.is_base,
            "is_active": each.is_active,
            "format": {"decimal_separator": "Period", "thousand_separator": "Comma", "decimal_places": "2"},
        }
        for each in org.currencies
    ]
    return answer_json(200, {"currencies": currencies})


def list_taxes(call: ApiCall) -> VendorResponse:
    """GET /org/taxes[/{id}]."""
    taxes = [
        {"id": tax.id, "name": tax.name, "display_label": tax.name, "value": tax.value, "sequence_number": number}
        for number, tax in enumerate(call.org.taxes, 1)
        if call.parameters.get("id") in {None, tax.id}
    ]
    if not taxes:
        return VendorResponse(204)
    preference = {"auto_populate_tax": False, "modify_tax_rates": True}
    return answer_json(200, {"org_taxes": {"taxes": taxes, "preference": preference}})


def _get_named_table(call: ApiCall) -> RecordTable:
    name = call.request.query.get("module")
    if name is None:
        raise missing_parameter("module")
    return get_table(call.org, name)


def _describe_field(field: Field) -> JsonObject:
    is_money = field.data_type in {"currency", "formula", "double"}
    return {
        "id": field.id,
        "api_name": field.api_name,
        "field_label": field.display_label,
        "display_label": field.display_label,
        "data_type": "jsonarray" if field.data_type == "line_tax" else field.data_type,
        "json_type": field.json_type,
        "system_mandatory": field.mandatory,
        "read_only": field.read_only,
        "field_read_only": field.read_only,
        "custom_field": field.custom,
        "visible": True,
        "length": field.length,
        "decimal_place": 2 if is_money else None,
        "pick_list_values": [
            {"display_value": choice, "actual_value": choice, "reference_value": re.sub(r"\W+", "_", choice)}
            for choice in field.choices
        ],
        "lookup": {"module": {"api_name": field.lookup}} if field.lookup else {},
        "associated_module": {"api_name": field.subform} if field.subform else None,
        "subform": {"module": field.subform} if field.subform else None,
        "unique": {"case_sensitive": False} if field.unique else {},
        "external": {"type": field.external} if field.external else None,
        "formula": {"return_type": "currency"} if field.data_type == "formula" else {},
        "virtual_field": False,
    }
