"""POST, PUT, upsert and DELETE of records (vendor facts, section 5): a result for every record, in order."""

from __future__ import annotations

from vendor_sandbox.core.messages import VendorRequest, VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject, parse_json
from vendor_sandbox.zoho.api_call import ApiCall, as_list, split_list
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data, invalid_module, missing_parameter
from vendor_sandbox.zoho.read_record import resolve_record_id
from vendor_sandbox.zoho.record_checks import RowProblem, Writing, refuse_row, start_writing
from vendor_sandbox.zoho.tables import RecordTable
from vendor_sandbox.zoho.writing import delete_record, insert_record, update_record

BATCH_LIMIT = 100
TRIGGERS = frozenset({"workflow", "approval", "blueprint", "pathfinder", "orchestration"})


def insert_records(call: ApiCall) -> VendorResponse:
    """POST /{Module}: 201 when all were created."""
    table = _get_writable(call)
    records = _read_records(call)
    writing = _start(call)
    return _answer(call, [insert_record(writing, table, data, index) for index, data in enumerate(records)], 201)


def update_records(call: ApiCall) -> VendorResponse:
    """PUT /{Module} with the ids in the body, or PUT /{Module}/{id} with one record."""
    table = _get_writable(call)
    records = _read_records(call)
    unmodified_since = call.find_header_time("if-unmodified-since")
    path_id = resolve_record_id(call, table) if "id" in call.parameters else None
    if path_id is not None and len(records) != 1:
        raise invalid_data(api_name="data", maximum_length=1)
    writing = _start(call)
    results = []
    for index, data in enumerate(records):
        record_id = data.get("id") if path_id is None else path_id
        if not isinstance(record_id, str) or (path_id is None and not record_id):
            results.append(refuse_row([RowProblem.missing("id", f"$.data[{index}].id")]))
        else:
            results.append(update_record(writing, table, record_id, data, index, unmodified_since))
    return _answer(call, results, 200)


def upsert_records(call: ApiCall) -> VendorResponse:
    """POST /{Module}/upsert: by id, by `duplicate_check_fields` or the module's own field, by unique fields."""
    table = _get_writable(call)
    body = call.read_body()
    records = _read_records(call)
    check_fields = _read_check_fields(table, body)
    unmodified_since = call.find_header_time("if-unmodified-since")
    writing = _start(call)
    results = []
    for index, data in enumerate(records):
        found = _find_present(table, data, check_fields, index)
        if isinstance(found, RowProblem):
            results.append(refuse_row([found]))
            continue
        record_id, field_name = found
        if record_id is None:
            result, action = insert_record(writing, table, data, index), "insert"
        else:
            result = update_record(writing, table, record_id, data, index, unmodified_since)
            action = "update"
        if result["status"] == "success":
            result |= {"action": action, "duplicate_field": field_name}
        results.append(result)
    return _answer(call, results, 200)


def delete_records(call: ApiCall) -> VendorResponse:
    """DELETE /{Module}?ids= or DELETE /{Module}/{id}."""
    table = _get_writable(call)
    if "id" in call.parameters:
        ids = [resolve_record_id(call, table)]
    else:
        ids = split_list(call.request.query.get("ids", ""))
        if not ids:
            raise missing_parameter("ids")
        if len(ids) > (1 if call.in_composite else BATCH_LIMIT):
            raise invalid_data(param_name="ids", maximum_length=BATCH_LIMIT)
    writing = _start(call)
    return _answer(call, [delete_record(writing, table, each) for each in ids], 200)


def is_large_write(request: VendorRequest) -> bool:
    """More than 10 records: such a call counts against the sub-concurrency."""
    if len(request.body) < 100:
        return False
    try:
        body = parse_json(request.body)
    except ValueError:
        return False
    data = body.get("data") if isinstance(body, dict) else None
    return isinstance(data, list) and len(data) > 10


def _start(call: ApiCall) -> Writing:
    return start_writing(call.core, call.org, call.request.at, call.request.call_seq)


def _get_writable(call: ApiCall) -> RecordTable:
    table = call.get_table()
    if table.module.parent is not None:
        raise invalid_module(table.module.api_name)
    return table


def _read_records(call: ApiCall) -> list[JsonObject]:
    body = call.read_body()
    if "data" not in body:
        raise ZohoRefusalError(
            400, "MANDATORY_NOT_FOUND", "required field not found", {"api_name": "data", "json_path": "$.data"}
        )
    records = as_list(body["data"], "data")
    limit = 1 if call.in_composite else BATCH_LIMIT
    if not records or len(records) > limit:
        raise invalid_data(api_name="data", minimum_length=1, maximum_length=limit, json_path="$.data")
    if not all(isinstance(record, dict) for record in records):
        raise invalid_data(api_name="data", expected_data_type="jsonobject", json_path="$.data")
    trigger = body.get("trigger")
    if trigger is not None and not all(each in TRIGGERS for each in as_list(trigger, "trigger")):
        raise invalid_data(api_name="trigger", json_path="$.trigger", supported_values=sorted(TRIGGERS))
    return records


def _read_check_fields(table: RecordTable, body: JsonObject) -> list[str]:
    """The fields that tell duplicates; unique fields are always looked at too."""
    given = body.get("duplicate_check_fields")
    if given is None:
        names = [table.module.duplicate_field] if table.module.duplicate_field else []
    else:
        names = as_list(given, "duplicate_check_fields")
        for name in names:
            if not isinstance(name, str) or name not in table.fields:
                raise invalid_data(api_name="duplicate_check_fields", json_path="$.duplicate_check_fields")
    unique = [field.api_name for field in table.fields.values() if field.unique]
    return list(dict.fromkeys([*names, *unique]))


def _find_present(
    table: RecordTable, data: JsonObject, check_fields: list[str], index: int
) -> tuple[str | None, str | None] | RowProblem:
    """The record to update and the field that found it; a problem if the field finds several."""
    record_id = data.get("id")
    if isinstance(record_id, str) and record_id in table.records:
        return record_id, "id"
    for name in check_fields:
        ids = table.find_ids_by_value(name, data.get(name))
        if len(ids) > 1:
            details: JsonObject = {
                "api_name": name,
                "id": ids[0],
                "duplicate_record": {"id": ids[0], "module": {"api_name": table.module.api_name}},
                "json_path": f"$.data[{index}].{name}",
                "more_records": True,
            }
            return RowProblem("DUPLICATE_DATA", "duplicate data", details)
        if ids:
            return ids[0], name
    return None, None


def _answer(call: ApiCall, results: list[JsonObject], good_status: int) -> VendorResponse:
    """All good: 200 or 201; mixed: 207 by the documents (a switch); all bad: 400, or 412 for the lock."""
    codes = [result["code"] for result in results if result["status"] == "error"]
    if not codes:
        status = good_status
    elif len(codes) < len(results):
        status = call.core.switches.zoho_mixed_write_status
    else:
        status = 412 if set(codes) == {"ALREADY_MODIFIED"} else 400
    credits_used = max(1, -(-len(results) // 10))
    return answer_json(status, {"data": results}, credits=credits_used)
