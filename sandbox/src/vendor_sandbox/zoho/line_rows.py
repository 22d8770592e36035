"""Line items inside a written document.

Zoho (Subform page): on an update a row with `id` is changed, a row without is appended, a row with
`"_delete": null` is deleted, an empty list deletes all, and rows that are not named stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.record_checks import RowProblem, Writing, check_values
from vendor_sandbox.zoho.tables import ROWS, Record, RecordTable
from vendor_sandbox.zoho.totals import DISCOUNT_PERCENT, compute_line


@dataclass(slots=True)
class RowPlan:
    """What will happen to a document's lines once everything was found right."""

    changed: list[tuple[Record, Record]] = field(default_factory=list)
    added: list[Record] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


def plan_rows(
    writing: Writing, table: RecordTable, rows: Any, present: list[Record], path: str, problems: list[RowProblem]
) -> RowPlan:
    """Check the rows of a document against those it has. What is wrong goes to `problems`."""
    plan = RowPlan()
    name = table.module.api_name
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(RowProblem.invalid(name, path, expected_data_type="jsonarray"))
        return plan
    by_id = {row["id"]: row for row in present}
    if not rows:
        plan.deleted = list(by_id)
        return plan
    for index, row in enumerate(rows):
        _plan_row(writing, table, row, by_id, f"{path}[{index}]", plan, problems)
    count = len(present) + len(plan.added) - len(plan.deleted)
    if writing.line_cap and count > writing.line_cap:
        problems.append(RowProblem.invalid(name, path, maximum_length=writing.line_cap))
    return plan


def _plan_row(
    writing: Writing,
    table: RecordTable,
    row: JsonObject,
    by_id: dict[str, Record],
    path: str,
    plan: RowPlan,
    problems: list[RowProblem],
) -> None:
    row_id = row.get("id")
    if row_id is None:
        values = check_values(writing, table, row, path, problems, is_new=True)
        plan.added.append(values)
        return
    present = by_id.get(row_id)
    if present is None:
        problems.append(RowProblem.invalid("id", f"{path}.id"))
    elif "_delete" in row:
        plan.deleted.append(row_id)
    else:
        values = check_values(writing, table, row, path, problems, is_new=False)
        plan.changed.append((present, values))


def apply_rows(writing: Writing, table: RecordTable, document: Record, plan: RowPlan) -> None:
    """Carry out a plan: the line table and the document's own list of rows change together."""
    for row_id in plan.deleted:
        table.remove_record(row_id)
    gone = set(plan.deleted)
    rows: list[Record] = [row for row in document[ROWS] if row["id"] not in gone]
    for row, values in plan.changed:
        if "Discount" in values:
            row.pop(DISCOUNT_PERCENT, None)
        table.change_record(row, {**values, "Modified_Time": writing.at, "Modified_By": writing.org.user.id})
    for values in plan.added:
        row = _complete_row(writing, document["id"], values)
        table.add_record(row)
        rows.append(row)
    for number, row in enumerate(rows, 1):
        row["Sequence_Number"] = number
        row["Quantity"] = Decimal(1) if row.get("Quantity") is None else row["Quantity"]
        row["List_Price"] = _find_price(writing, row)
        compute_line(row)
    document[ROWS] = rows


def _complete_row(writing: Writing, document_id: str, values: Record) -> Record:
    user_id = writing.org.user.id
    return {
        "Line_Tax": [],
        **values,
        "id": writing.org.new_id(),
        "Parent_Id": document_id,
        "Created_Time": writing.at,
        "Modified_Time": writing.at,
        "Created_By": user_id,
        "Modified_By": user_id,
    }


def _find_price(writing: Writing, row: Record) -> Decimal:
    """The price of the line, or else the product's."""
    if row.get("List_Price") is not None:
        price: Decimal = row["List_Price"]
        return price
    product = writing.org.tables["Products"].records.get(row.get("Product_Name") or "")
    found = product.get("Unit_Price") if product is not None else None
    return found if found is not None else Decimal(0)
