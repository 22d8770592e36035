"""Writes of many elements in one request.

Every element is accepted or refused for itself, in order. What the answer tells differs:

- `summarizeErrors=false`: always 200, all elements in request order, each with StatusAttributeString.
- otherwise: 200 if all were accepted; else 400 with the refused ones alone. The accepted ones ARE in the
  books then, and their ids are not told (field reports of 2018 and 2023).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from vendor_sandbox.core.wire import parse_json
from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.body_shapes import Scalar, Sent, Shape, read_object
from vendor_sandbox.xero.dates import render_date
from vendor_sandbox.xero.records import NO_ID
from vendor_sandbox.xero.refusals import ElementRefusedError, Problems, post_data_invalid, validation_failed
from vendor_sandbox.xero.rights import forbid_request, is_denied, refuse_missing_right
from vendor_sandbox.xero.writing import WriteContext

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Writable(Generic[T]):
    """How a kind of record is written and told.

    `error_flag`: HasErrors, HasValidationErrors or "" (the kind has none); `raises_flag` False: it stays false even on
    a refused element. `find_action`: the right that an element needs (GET /Organisation/Actions), None where none.
    """

    plural: str
    id_name: str
    error_flag: str
    shape: Shape
    show: Callable[[WriteContext, T], dict[str, Any]]
    find_action: Callable[[WriteContext, Sent], str | None] | None = None
    raises_flag: bool = True


def read_elements(body: bytes, plural: str) -> list[dict[str, Any]]:
    """The elements of a body: `{"<Plural>": [...]}` or one object. Raises RequestRefusedError 14."""
    try:
        value = parse_json(body)
    except ValueError:
        raise post_data_invalid("JSON for posted data was invalid") from None
    if isinstance(value, dict) and plural in value:
        value = value[plural]
        if isinstance(value, dict):
            value = [value]
    elif isinstance(value, dict):
        value = [value]
    else:
        raise post_data_invalid(f"An object, or an object with '{plural}', is expected")
    if not isinstance(value, list) or not value:
        raise post_data_invalid(f"'{plural}' must be a list with at least one element")
    for element in value:
        if not isinstance(element, dict):
            raise post_data_invalid(f"An element of '{plural}' is not an object")
    return value


def write_batch(call: ApiCall, kind: Writable[T], write: Callable[[WriteContext, Sent], T]) -> ApiAnswer:
    """Write all elements of the body. Raises RequestRefusedError (14 before anything, 10 after the deed)."""
    summarizes = call.read_flag("summarizeerrors", default=True)
    elements = read_elements(call.request.body, kind.plural)
    return _write_elements(call, kind, write, elements, summarizes=summarizes)


def write_single(
    call: ApiCall, kind: Writable[T], record_id: str, write: Callable[[WriteContext, Sent], T]
) -> ApiAnswer:
    """Write the one element that a path names; its id is the path's."""
    elements = read_elements(call.request.body, kind.plural)
    if len(elements) > 1:
        raise post_data_invalid("One element is expected when the path names a record")
    elements[0] = {**elements[0], kind.id_name: record_id}
    return _write_elements(call, kind, write, elements, summarizes=True)


def _write_elements(
    call: ApiCall,
    kind: Writable[T],
    write: Callable[[WriteContext, Sent], T],
    elements: list[dict[str, Any]],
    *,
    summarizes: bool,
) -> ApiAnswer:
    sent = [
        read_object(element, kind.shape, f"{kind.plural}[{at}]" if len(elements) > 1 else "")
        for at, element in enumerate(elements)
    ]
    context = call.make_write_context()
    if context.switches.missing_right == "forbidden" and any(_find_missing_right(context, kind, one) for one in sent):
        raise forbid_request()
    shown: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for element, one in zip(elements, sent, strict=True):
        context.warnings.clear()
        try:
            missing = _find_missing_right(context, kind, one)
            if missing is not None:
                raise refuse_missing_right(missing)
            entry = kind.show(context, write(context, one))
        except ElementRefusedError as refusal:
            entry = _echo(kind, element, one, refusal.problems)
            failed.append(entry)
            status = "ERROR"
        else:
            status = "OK"
        if context.warnings:
            entry = {**entry, "Warnings": _list_errors(context.warnings)}
        if not summarizes:
            entry = {**entry, "StatusAttributeString": status}
        shown.append(entry)
    if failed and summarizes:
        raise validation_failed(failed)
    return ApiAnswer({kind.plural: shown})


def _find_missing_right(context: WriteContext, kind: Writable[T], sent: Sent) -> str | None:
    action = kind.find_action(context, sent) if kind.find_action is not None else None
    return action if action is not None and is_denied(context, action) else None


def _echo(kind: Writable[T], element: dict[str, Any], sent: Sent, problems: Problems) -> dict[str, Any]:
    """A refused element: as it was sent, dates in Xero's spelling, with the errors where they belong."""
    echo = {kind.id_name: NO_ID, **element}
    for name, field in kind.shape.items():
        day = sent.find_date(name) if field is Scalar.DATE else None
        if day is not None:
            echo[name] = render_date(day)
    contact = echo.get("Contact")
    if isinstance(contact, dict):
        echo["Contact"] = {
            **contact,
            "HasValidationErrors": bool(problems.contact),
            "ValidationErrors": _list_errors(problems.contact),
        }
    lines = echo.get("LineItems")
    if isinstance(lines, list):
        echo["LineItems"] = [
            {**line, "ValidationErrors": _list_errors(problems.lines.get(at, []))} for at, line in enumerate(lines)
        ]
    if kind.error_flag:
        echo[kind.error_flag] = kind.raises_flag
    echo["ValidationErrors"] = _list_errors(problems.list_messages())
    return echo


def _list_errors(messages: list[str]) -> list[dict[str, str]]:
    return [{"Message": message} for message in messages]
