"""Insert, update, upsert and delete of one record, the same code for API, people, importer and generator."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.line_rows import RowPlan, apply_rows, plan_rows
from vendor_sandbox.zoho.record_checks import RowProblem, Writing, check_values, refuse_row
from vendor_sandbox.zoho.rendering import render_whole
from vendor_sandbox.zoho.tables import ROWS, Record, RecordTable
from vendor_sandbox.zoho.totals import DISCOUNT_PERCENT, compute_document

_DEFAULTS: dict[str, Any] = {"Product_Active": True, "Taxable": True}


def insert_record(writing: Writing, table: RecordTable, data: JsonObject, index: int = 0) -> JsonObject:
    """Create a record; the result object of `data[index]`, success or error."""
    path = f"$.data[{index}]"
    problems: list[RowProblem] = []
    values = check_values(writing, table, data, path, problems, is_new=True)
    plan = _plan_lines(writing, table, data, [], path, problems)
    if not problems:
        problems += _find_duplicates(table, values, path, own_id=None)
    if problems:
        return refuse_row(problems)
    record = _complete_record(writing, table, values)
    if plan is not None:
        apply_rows(writing, writing.org.tables[table.module.lines or ""], record, plan)
        _sum_up(writing, table, record)
    _complete_name(table, record)
    table.add_record(record)
    _grow_picklists(table, values)
    _keep_version(writing, table, record, "created")
    return _tell_success(writing, record, "record added")


def update_record(
    writing: Writing,
    table: RecordTable,
    record_id: str,
    data: JsonObject,
    index: int = 0,
    unmodified_since: datetime | None = None,
) -> JsonObject:
    """Change a record; the result object of `data[index]`."""
    path = f"$.data[{index}]"
    record = table.records.get(record_id)
    problems: list[RowProblem] = []
    if record is None:
        return refuse_row([RowProblem.invalid("id", f"{path}.id", "the id given seems to be invalid")])
    refusal = _refuse_change(writing, record, unmodified_since)
    if refusal is not None:
        return refuse_row([refusal])
    values = check_values(writing, table, data, path, problems, is_new=False)
    plan = _plan_lines(writing, table, data, record.get(ROWS, []), path, problems)
    if not problems:
        problems += _find_duplicates(table, values, path, own_id=record_id)
    if problems:
        return refuse_row(problems)
    if "Discount" in values:
        record.pop(DISCOUNT_PERCENT, None)
    if values or plan is None or writing.core.switches.line_edit_bumps_parent:
        values = {**values, "Modified_Time": writing.at, "Modified_By": writing.org.user.id}
    table.change_record(record, values)
    if plan is not None:
        apply_rows(writing, writing.org.tables[table.module.lines or ""], record, plan)
    if table.module.lines is not None:
        _sum_up(writing, table, record)
    _complete_name(table, record)
    _grow_picklists(table, values)
    _keep_version(writing, table, record, "updated")
    return _tell_success(writing, record, "record updated")


def delete_record(writing: Writing, table: RecordTable, record_id: str) -> JsonObject:
    """Put a record into the recycle bin; references to it become empty."""
    record = table.records.get(record_id)
    if record is None:
        return refuse_row([RowProblem("INVALID_DATA", "the id given seems to be invalid", {"id": record_id})])
    refusal = _refuse_change(writing, record, None)
    if refusal is not None:
        return refuse_row([refusal])
    _keep_version(writing, table, record, "deleted")
    lines = table.module.lines
    if lines is not None:
        for row in record[ROWS]:
            writing.org.tables[lines].remove_record(row["id"])
    table.remove_record(record_id)
    _empty_references(writing, table, record_id)
    table.tombstones.append(
        {
            "id": record_id,
            "display_name": record.get(table.module.name_field),
            "deleted_at": writing.at,
        }
    )
    return {"code": "SUCCESS", "details": {"id": record_id}, "message": "record deleted", "status": "success"}


def _plan_lines(
    writing: Writing,
    table: RecordTable,
    data: JsonObject,
    present: list[Record],
    path: str,
    problems: list[RowProblem],
) -> RowPlan | None:
    lines = table.module.lines
    if lines is None or data.get(lines) is None:
        return None
    return plan_rows(writing, writing.org.tables[lines], data[lines], present, f"{path}.{lines}", problems)


def _refuse_change(writing: Writing, record: Record, unmodified_since: datetime | None) -> RowProblem | None:
    if record.get("Locked__s") and not writing.by_person:
        return RowProblem("RECORD_LOCKED", "record is locked", {"id": record["id"]})
    if unmodified_since is not None and record["Modified_Time"] > unmodified_since:
        return RowProblem("ALREADY_MODIFIED", "the record has been already modified", {"id": record["id"]})
    return None


def _find_duplicates(table: RecordTable, values: Record, path: str, own_id: str | None) -> list[RowProblem]:
    problems = []
    for name, value in values.items():
        field = table.fields.get(name)
        if field is None or not field.unique:
            continue
        others = [each for each in table.find_ids_by_value(name, value) if each != own_id]
        if others:
            details: JsonObject = {
                "api_name": name,
                "id": others[0],
                "duplicate_record": {"id": others[0], "module": {"api_name": table.module.api_name}},
                "json_path": f"{path}.{name}",
                "more_records": len(others) > 1,
            }
            problems.append(RowProblem("DUPLICATE_DATA", "duplicate data", details))
    return problems


def _complete_record(writing: Writing, table: RecordTable, values: Record) -> Record:
    org, user_id = writing.org, writing.org.user.id
    record: Record = {name: value for name, value in _DEFAULTS.items() if name in table.fields}
    if "Currency" in table.fields:
        currency = org.find_currency(values.get("Currency") or org.iso_code)
        record["Currency"] = org.iso_code
        record["Exchange_Rate"] = currency.exchange_rate if currency is not None else Decimal(1)
    record.update({name: value for name, value in values.items() if value is not None})
    record.update(
        {
            "id": org.new_id(),
            "Created_Time": writing.at,
            "Modified_Time": writing.at,
            "Created_By": user_id,
            "Modified_By": user_id,
            "Owner": values.get("Owner") or user_id,
            "Tag": [],
            "Locked__s": bool(values.get("Locked__s")),
            "Record_Status__s": values.get("Record_Status__s") or "Available",
        }
    )
    if table.module.lines is not None:
        record[ROWS] = []
    numbering = table.module.auto_number
    if numbering is not None:
        number = org.auto_numbers[table.module.api_name] = org.auto_numbers.get(table.module.api_name, 0) + 1
        record[numbering[0]] = f"{numbering[1]}{number:05d}"
    return record


def _sum_up(writing: Writing, table: RecordTable, record: Record) -> None:
    with_tax = writing.core.switches.zoho_sub_total == "with_tax"
    table.change_record(record, compute_document(record, record[ROWS], sub_total_with_tax=with_tax))


def _complete_name(table: RecordTable, record: Record) -> None:
    if table.module.api_name == "Contacts":
        names = (record.get("First_Name"), record.get("Last_Name"))
        table.change_record(record, {"Full_Name": " ".join(name for name in names if name)})


def _grow_picklists(table: RecordTable, values: Record) -> None:
    """A value that is not in the list is taken and added (Zoho: "existing or new")."""
    for name, value in values.items():
        field = table.fields.get(name)
        if field is not None and field.data_type == "picklist" and value and value not in field.choices:
            table.fields[name] = dataclasses.replace(field, choices=(*field.choices, value))


def _empty_references(writing: Writing, table: RecordTable, record_id: str) -> None:
    for other in writing.org.tables.values():
        names = [field.api_name for field in other.fields.values() if field.lookup == table.module.api_name]
        for name in names:
            for record in other.records.values():
                if record.get(name) == record_id:
                    other.change_record(record, {name: None})


def _keep_version(writing: Writing, table: RecordTable, record: Record, action: str) -> None:
    snapshot = render_whole(writing.org, table, record)
    writing.core.ledger.record_version(
        "zoho", table.module.api_name, record["id"], action, snapshot, writing.call_seq, writing.at
    )


def _tell_success(writing: Writing, record: Record, message: str) -> JsonObject:
    org = writing.org
    user = {"name": org.user.full_name, "id": org.user.id}
    return {
        "code": "SUCCESS",
        "details": {
            "Modified_Time": org.render_time(record["Modified_Time"]),
            "Modified_By": user,
            "Created_Time": org.render_time(record["Created_Time"]),
            "id": record["id"],
            "Created_By": user,
            "$approval_state": "approved",
        },
        "message": message,
        "status": "success",
    }
