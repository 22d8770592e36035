"""COQL: the where clause as a predicate, and which records need to be looked at for it."""

from __future__ import annotations

import operator
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.coql_syntax import Condition, Criteria, Junction, Quoted
from vendor_sandbox.zoho.errors import ZohoRefusalError, limit_exceeded
from vendor_sandbox.zoho.fields import Field
from vendor_sandbox.zoho.orgs import ID_DIGITS, Org
from vendor_sandbox.zoho.tables import ROWS, Record, RecordTable
from vendor_sandbox.zoho.values import parse_date, parse_date_time

Predicate = Callable[[Record], bool]
RELATION_LIMIT = 2
_ORDERED = frozenset(
    {"currency", "double", "formula", "integer", "date", "datetime", "bigint", "lookup", "ownerlookup"}
)
_NUMBERS = frozenset({"currency", "double", "formula", "integer"})
_IDS = frozenset({"bigint", "lookup", "ownerlookup", "userlookup"})
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def invalid_query(message: str, **details: object) -> ZohoRefusalError:
    """400 INVALID_QUERY."""
    return ZohoRefusalError(400, "INVALID_QUERY", message, details)


class ColumnResolver:
    """Finds the field behind a dotted name and counts the relations that a query uses."""

    def __init__(self, org: Org, table: RecordTable) -> None:
        self.org = org
        self.table = table
        self._relations: set[str] = set()

    def resolve(self, name: str) -> tuple[Field, Callable[[Record], Record | None]]:
        """The field, and the way from a base record to the record that has it (None: way is broken).

        Raises ZohoRefusalError.
        """
        *way, last = name.split(".")
        table, steps = self.table, []
        for index, step in enumerate(way):
            field = table.fields.get(step)
            if field is None or field.lookup is None or field.lookup not in self.org.tables:
                raise invalid_query("column given seems to be invalid", column_name=name)
            self._relations.add(".".join(way[: index + 1]))
            table = self.org.tables[field.lookup]
            steps.append((step, table.records))
        if len(self._relations) > RELATION_LIMIT:
            raise limit_exceeded("the number of joins exceeds the limit", RELATION_LIMIT, clause="join")
        field = table.fields.get(last)
        if field is None or field.data_type == "subform":
            raise invalid_query("column given seems to be invalid", column_name=name)

        def follow(record: Record) -> Record | None:
            current: Record | None = record
            for step, targets in steps:
                current = targets.get(current.get(step) or "") if current is not None else None
            return current

        return field, follow

    def compile_value(self, name: str) -> Callable[[Record], Any]:
        """A function from a base record to the kept value of a column. Raises ZohoRefusalError."""
        field, follow = self.resolve(name)
        last = field.api_name
        if "." not in name:
            return lambda record: record.get(last)

        def get(record: Record) -> Any:
            target = follow(record)
            return None if target is None else target.get(last)

        return get


def compile_criteria(resolver: ColumnResolver, criteria: Criteria, switches: Switches) -> Predicate:
    """The where clause as a function. Raises ZohoRefusalError for a column or value that does not fit."""
    if isinstance(criteria, Junction):
        left = compile_criteria(resolver, criteria.left, switches)
        right = compile_criteria(resolver, criteria.right, switches)
        if criteria.operator == "and":
            return lambda record: left(record) and right(record)
        return lambda record: left(record) or right(record)
    field, _ = resolver.resolve(criteria.name)
    if field.data_type in {"textarea", "line_tax", "multiselectpicklist"}:
        raise invalid_query("column given is not supported in criteria", column_name=criteria.name)
    limit = switches.coql_in_limit
    if len(criteria.values) > limit:
        raise limit_exceeded("the number of values given for in exceeds the limit", limit, operator="in")
    get = resolver.compile_value(criteria.name)
    return _compile_condition(field, criteria, get, null_differs=switches.coql_null_differs)


def _compile_condition(
    field: Field, condition: Condition, get: Callable[[Record], Any], *, null_differs: bool
) -> Predicate:
    """A negated operator is the opposite of the plain one, but for records without a value (a switch)."""
    name = condition.operator
    if name in {"is null", "is not null"}:
        wants_null = name == "is null"
        return lambda record: (get(record) is None) is wants_null
    plain = "=" if name == "!=" else name.removeprefix("not ")
    matches = _compile_match(field, condition, plain)
    if plain == name:
        return lambda record: (value := get(record)) is not None and matches(value)
    return lambda record: null_differs if (value := get(record)) is None else not matches(value)


