"""Control routes of the simulated Zoho: orgs, who consents next, and records changed by a person in the CRM."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vendor_sandbox.control.requests import read_object, respond
from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.company import Sizes, generate_company
from vendor_sandbox.importers.online_retail import import_online_retail
from vendor_sandbox.zoho.custom_fields import add_custom_field
from vendor_sandbox.zoho.orgs import DATA_CENTRES, Org
from vendor_sandbox.zoho.record_checks import Writing, start_writing
from vendor_sandbox.zoho.rendering import render_whole
from vendor_sandbox.zoho.routes import ZohoMount
from vendor_sandbox.zoho.state import ZohoState
from vendor_sandbox.zoho.tables import RecordTable
from vendor_sandbox.zoho.writing import delete_record, insert_record, update_record

_ORG_PROPERTIES: dict[str, type] = {
    "company_name": str,
    "dc": str,
    "edition": str,
    "users": int,
    "iso_code": str,
    "country_code": str,
    "time_zone": str,
    "multi_currency": bool,
    "allowed_credits": int,
}
_SIZES = frozenset(Sizes.__dataclass_fields__)


def control_routes(mount: ZohoMount) -> list[BaseRoute]:
    """The routes, relative to /_control/zoho."""
    state = mount.state
    return [*_org_routes(state), *_settings_routes(state), *_filling_routes(state), *_record_routes(state)]


def _org_routes(state: ZohoState) -> list[BaseRoute]:
    async def orgs(request: Request) -> Response:
        if request.method == "POST":
            org = create_org_from(state, await read_object(request))
            return respond(_describe_org(org), 201)
        return respond({"orgs": [_describe_org(org) for org in state.orgs.values()]})

    async def consent(request: Request) -> Response:
        body = await read_object(request)
        org, via = get_org(state, body.get("org_id")), body.get("via")
        if via is not None and via not in DATA_CENTRES:
            raise ControlRefusedError(f"via is one of {', '.join(DATA_CENTRES)}")
        state.choose_consent(org, via)
        return respond({"org_id": org.id, "via": via or org.dc})

    return [
        Route("/orgs", orgs, methods=["GET", "POST"]),
        Route("/consent", consent, methods=["POST"]),
    ]


def _settings_routes(state: ZohoState) -> list[BaseRoute]:
    async def taxes(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        body = await read_object(request)
        name, value = body.get("name"), body.get("value")
        if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise ControlRefusedError("a tax needs a name and a value (percent)")
        tax = org.add_tax(name, Decimal(value))
        return respond({"id": tax.id, "name": tax.name, "value": tax.value}, 201)

    async def currencies(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        body = await read_object(request)
        code, rate = body.get("iso_code"), body.get("exchange_rate")
        if not isinstance(code, str) or isinstance(rate, bool) or not isinstance(rate, int | Decimal):
            raise ControlRefusedError("a currency needs iso_code and exchange_rate")
        if not org.multi_currency:
            raise ControlRefusedError("this org has no multi-currency")
        currency = org.add_currency(code, Decimal(rate))
        return respond({"id": currency.id, "iso_code": currency.iso_code}, 201)

    async def fields(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        body = await read_object(request)
        table = _get_table(org, str(body.get("module")))
        result = add_custom_field(org, table, {name: body[name] for name in body if name != "module"}, "$.fields[0]")
        return respond(result, 201 if result["status"] == "success" else 400)

    return [
        Route("/{org_id}/taxes", taxes, methods=["POST"]),
        Route("/{org_id}/currencies", currencies, methods=["POST"]),
        Route("/{org_id}/fields", fields, methods=["POST"]),
    ]


def _filling_routes(state: ZohoState) -> list[BaseRoute]:
    async def import_csv(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        content = await request.body()
        try:
            counts = import_online_retail(start_as_person(state, org, lift_cap=True), content.decode("utf-8-sig"))
        except ValueError as problem:
            raise ControlRefusedError(str(problem)) from problem
        return respond(counts)

    async def generate(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        body = await read_object(request)
        unknown = set(body) - {"seed", "faults", *_SIZES}
        if unknown:
            raise ControlRefusedError(f"the generator does not know {sorted(unknown)}")
        counts = {name: body[name] for name in _SIZES if name in body}
        if not all(type(count) is int and count >= 0 for count in counts.values()):
            raise ControlRefusedError("counts are whole numbers from 0")
        seed, sizes = str(body.get("seed", "1")), Sizes(**counts)
        return respond(
            generate_company(
                start_as_person(state, org), seed=seed, sizes=sizes, with_faults=body.get("faults") is True
            )
        )

    return [
        Route("/{org_id}/import/online-retail", import_csv, methods=["POST"]),
        Route("/{org_id}/generate", generate, methods=["POST"]),
    ]


def _record_routes(state: ZohoState) -> list[BaseRoute]:
    async def records(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        table = _get_table(org, request.path_params["module"])
        if request.method == "GET":
            return respond({"records": [render_whole(org, table, record) for record in table.records.values()]})
        _refuse_lines(table)
        given = (await read_object(request)).get("records")
        if not isinstance(given, list) or not all(isinstance(record, dict) for record in given):
            raise ControlRefusedError("records is a list of objects")
        writing = start_as_person(state, org)
        results = [insert_record(writing, table, record, index) for index, record in enumerate(given)]
        return _respond_results(results, 201)

    async def record(request: Request) -> Response:
        org = get_org(state, request.path_params["org_id"])
        table = _get_table(org, request.path_params["module"])
        record_id = request.path_params["id"]
        found = table.records.get(record_id)
        if found is None:
            raise ControlRefusedError("there is no such record", status=404)
        if request.method == "GET":
            return respond(render_whole(org, table, found))
        _refuse_lines(table)
        if request.method == "DELETE":
            return _respond_results([delete_record(start_as_person(state, org), table, record_id)], 200)
        body = await read_object(request)
        return _respond_results([update_record(start_as_person(state, org), table, record_id, body)], 200)

    return [
        Route("/{org_id}/{module}", records, methods=["GET", "POST"]),
        Route("/{org_id}/{module}/{id}", record, methods=["GET", "PATCH", "DELETE"]),
    ]


def create_org_from(state: ZohoState, body: JsonObject) -> Org:
    """An org as described by a control call. Raises ControlRefusedError."""
    properties: dict[str, Any] = {"company_name": "Sandbox Ltd", "dc": "eu"}
    for name, value in body.items():
        if name not in _ORG_PROPERTIES:
            raise ControlRefusedError(f"an org has no {name!r}")
        if type(value) is not _ORG_PROPERTIES[name]:
            raise ControlRefusedError(f"{name!r} cannot be {value!r}")
        properties[name] = value
    try:
        return state.add_org(**properties)
    except ValueError as problem:
        raise ControlRefusedError(str(problem)) from problem


def _describe_org(org: Org) -> JsonObject:
    return {
        "id": org.id,
        "zgid": org.id,
        "dc": org.dc,
        "company_name": org.company_name,
        "edition": org.edition.name,
        "users": org.users,
        "iso_code": org.iso_code,
        "country_code": org.country_code,
        "time_zone": org.time_zone,
        "multi_currency": org.multi_currency,
        "allowed_credits": org.limits.allowance,
        "user_id": org.user.id,
        "records": {name: len(table.records) for name, table in org.tables.items()},
    }


def start_as_person(state: ZohoState, org: Org, *, lift_cap: bool = False) -> Writing:
    """A write by a person: no token, no vendor call."""
    return start_writing(state.core, org, state.core.clock.now(), 0, by_person=True, lift_cap=lift_cap)


def get_org(state: ZohoState, org_id: object) -> Org:
    org = state.orgs.get(org_id) if isinstance(org_id, str) else None
    if org is None:
        raise ControlRefusedError("there is no such org", status=404)
    return org


def _get_table(org: Org, name: str) -> RecordTable:
    if name not in org.tables:
        raise ControlRefusedError(f"there is no module {name!r}", status=404)
    return org.tables[name]


def _refuse_lines(table: RecordTable) -> None:
    if table.module.parent is not None:
        raise ControlRefusedError("lines are written with their document")


def _respond_results(results: list[JsonObject], good_status: int) -> Response:
    """The result objects of the API; 400 as soon as one record was refused."""
    has_error = any(result["status"] == "error" for result in results)
    return respond({"data": results}, 400 if has_error else good_status)
