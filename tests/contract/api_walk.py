"""Every operation of every service, filled with somebody's real ids.

What cannot be filled is an error: a new route or parameter must be taken in here before it is released.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.contract.raw_calls import RawRequest, json_call

Ids = Mapping[str, str]

OWNED: Final = ("tenant_id", "run_id", "connection_id")
"""Parameters that name something that a partner owns."""

NAMES_NOTHING_OWNED: Final[Mapping[str, str]] = {
    "cursor": "a position within a list that is bound to the caller anyway",
    "limit": "a number",
    "module": "a word of a closed set",
    "outcome": "a word of a closed set",
    "code": "a reason's code, published",
    "record_id": "narrows a tenant's list",
    "Idempotency-Key": "scoped to the API client",
    "if-match": "a version number",
    "from": "a version number",
    "to": "a version number",
    "dry_run": "a switch",
    "version": "a version number within what the tenant's id names",
}

FILLED: Final[Mapping[str, str]] = {"version": "1", "module": "invoices", "from": "0"}
"""Values of required parameters that name nothing owned."""

WITHOUT_IDS: Final[Mapping[str, str]] = {
    "register_partner": "the operator's; no partner's token opens it",
    "rotate_client_secret": "the operator's; no partner's token opens it",
    "issue_api_token": "takes the credential itself",
    "show_keys": "public keys",
    "list_reasons": "the published catalogue",
    "list_findings": "the published catalogue",
    "create_tenant": "makes a tenant of the caller's own",
    "list_tenants": "lists the caller's own tenants",
}

BODIES: Final[Mapping[str, Callable[[Ids], dict[str, Any]]]] = {
    "start_connection": lambda ids: {"tenant_id": ids["tenant_id"], "vendor": "zoho", "data_centre": "eu"},
    "choose_organisation": lambda ids: {"xero_tenant_id": "0b7a3a0e-0000-4000-8000-000000000000"},
    "start_sync": lambda ids: {"tenant_id": ids["tenant_id"]},
    "start_check": lambda ids: {"tenant_id": ids["tenant_id"]},
    "retry_sync": lambda ids: {},
    "replace_settings": lambda ids: {"books_start_date": "2026-01-01"},
    "decide_question": lambda ids: {"module": "accounts", "record_id": "100", "decision": "create_new"},
    "replace_mapping": lambda ids: {"accounts": {"sales": "200"}},
}


@dataclass(frozen=True)
class Operation:
    """One entry of a service's OpenAPI document."""

    service: str
    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The operation's id."""
        return str(self.described["operationId"])

    @property
    def scope(self) -> str | None:
        """The scope that a partner's token needs; None where no partner's token is asked for."""
        scopes = [scope for demand in self.described.get("security", ()) for scope in demand.get("partner", ())]
        return scopes[0] if scopes else None

    @property
    def ends_something(self) -> bool:
        """Best walked last."""
        return self.method == "DELETE"


def list_operations(services: Mapping[str, Any]) -> list[Operation]:
    """All operations of all services, those that delete at the end and tenants last of all."""
    found = [
        Operation(service, method.upper(), path, described)
        for service, app in services.items()
        for path, methods in app.openapi()["paths"].items()
        for method, described in methods.items()
    ]
    return sorted(found, key=lambda operation: (operation.ends_something, operation.name == "delete_tenant"))


def list_owned(operations: list[Operation]) -> Iterator[Operation]:
    """Those that name something owned."""
    return (operation for operation in operations if operation.name not in WITHOUT_IDS)


def put_into_path(path: str, value: str) -> str:
    """The path with this value in place of every id."""
    return re.sub(r"{(\w+)}", lambda found: FILLED.get(found[1], value), path)


def fill(operation: Operation, ids: Ids, token: str | None) -> RawRequest:
    """A valid request for what `ids` name. Raises LookupError for an operation that nobody has thought about."""
    target, query, named = _fill_parameters(operation, ids)
    body = None
    if "requestBody" in operation.described:
        if operation.name not in BODIES:
            raise LookupError(f"{operation.name}: what is a valid body?")
        body = BODIES[operation.name](ids)
        named += len(set(OWNED) & set(body))
    if "{" in target:
        raise LookupError(f"{operation.name}: {target} is not filled")
    if not named:
        raise LookupError(f"{operation.name}: names nothing owned, and nobody has said why")
    return json_call(operation.method, f"{target}?{urlencode(query)}" if query else target, token, body)


def _fill_parameters(operation: Operation, ids: Ids) -> tuple[str, dict[str, str], int]:
    """The path, the query, and how many of its parameters name something owned."""
    target, query, named = operation.path, {}, 0
    for parameter in operation.described.get("parameters", ()):
        name = parameter["name"]
        if name not in OWNED and name not in NAMES_NOTHING_OWNED:
            raise LookupError(f"{operation.name}: does {name} name something that a partner owns?")
        named += name in OWNED
        value = ids[name] if name in OWNED else FILLED.get(name)
        if value is None or not parameter["required"]:
            continue
        if parameter["in"] == "path":
            target = target.replace(f"{{{name}}}", quote(value, safe=""))
        elif parameter["in"] == "query":
            query[name] = value
    return target, query, named
