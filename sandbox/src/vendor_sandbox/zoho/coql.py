"""POST /crm/v8/coql: runs a query (vendor facts, section 4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from operator import itemgetter
from typing import Any

from vendor_sandbox.core.messages import VendorRequest, VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject, parse_json
from vendor_sandbox.zoho.api_call import ApiCall
from vendor_sandbox.zoho.coql_conditions import (
    ColumnResolver,
    compile_criteria,
    invalid_query,
    select_candidates,
)
from vendor_sandbox.zoho.coql_syntax import Query, parse_query
from vendor_sandbox.zoho.errors import ZohoRefusalError
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.rendering import compile_getter
from vendor_sandbox.zoho.scopes import ScopeNeed, need_area, need_module
from vendor_sandbox.zoho.tables import Record

_NOT_ORDERABLE = frozenset({"line_tax", "multiselectpicklist", "textarea"})


def run_query(call: ApiCall) -> VendorResponse:
    """The rows of a query; 204 when there are none. Credits go by the LIMIT."""
    query = parse_query(_read_query_text(call.read_body()))
    table = call.org.tables.get(query.module)
    if table is None:
        raise invalid_query("module given seems to be invalid", module=query.module)
    resolver = ColumnResolver(call.org, table)
    meets = compile_criteria(resolver, query.criteria, call.core.switches)
    limit = call.limit_rows(query.limit, was_asked=query.has_limit)
    is_grouped = bool(query.group_by) or any(column.aggregate for column in query.columns)
    render = _compile_groups(resolver, query) if is_grouped else _compile_rows(call, resolver, query)
    records = [record for record in select_candidates(call.org, table, query.criteria) if meets(record)]
    rows, total = render(records, query.offset, query.offset + limit)
    credits_used = 1 if query.limit <= 200 else 2 if query.limit <= 1000 else 3
    if not rows:
        return VendorResponse(204, credits=credits_used)
    info = {"count": len(rows), "more_records": total > query.offset + len(rows)}
    return answer_json(200, {"data": rows, "info": info}, credits=credits_used)


def list_query_needs(request: VendorRequest, _: dict[str, str], org: Org) -> list[ScopeNeed]:
    """COQL's own scope, and READ on the module that is asked."""
    needs = [need_area("coql")]
    try:
        body = parse_json(request.body)
        table = org.tables.get(parse_query(_read_query_text(body)).module)
    except (ValueError, ZohoRefusalError):
        return needs
    if table is not None:
        needs.append(need_module(table.module.scope, "READ"))
    return needs


def _read_query_text(body: Any) -> str:
    text = body.get("select_query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise ZohoRefusalError(
            400, "MANDATORY_NOT_FOUND", "required field not found", {"api_name": "select_query", "json_path": "$"}
        )
    return text


Renderer = Callable[[list[Record], int, int], tuple[list[JsonObject], int]]


def _compile_rows(call: ApiCall, resolver: ColumnResolver, query: Query) -> Renderer:
    getters = [(column.key, _compile_column(call, resolver, column.name)) for column in query.columns]
    order = [(_compile_sort_key(resolver, name), descending) for name, descending in query.order_by]
    for name, _ in query.order_by:
        if resolver.resolve(name)[0].data_type in _NOT_ORDERABLE:
            raise invalid_query("column given is not supported in order by", column_name=name)

    def render(records: list[Record], start: int, end: int) -> tuple[list[JsonObject], int]:
        records.sort(key=itemgetter("id"))
        for key, descending in reversed(order):
            records.sort(key=key, reverse=descending)
        rows = []
        for record in records[start:end]:
            row: JsonObject = {key: get(record) for key, get in getters}
            row["id"] = record["id"]
            rows.append(row)
        return rows, len(records)

    return render


def _compile_column(call: ApiCall, resolver: ColumnResolver, name: str) -> Callable[[Record], Any]:
    field, follow = resolver.resolve(name)
    if field.data_type == "line_tax" and call.core.switches.coql_line_tax == "refused":
        raise invalid_query("column given seems to be invalid", column_name=name)
    get = compile_getter(call.org, field, coql=True)
    if "." not in name:
        return get

    def get_joined(record: Record) -> Any:
        target = follow(record)
        return None if target is None else get(target)

    return get_joined


def _compile_sort_key(resolver: ColumnResolver, name: str) -> Callable[[Record], Any]:
    """A key that puts records without a value first. What every record has needs no such care."""
    get = resolver.compile_value(name)
    if name in {"id", "Created_Time", "Modified_Time"}:
        return itemgetter(name)

    def key(record: Record) -> tuple[bool, Any]:
        value = get(record)
        return (False, 0) if value is None else (True, value)

    return key


def _compile_groups(resolver: ColumnResolver, query: Query) -> Renderer:
    """count, sum, min, max, avg over groups; an aggregate without group by is refused."""
    if not query.group_by:
        raise invalid_query("aggregate functions need a group by clause")
    plain = [column for column in query.columns if column.aggregate is None]
    if any(column.name not in query.group_by for column in plain):
        raise invalid_query("a selected column is not in the group by clause")
    group_getters = [resolver.compile_value(name) for name in query.group_by]
    getters = {name: compile_getter(resolver.org, resolver.resolve(name)[0], coql=True) for name in query.group_by}
    aggregates = [
        (column.key, (column.aggregate or "").lower(), resolver.compile_value(column.name))
        for column in query.columns
        if column.aggregate is not None
    ]
    orderable = {column.key for column in query.columns}
    if any(name not in orderable for name, _ in query.order_by):
        raise invalid_query("order by takes columns of the select clause here")

    def render(records: list[Record], start: int, end: int) -> tuple[list[JsonObject], int]:
        groups: dict[tuple[Any, ...], list[Record]] = {}
        for record in records:
            groups.setdefault(tuple(get(record) for get in group_getters), []).append(record)
        rows = []
        for values, members in groups.items():
            kept = dict(zip(query.group_by, values, strict=True))
            row: JsonObject = {column.key: _render_kept(getters[column.name], column.name, kept) for column in plain}
            row |= {key: _aggregate(name, (get(record) for record in members)) for key, name, get in aggregates}
            rows.append(row)
        for name, descending in reversed(query.order_by):
            rows.sort(key=lambda row, name=name: (row[name] is not None, str(row[name])), reverse=descending)  # type: ignore[misc]
        return rows[start:end], len(rows)

    return render


def _render_kept(get: Callable[[Record], Any], name: str, kept: Record) -> Any:
    return get({name.rpartition(".")[2]: kept[name]})


def _aggregate(name: str, values: Iterable[Any]) -> Any:
    present = [value for value in values if value is not None]
    if name == "count":
        return len(present)
    if not present:
        return None
    if name in {"min", "max"}:
        return min(present) if name == "min" else max(present)
    numbers = [value for value in present if isinstance(value, int | Decimal)]
    total = sum(numbers, Decimal(0))
    return total if name == "sum" else total / len(numbers) if numbers else None
