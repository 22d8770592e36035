"""The control route that fills both vendors with one company: POST /_control/company."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vendor_sandbox.control.requests import read_object, respond
from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.generator.business import generate_business
from vendor_sandbox.xero.routes import XeroMount
from vendor_sandbox.zoho.control import get_org, start_as_person
from vendor_sandbox.zoho.routes import ZohoMount

_PARAMETERS = frozenset({"zoho_org_id", "xero_tenant_id", "seed"})


def company_routes(zoho: ZohoMount, xero: XeroMount) -> Sequence[BaseRoute]:
    """The route, bound to both vendors."""

    async def make_company(request: Request) -> Response:
        body = await read_object(request)
        unknown = set(body) - _PARAMETERS
        if unknown:
            raise ControlRefusedError(f"a company has no {sorted(unknown)}")
        org = get_org(zoho.state, body.get("zoho_org_id"))
        organisation = xero.state.organisations.get(str(body.get("xero_tenant_id")))
        if organisation is None:
            raise ControlRefusedError("there is no such organisation", status=404)
        try:
            made = generate_business(start_as_person(zoho.state, org), organisation, seed=str(body.get("seed", "1")))
        except ValueError as problem:
            raise ControlRefusedError(str(problem)) from problem
        return respond(made, 201)

    return [Route("/_control/company", make_company, methods=["POST"])]
