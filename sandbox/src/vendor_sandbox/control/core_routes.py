"""Control routes for what both vendors share: clock, switches, calls, history, faults, apps, reset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vendor_sandbox.control.requests import read_number, read_object, respond
from vendor_sandbox.core.apps import VendorApp
from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.core.faults import FaultRefusedError
from vendor_sandbox.core.messages import VendorMount
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import SwitchRefusedError

INDEX = {
    "clock": "GET, PUT {freeze_at?, advance_seconds?, run?} /_control/clock",
    "switches": "GET, PUT {name: value} /_control/switches",
    "calls": "GET /_control/calls?vendor=&since_seq=&kind=",
    "count": "GET /_control/calls/count?since_seq=",
    "history": "GET /_control/history?vendor=&kind=&id=",
    "faults": "GET, POST, DELETE /_control/faults; DELETE /_control/faults/{id}",
    "apps": "GET, POST /_control/apps",
    "reset": "POST /_control/reset",
    "company": "POST {zoho_org_id, xero_tenant_id, seed?} /_control/company",
    "zoho": "/_control/zoho/...",
    "xero": "/_control/xero/...",
}
_RULE_FIELDS = {"method": str, "path": str, "body": str, "skip": int, "times": int}


def core_routes(core: SandboxCore, mounts: Sequence[VendorMount]) -> list[BaseRoute]:
    """The routes, bound to one sandbox."""

    async def show_index(_: Request) -> Response:
        return respond(INDEX)

    async def reset(_: Request) -> Response:
        core.reset()
        for mount in mounts:
            mount.reset()
        return respond({"reset": True})

    async def clock(request: Request) -> Response:
        if request.method == "PUT":
            _change_clock(core.clock, await read_object(request))
            core.late_commits.run_due(core.clock.now())
        return respond({"now": core.clock.now().isoformat(), "frozen": core.clock.is_frozen})

    async def switches(request: Request) -> Response:
        if request.method == "PUT":
            try:
                core.switches = core.switches.with_changes(await read_object(request))
            except SwitchRefusedError as problem:
                raise ControlRefusedError(str(problem)) from problem
        return respond(core.switches.describe())

    return [
        Route("/_control", show_index),
        Route("/_control/reset", reset, methods=["POST"]),
        Route("/_control/clock", clock, methods=["GET", "PUT"]),
        Route("/_control/switches", switches, methods=["GET", "PUT"]),
        *_ledger_routes(core),
        *_fault_routes(core),
        *_app_routes(core),
    ]


def _ledger_routes(core: SandboxCore) -> list[BaseRoute]:
    async def list_calls(request: Request) -> Response:
        query = request.query_params
        calls = core.ledger.list_calls(
            vendor=query.get("vendor"), since_seq=read_number(request, "since_seq"), kind=query.get("kind")
        )
        return respond({"calls": [call.describe() for call in calls]})

    async def count_calls(request: Request) -> Response:
        return respond(core.ledger.count_calls(since_seq=read_number(request, "since_seq")))

    async def list_history(request: Request) -> Response:
        query = request.query_params
        versions = core.ledger.list_versions(vendor=query.get("vendor"), kind=query.get("kind"), id=query.get("id"))
        return respond({"versions": [version.describe() for version in versions]})

    return [
        Route("/_control/calls", list_calls),
        Route("/_control/calls/count", count_calls),
        Route("/_control/history", list_history),
    ]


def _fault_routes(core: SandboxCore) -> list[BaseRoute]:
    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            core.faults.clear()
            return respond({"removed": True})
        if request.method == "POST":
            return respond({"id": _add_fault(core, await read_object(request))}, 201)
        return respond({"faults": [rule.describe() for rule in core.faults.list_rules()]})

    async def remove_fault(request: Request) -> Response:
        if not core.faults.remove_rule(request.path_params["id"]):
            raise ControlRefusedError("there is no such fault", status=404)
        return respond({"removed": True})

    return [
        Route("/_control/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/_control/faults/{id}", remove_fault, methods=["DELETE"]),
    ]


def _app_routes(core: SandboxCore) -> list[BaseRoute]:
    async def apps(request: Request) -> Response:
        if request.method == "POST":
            app = _read_app(await read_object(request))
            core.apps.register_app(app)
            return respond({"vendor": app.vendor, "client_id": app.client_id}, 201)
        listed = [
            {
                "vendor": app.vendor,
                "client_id": app.client_id,
                "redirect_uris": list(app.redirect_uris),
                "scopes": sorted(app.scopes) if app.scopes is not None else None,
            }
            for app in core.apps.list_apps()
        ]
        return respond({"apps": listed})

    return [Route("/_control/apps", apps, methods=["GET", "POST"])]


def _change_clock(clock: VirtualClock, change: dict[str, Any]) -> None:
    unknown = set(change) - {"freeze_at", "advance_seconds", "run"}
    if unknown:
        raise ControlRefusedError(f"the clock does not know {sorted(unknown)}")
    try:
        if change.get("run"):
            clock.run()
        if "freeze_at" in change:
            at = change["freeze_at"]
            clock.freeze(None if at in {None, True} else datetime.fromisoformat(at))
        if "advance_seconds" in change:
            seconds = change["advance_seconds"]
            if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
                raise ValueError("advance_seconds must be a number")
            clock.advance(float(seconds))
    except (ValueError, TypeError) as problem:
        raise ControlRefusedError(str(problem)) from problem


def _add_fault(core: SandboxCore, rule: dict[str, Any]) -> str:
    for name in ("vendor", "kind"):
        if not isinstance(rule.get(name), str):
            raise ControlRefusedError(f"a fault needs {name!r}")
    for name, expected in _RULE_FIELDS.items():
        if rule.get(name) is not None and not isinstance(rule[name], expected):
            raise ControlRefusedError(f"{name!r} cannot be {rule[name]!r}")
    for name in ("seconds", "delay_seconds"):
        if isinstance(rule.get(name), Decimal):
            rule[name] = float(rule[name])
    if "callback" in rule:
        raise ControlRefusedError("callbacks are for in-process tests only")
    try:
        return core.faults.add_rule(**rule)
    except FaultRefusedError as problem:
        raise ControlRefusedError(str(problem)) from problem


def _read_app(body: dict[str, Any]) -> VendorApp:
    if body.get("vendor") not in {"zoho", "xero"}:
        raise ControlRefusedError("vendor is zoho or xero")
    for name in ("client_id", "client_secret"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise ControlRefusedError(f"an app needs {name!r}")
    redirects, scopes = body.get("redirect_uris", []), body.get("scopes")
    if not isinstance(redirects, list) or not (scopes is None or isinstance(scopes, list)):
        raise ControlRefusedError("redirect_uris and scopes are lists")
    return VendorApp(
        vendor=body["vendor"],
        client_id=body["client_id"],
        client_secret=body["client_secret"],
        redirect_uris=tuple(redirects),
        scopes=frozenset(scopes) if scopes is not None else None,
    )
