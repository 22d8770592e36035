"""Checks the values of one written record against its module's fields; finds everything that is wrong at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.errors import envelope
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.tables import HEADER_TAX, Record, RecordTable
from vendor_sandbox.zoho.values import ValueRefusedError, read_taxes, read_value

_SET_BY_PEOPLE = frozenset({"Locked__s", "Record_Status__s"})


@dataclass(frozen=True, slots=True)
class Writing:
    """One write: where, when (whole seconds), by which call (0 = a person), and with what cap on lines."""

    core: SandboxCore
    org: Org
    at: datetime
    call_seq: int
    line_cap: int
    by_person: bool = False


def start_writing(
    core: SandboxCore, org: Org, at: datetime, call_seq: int, *, by_person: bool = False, lift_cap: bool = False
) -> Writing:
    """A write at this moment. Zoho keeps whole seconds."""
    line_cap = 0 if lift_cap else core.switches.zoho_line_cap
    return Writing(core, org, at.replace(microsecond=0), call_seq, line_cap, by_person)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with one record."""

    code: str
    message: str
    details: JsonObject

    @classmethod
    def invalid(cls, api_name: str, json_path: str, message: str = "invalid data", **details: object) -> RowProblem:
        """INVALID_DATA for a field."""
        return cls("INVALID_DATA", message, {**details, "api_name": api_name, "json_path": json_path})

    @classmethod
    def missing(cls, api_name: str, json_path: str) -> RowProblem:
        """MANDATORY_NOT_FOUND for a field."""
        details: JsonObject = {"api_name": api_name, "json_path": json_path}
        return cls("MANDATORY_NOT_FOUND", "required field not found", details)


def refuse_row(problems: list[RowProblem]) -> JsonObject:
    """The result of a record that was refused: its one problem, or all of them."""
    if len(problems) == 1:
        only = problems[0]
        return envelope(only.code, only.message, only.details)
    errors = [envelope(each.code, each.message, each.details) for each in problems]
    return envelope("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors occurred", {"errors": errors})


def check_values(
    writing: Writing, table: RecordTable, data: JsonObject, path: str, problems: list[RowProblem], *, is_new: bool
) -> Record:
    """The values to keep, lines left out. Read-only fields and `$` keys are passed over, as Zoho does."""
    values: Record = {}
    refuses_unknown = writing.core.switches.zoho_unknown_fields == "refused"
    for name, given in data.items():
        field = table.fields.get(name)
        json_path = f"{path}.{name}"
        if name == HEADER_TAX:
            _check_header_tax(writing, given, json_path, values, problems)
        elif field is None:
            if refuses_unknown and not name.startswith(("$", "_")):
                problems.append(RowProblem.invalid(name, json_path))
        elif field.subform is None and _is_writable(writing, field.api_name, field.read_only):
            try:
                values[name] = read_value(writing.org, field, given)
            except ValueRefusedError as refusal:
                message = "the id given seems to be invalid" if "id" in refusal.details else "invalid data"
                problems.append(RowProblem.invalid(name, json_path, message, **refusal.details))
    _check_mandatory(table, data, values, path, problems, is_new=is_new)
    return values


def _is_writable(writing: Writing, name: str, read_only: bool) -> bool:
    """A person may also lock a record, or send it for approval, which the API cannot."""
    return not read_only or (writing.by_person and name in _SET_BY_PEOPLE)


def _check_header_tax(
    writing: Writing, given: object, json_path: str, values: Record, problems: list[RowProblem]
) -> None:
    try:
        values[HEADER_TAX] = read_taxes(writing.org, given or [])
    except ValueRefusedError as refusal:
        problems.append(RowProblem.invalid(HEADER_TAX, json_path, **refusal.details))


def _check_mandatory(
    table: RecordTable, data: JsonObject, values: Record, path: str, problems: list[RowProblem], *, is_new: bool
) -> None:
    for field in table.fields.values():
        if not field.mandatory:
            continue
        name = field.api_name
        if field.subform is not None:
            absent = is_new and not data.get(name)
        elif name in data:
            absent = name in values and values[name] is None
        else:
            absent = is_new
        if absent:
            problems.append(RowProblem.missing(name, f"{path}.{name}"))
