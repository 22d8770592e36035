"""How records look on the wire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.tables import HEADER_TAX, ROWS, Record, RecordTable

Getter = Callable[[Record], Any]
_SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}


def compile_getter(org: Org, field: Field, *, coql: bool = False) -> Getter:
    """A function from a record to the field's JSON value. COQL gives lookups as `{"id"}` alone."""
    name = field.api_name
    if field.data_type == "datetime":
        render_time = org.render_time

        def get_time(record: Record) -> Any:
            at = record.get(name)
            return None if at is None else render_time(at)

        return get_time
    if field.lookup is None:
        return lambda record: record.get(name)
    if coql:

        def get_id(record: Record) -> Any:
            target = record.get(name)
            return None if target is None else {"id": target}

        return get_id
    return _compile_lookup(org, name, field.lookup)


def _compile_lookup(org: Org, name: str, module: str) -> Getter:
    if module == "users":
        user = {"name": org.user.full_name, "id": org.user.id, "email": org.user.email}
        return lambda record: None if record.get(name) is None else user
    table = org.tables[module]
    targets, name_field = table.records, table.module.name_field
    with_code = module == "Products"

    def get_target(record: Record) -> Any:
        target = targets.get(record.get(name, ""))
        if target is None:
            return None
        rendered = {"name": target.get(name_field), "id": target["id"]}
        if with_code:
            rendered["Product_Code"] = target.get("Product_Code")
        return rendered

    return get_target


def render_records(org: Org, table: RecordTable, records: Iterable[Record], names: Iterable[str]) -> list[JsonObject]:
    """Records as a list call gives them: the named fields and the id; never lines."""
    getters = [
        (name, compile_getter(org, table.fields[name]))
        for name in names
        if name != "id" and table.fields[name].data_type != "subform"
    ]
    rendered = []
    for record in records:
        row: JsonObject = {name: get(record) for name, get in getters}
        row["id"] = record["id"]
        rendered.append(row)
    return rendered


def render_whole(org: Org, table: RecordTable, record: Record, *, most_rows: int = 0) -> JsonObject:
    """A record as a GET by id gives it: all fields, its lines (at most `most_rows`, 0 = all), `$` keys."""
    rendered = render_records(org, table, [record], table.fields)[0]
    lines = table.module.lines
    if lines is not None:
        rows: list[Record] = record[ROWS]
        shown = rows[:most_rows] if most_rows else rows
        line_table = org.tables[lines]
        rendered[lines] = render_records(org, line_table, shown, line_table.fields)
        rendered["$has_more"] = {lines: len(shown) < len(rows)}
        rendered["$line_tax"] = record.get(HEADER_TAX) or []
    currency = record.get("Currency")
    if currency is not None:
        rendered["$currency_symbol"] = _SYMBOLS.get(currency, currency)
    return rendered
