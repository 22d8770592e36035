"""Xero's own OpenAPI file as JSON Schemas: for answers of the sandbox and for requests of anybody.

The file is the vendor's and lies outside the repository: `XERO_OPENAPI_DIR` names its folder. The translation
knows what the file says in its own words: `nullable`, `x-is-msdate` (`/Date(ms)/`), `readOnly`. It is stricter
than the file in one point: a name that the schema does not have is a mistake.
"""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

MS_DATE = r"^/Date\(-?\d+([+-]\d{4})?\)/$"
SENT_DATE = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?)?$|" + MS_DATE
METHODS = frozenset({"get", "put", "post", "delete", "patch"})
# In every live answer and in the file's own examples, but not in its schemas.
ENVELOPE_NAMES = ("ValidationErrors", "Id", "Status", "ProviderName", "DateTimeUTC", "DateString", "DueDateString")
# In the file's own examples of one schema, but not in it.
EXAMPLE_NAMES = {"PurchaseOrder": ("Type", "HasErrors", "IsDiscounted")}


class XeroSpecification:
    """One OpenAPI file."""

    def __init__(self, path: Path) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
        self._components = {
            kind: {
                name: translate_schema(schema, kind) for name, schema in self._document["components"]["schemas"].items()
            }
            for kind in ("answer", "request", "lenient")
        }
        for name, extras in EXAMPLE_NAMES.items():
            schema = self._components["answer"].get(name, {"properties": {}})
            schema["properties"].update({extra: {} for extra in extras})
        self._operations = {
            operation["operationId"]: operation
            for methods in self._document["paths"].values()
            for method, operation in methods.items()
            if method in METHODS
        }

    def list_operations(self) -> set[tuple[str, str]]:
        """Method and path of every operation, in lower case, each parameter written `{key}`."""
        return {
            (method.upper(), re.sub(r"\{[^}]+\}", "{key}", path.lower()))
            for path, methods in self._document["paths"].items()
            for method in methods
            if method in METHODS
        }

    def find_answer_mistakes(self, operation_id: str, body: object) -> list[str]:
        """What is wrong with a 200 answer of an operation; empty when it is right."""
        content = self._operations[operation_id]["responses"]["200"]["content"]["application/json"]
        return self._find_mistakes(content["schema"], "answer", body)

    def find_component_mistakes(self, name: str, body: object) -> list[str]:
        """What is wrong with a body against a named schema; unknown names are let through."""
        return self._find_mistakes({"$ref": f"#/components/schemas/{name}"}, "lenient", body)

    def find_request_mistakes(self, operation_id: str, body: object) -> list[str]:
        """What is wrong with a request body; an unknown or read-only name is a mistake."""
        content = self._operations[operation_id]["requestBody"]["content"]["application/json"]
        return self._find_mistakes(content["schema"], "request", body)

    def _find_mistakes(self, schema: dict[str, Any], kind: str, body: object) -> list[str]:
        root = {**translate_schema(schema, kind), "components": {"schemas": self._components[kind]}}
        validator = Draft202012Validator(root, format_checker=FormatChecker(formats=("uuid",)))
        return [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validator.iter_errors(body)
        ]


def translate_schema(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    """An OpenAPI 3.0 schema as JSON Schema. `kind`: answer, request or lenient."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    names = ("type", "enum", "maxLength", "minLength", "required", "format", "pattern")
    translated: dict[str, Any] = {name: schema[name] for name in names if name in schema}
    if "items" in schema:
        translated["items"] = translate_schema(schema["items"], kind)
    if "properties" in schema:
        properties = {
            name: translate_schema(entry, kind)
            for name, entry in schema["properties"].items()
            if not (kind == "request" and entry.get("readOnly"))
        }
        translated["properties"] = properties
        if kind == "answer":
            properties.update({name: {} for name in ENVELOPE_NAMES if name not in properties})
        if kind != "lenient":
            translated["additionalProperties"] = False
    if schema.get("x-is-msdate") or schema.get("x-is-msdate-time"):
        translated["pattern"] = SENT_DATE if kind == "request" else MS_DATE
    if schema.get("nullable") and "type" in translated:
        translated["type"] = [translated["type"], "null"]
    return translated


@functools.cache
def find_specification(name: str = "xero_accounting.yaml") -> XeroSpecification | None:
    """The file of this name in XERO_OPENAPI_DIR; None when the folder is not named or not there."""
    folder = os.environ.get("XERO_OPENAPI_DIR")
    path = Path(folder) / name if folder else None
    return XeroSpecification(path) if path is not None and path.is_file() else None


def validate_request(operation: str, body: bytes | str | dict[str, Any]) -> list[str]:
    """What is wrong with a request body of an operation of the Accounting API (`createInvoices` ...).

    Empty when it is right. A single object is read as the plural's only element, as Xero does.
    Raises LookupError when XERO_OPENAPI_DIR names no folder with the file.
    """
    specification = find_specification()
    if specification is None:
        raise LookupError("XERO_OPENAPI_DIR does not lead to xero_accounting.yaml")
    value = json.loads(body) if isinstance(body, bytes | str) else body
    plural = next((name for name in _COLLECTIONS if name in operation), None)
    if plural is None:
        plural = _PLURALS.get(operation)
    if plural is not None and plural not in value:
        value = {plural: [value]}
    return specification.find_request_mistakes(operation, value)


_COLLECTIONS = ("Invoices", "PurchaseOrders", "Quotes", "Contacts", "Items", "Payments")
_PLURALS = {
    "updateInvoice": "Invoices",
    "updatePurchaseOrder": "PurchaseOrders",
    "updateQuote": "Quotes",
    "updateContact": "Contacts",
    "updateItem": "Items",
}
