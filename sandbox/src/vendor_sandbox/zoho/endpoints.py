"""The API paths that the sandbox serves: handler, rights, and how each counts against concurrency."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.zoho import coql, metadata, write_records
from vendor_sandbox.zoho.api_call import ApiCall, Endpoint
from vendor_sandbox.zoho.composite import FindEndpoint, list_composite_needs, run_composite
from vendor_sandbox.zoho.errors import ZohoRefusalError
from vendor_sandbox.zoho.list_records import list_records
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.read_record import count_records, list_deleted, read_record
from vendor_sandbox.zoho.scopes import ScopeNeed, need_area, need_module, need_settings, need_taxes

API_ROOT = "/crm/v8/"
Needs = Callable[[VendorRequest, dict[str, str], Org], list[ScopeNeed]]
_FIXED = frozenset(
    {
        "coql",
        "__composite_requests",
        "settings/modules",
        "settings/fields",
        "org",
        "org/currencies",
        "org/taxes",
        "users",
    }
)
_NOT_MODULES = frozenset({"settings", "org", "users", "coql", "__composite_requests"})


def build_endpoints(find_endpoint: FindEndpoint) -> dict[str, dict[str, Endpoint]]:
    """Endpoints by path pattern and method; `find_endpoint` is what a composite asks for its parts."""
    composite = Endpoint(
        partial(_run_composite, find_endpoint),
        lambda request, _, org: list_composite_needs(request, org, find_endpoint),
        is_sub_limited=_always,
        slots=5,
    )
    return {
        "coql": {"POST": Endpoint(coql.run_query, coql.list_query_needs, _always, in_composite=True)},
        "__composite_requests": {"POST": composite},
        "settings/modules": {
            "GET": Endpoint(metadata.list_modules, _fixed(need_settings("modules")), in_composite=True)
        },
        "settings/fields": {
            "GET": Endpoint(metadata.list_fields, _fixed(need_settings("fields")), in_composite=True),
            "POST": Endpoint(metadata.create_fields, _fixed(need_settings("fields", "CREATE"))),
        },
        "org": {"GET": Endpoint(metadata.show_org, _fixed(need_area("org")), in_composite=True)},
        "org/currencies": {
            "GET": Endpoint(metadata.list_currencies, _fixed(need_settings("currencies")), in_composite=True)
        },
        "org/taxes": {"GET": Endpoint(metadata.list_taxes, _fixed(need_taxes()), in_composite=True)},
        "org/taxes/{id}": {"GET": Endpoint(metadata.list_taxes, _fixed(need_taxes()), in_composite=True)},
        "users": {"GET": Endpoint(metadata.list_users, _fixed(need_area("users")), in_composite=True)},
        "{module}": {
            "GET": Endpoint(list_records, _module("READ"), _is_sorted, in_composite=True),
            "POST": Endpoint(
                write_records.insert_records, _module("CREATE"), write_records.is_large_write, in_composite=True
            ),
            "PUT": Endpoint(
                write_records.update_records, _module("UPDATE"), write_records.is_large_write, in_composite=True
            ),
            "DELETE": Endpoint(write_records.delete_records, _module("DELETE"), in_composite=True),
        },
        "{module}/upsert": {
            "POST": Endpoint(
                write_records.upsert_records,
                lambda request, parameters, org: [
                    *_module("CREATE")(request, parameters, org),
                    *_module("UPDATE")(request, parameters, org),
                ],
                write_records.is_large_write,
                in_composite=True,
            )
        },
        "{module}/deleted": {"GET": Endpoint(list_deleted, _module("READ"), in_composite=True)},
        "{module}/actions/count": {"GET": Endpoint(count_records, _module("READ"), in_composite=True)},
        "{module}/{id}": {
            "GET": Endpoint(read_record, _module("READ"), in_composite=True),
            "PUT": Endpoint(write_records.update_records, _module("UPDATE"), in_composite=True),
            "DELETE": Endpoint(write_records.delete_records, _module("DELETE"), in_composite=True),
        },
    }


WRONG_METHOD = Endpoint(lambda _: _refuse_method(), lambda _request, _parameters, _org: [])


def match_path(path: str) -> tuple[str, dict[str, str]] | None:
    """The pattern of an API path and what stands in its places."""
    if not path.startswith(API_ROOT):
        return None
    rest = path[len(API_ROOT) :].rstrip("/")
    if rest in _FIXED:
        return rest, {}
    segments = rest.split("/")
    if segments[:2] == ["org", "taxes"] and len(segments) == 3:
        return "org/taxes/{id}", {"id": segments[2]}
    if segments[0] in _NOT_MODULES or not segments[0]:
        return None
    return _match_module_path(*segments)


def _match_module_path(module: str, *rest: str) -> tuple[str, dict[str, str]] | None:
    match rest:
        case []:
            return "{module}", {"module": module}
        case ["upsert" | "deleted" as action]:
            return f"{{module}}/{action}", {"module": module}
        case ["actions", "count"]:
            return "{module}/actions/count", {"module": module}
        case [record_id]:
            return "{module}/{id}", {"module": module, "id": record_id}
    return None


def _run_composite(find_endpoint: FindEndpoint, call: ApiCall) -> VendorResponse:
    return run_composite(call, find_endpoint)


def _refuse_method() -> VendorResponse:
    raise ZohoRefusalError(400, "INVALID_REQUEST_METHOD", "The http request method type is not a valid one")


def _fixed(need: ScopeNeed) -> Needs:
    return lambda _request, _parameters, _org: [need]


def _module(operation: str) -> Needs:
    """READ, CREATE ... on the module in the path; a line module belongs to its document."""

    def list_needs(_: VendorRequest, parameters: dict[str, str], org: Org) -> list[ScopeNeed]:
        table = org.tables.get(parameters["module"])
        return [] if table is None else [need_module(table.module.scope, operation)]

    return list_needs


def _always(_: VendorRequest) -> bool:
    return True


def _is_sorted(request: VendorRequest) -> bool:
    return "sort_by" in request.query or "cvid" in request.query
