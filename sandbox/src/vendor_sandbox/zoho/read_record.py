"""One record by its id or by an external value, the count of a module, and what was deleted."""

from __future__ import annotations

from datetime import timedelta

from vendor_sandbox.core.messages import VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.api_call import ApiCall
from vendor_sandbox.zoho.errors import invalid_data
from vendor_sandbox.zoho.list_records import read_field_names
from vendor_sandbox.zoho.rendering import render_whole
from vendor_sandbox.zoho.tables import RecordTable

RECYCLE_LIFE = timedelta(days=60)
TOMBSTONE_LIFE = timedelta(days=120)
PER_PAGE = 200


def read_record(call: ApiCall) -> VendorResponse:
    """GET /{Module}/{id}: every field (or those in `fields`), with lines."""
    table = call.get_table()
    record = table.records.get(resolve_record_id(call, table))
    if record is None:
        if call.core.switches.zoho_missing_id == 204 and call.parameters["id"].isdigit():
            return VendorResponse(204)
        raise invalid_data("the id given seems to be invalid", resource_path_index=1)
    whole = render_whole(call.org, table, record, most_rows=call.core.switches.zoho_rows_in_get)
    if "fields" in call.request.query:
        kept = {"id", *read_field_names(call, table)}
        whole = {name: value for name, value in whole.items() if name in kept or name.startswith("$")}
    return answer_json(200, {"data": [whole]})


def resolve_record_id(call: ApiCall, table: RecordTable) -> str:
    """The id in the path; with header X-EXTERNAL the path holds the value of that external field.

    An external value that no record has comes back as it is, which no id equals. Raises ZohoRefusalError.
    """
    given = call.parameters["id"]
    header = call.request.headers.get("x-external")
    if header is None:
        return given
    module, _, field_name = header.partition(".")
    field = table.fields.get(field_name)
    if module != table.module.api_name or field is None or field.external is None:
        raise invalid_data("the external field given seems to be invalid", header="X-EXTERNAL")
    ids = table.find_ids_by_value(field_name, given)
    return ids[0] if ids else ""


def count_records(call: ApiCall) -> VendorResponse:
    """GET /{Module}/actions/count."""
    return answer_json(200, {"count": len(call.get_table().records)})


def list_deleted(call: ApiCall) -> VendorResponse:
    """GET /{Module}/deleted: 60 days in the recycle bin, then 120 days as a permanent tombstone."""
    table = call.get_table()
    kind = call.request.query.get("type", "all")
    if kind not in {"all", "recycle", "permanent"}:
        raise invalid_data(param_name="type", supported_values=["all", "recycle", "permanent"])
    per_page = call.read_number("per_page", PER_PAGE, PER_PAGE)
    per_page = call.limit_rows(per_page, was_asked="per_page" in call.request.query)
    page = call.read_number("page", 1, 10**6)
    since = call.find_header_time("if-modified-since")
    credits_used = call.core.switches.zoho_deleted_credits
    rows = [row for row in _list_tombstones(call, table) if kind in {"all", row["type"]}]
    if since is not None:
        wanted = {
            stone["id"]
            for stone in table.tombstones
            if stone["deleted_at"] > since
            or (stone["deleted_at"] == since and call.core.switches.zoho_modified_since == "inclusive")
        }
        rows = [row for row in rows if row["id"] in wanted]
        if not rows:
            return VendorResponse(call.core.switches.zoho_deleted_empty, credits=credits_used)
    shown = rows[(page - 1) * per_page : page * per_page]
    if not shown:
        return VendorResponse(204, credits=credits_used)
    info = {
        "per_page": per_page,
        "count": len(shown),
        "page": page,
        "more_records": len(rows) > page * per_page,
    }
    return answer_json(200, {"data": shown, "info": info}, credits=credits_used)


def _list_tombstones(call: ApiCall, table: RecordTable) -> list[JsonObject]:
    """Newest first."""
    user = {"name": call.org.user.full_name, "id": call.org.user.id}
    rows: list[JsonObject] = []
    for stone in reversed(table.tombstones):
        age = call.request.at - stone["deleted_at"]
        if age >= RECYCLE_LIFE + TOMBSTONE_LIFE:
            continue
        is_permanent = age >= RECYCLE_LIFE
        rows.append(
            {
                "id": stone["id"],
                "display_name": stone["display_name"],
                "type": "permanent" if is_permanent else "recycle",
                "deleted_time": call.org.render_time(stone["deleted_at"]),
                "deleted_by": None if is_permanent else user,
                "created_by": user,
            }
        )
    return rows