def _compile_match(field: Field, condition: Condition, plain: str) -> Callable[[Any], bool]:
    """A test of one value that is not empty."""
    if plain == "like":
        return _compile_like(field, condition)
    if field.data_type not in _ORDERED and plain not in {"=", "in"}:
        raise invalid_query(
            "operator is not supported for the column", column_name=condition.name, operator=condition.operator
        )
    values = [read_literal(field, literal, condition) for literal in condition.values]
    if plain == "between":
        low, high = values
        return lambda value: bool(low <= value <= high)
    if plain in _COMPARE:
        compare, bound = _COMPARE[plain], values[0]
        return lambda value: compare(value, bound)
    if any(isinstance(value, str) for value in values):
        folded = {value.casefold() for value in values}
        return lambda value: value.casefold() in folded
    members = set(values)
    return lambda value: value in members


def _compile_like(field: Field, condition: Condition) -> Callable[[Any], bool]:
    """`%` stands for any text; case does not matter."""
    pattern = condition.values[0]
    if not isinstance(pattern, Quoted) or field.json_type != "string" or field.data_type in {*_IDS, "date", "datetime"}:
        raise invalid_query(
            "operator is not supported for the column", column_name=condition.name, operator=condition.operator
        )
    parts = (re.escape(part) for part in pattern.text.split("%"))
    match = re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL).fullmatch
    return lambda value: match(value) is not None


def read_literal(field: Field, literal: Quoted | Decimal | bool, condition: Condition) -> Any:
    """A literal as the kept kind of value. Raises ZohoRefusalError."""
    try:
        if field.data_type in _NUMBERS:
            return _read_number(literal)
        text = literal.text if isinstance(literal, Quoted) else str(literal)
        if field.data_type in _IDS:
            return _read_id(text)
        if field.data_type == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if not isinstance(literal, Quoted):
            raise ValueError(text)
        return _TEXT_READERS.get(field.data_type, str)(text)
    except (ValueError, KeyError):
        raise invalid_query("value given seems to be invalid for the column", column_name=condition.name) from None


def _read_number(literal: Quoted | Decimal | bool) -> Decimal:
    if not isinstance(literal, Decimal):
        raise ValueError("a number stands without quotes")
    return literal


def _read_id(text: str) -> str:
    if not text.isdigit():
        raise ValueError(text)
    return text.zfill(ID_DIGITS)


_TEXT_READERS: dict[str, Callable[[str], Any]] = {"datetime": parse_date_time, "date": parse_date}


def select_candidates(org: Org, table: RecordTable, criteria: Criteria) -> Iterable[Record]:
    """A superset of the records that meet the criteria, by an index where one of the joined conditions allows it."""
    for condition in _list_conjuncts(criteria):
        found = _select_by_index(org, table, condition)
        if found is not None:
            return found
    return table.records.values()


def _list_conjuncts(criteria: Criteria) -> Iterator[Condition]:
    if isinstance(criteria, Condition):
        yield criteria
    elif criteria.operator == "and":
        yield from _list_conjuncts(criteria.left)
        yield from _list_conjuncts(criteria.right)


def _select_by_index(org: Org, table: RecordTable, condition: Condition) -> Iterable[Record] | None:
    field = table.fields.get(condition.name)
    if field is None or condition.name not in {"id", "Parent_Id", "Modified_Time"}:
        return None
    values = [read_literal(field, literal, condition) for literal in condition.values]
    match condition.name, condition.operator:
        case "id", ("=" | "in"):
            return [table.records[each] for each in dict.fromkeys(values) if each in table.records]
        case "id", (">" | ">="):
            return table.list_from_id(values[0])
        case "Modified_Time", (">" | ">="):
            ordered = table.list_by_modified()
            return ordered[bisect_left(ordered, values[0], key=lambda record: record["Modified_Time"]) :]
        case "Parent_Id", ("=" | "in") if table.module.parent is not None:
            parents = org.tables[table.module.parent].records
            return [row for each in dict.fromkeys(values) if each in parents for row in parents[each][ROWS]]
    return None
