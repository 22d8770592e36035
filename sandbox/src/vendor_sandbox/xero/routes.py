"""Xero as a mounted vendor: which path goes where, and the order of the checks.

Paths and query names are case-insensitive. An API call is authenticated, counted against the limits, looked up
in the idempotency store (so a replay burns quota too), and only then served.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from vendor_sandbox.core.ledger import Vendor
from vendor_sandbox.core.messages import Route, VendorRequest, VendorResponse
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.wire import dump_json
from vendor_sandbox.xero import oauth
from vendor_sandbox.xero import payments_endpoint as payments
from vendor_sandbox.xero import reference_data as reference
from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import read_elements
from vendor_sandbox.xero.contacts import endpoint as contacts
from vendor_sandbox.xero.gateway import (
    UNAUTHENTICATED,
    admit_api_call,
    build_error,
    build_rate_limit,
    refuse_as_problem,
    refuse_key,
    stamp_limits,
)
from vendor_sandbox.xero.idempotency import KeyRefusal
from vendor_sandbox.xero.invoices import endpoint as invoice_writes
from vendor_sandbox.xero.invoices import queries as invoice_reads
from vendor_sandbox.xero.items import endpoint as items
from vendor_sandbox.xero.orders import endpoint as order_writes
from vendor_sandbox.xero.orders import queries as order_reads
from vendor_sandbox.xero.refusals import RequestRefusedError, not_implemented, resource_missing, validation_failed
from vendor_sandbox.xero.state import XeroState
from vendor_sandbox.xero.wire_format import render_answer, render_refusal, render_text

API_ROOT = "/api.xro/2.0/"
# IIS refuses longer query strings: about 52 GUIDs fit into IDs= (field report).
MAX_QUERY_STRING = 2048
Endpoint = Callable[[ApiCall], ApiAnswer]
IdentityEndpoint = Callable[[XeroState, VendorRequest], VendorResponse]

# resource -> (methods of the collection, methods of one record)
_ENDPOINTS: dict[str, tuple[dict[str, Endpoint], dict[str, Endpoint]]] = {
    "invoices": (
        {
            "GET": invoice_reads.list_invoices,
            "PUT": invoice_writes.put_invoices,
            "POST": invoice_writes.post_invoices,
        },
        {"GET": invoice_reads.get_invoice, "POST": invoice_writes.post_one_invoice},
    ),
    "contacts": (
        {"GET": contacts.list_contacts, "PUT": contacts.put_contacts, "POST": contacts.post_contacts},
        {"GET": contacts.get_contact, "POST": contacts.post_one_contact},
    ),
    "items": (
        {"GET": items.list_items, "PUT": items.put_items, "POST": items.post_items},
        {"GET": items.get_item, "POST": items.post_one_item, "DELETE": items.delete_one_item},
    ),
    "purchaseorders": (
        {
            "GET": order_reads.list_purchase_orders,
            "PUT": order_writes.put_purchase_orders,
            "POST": order_writes.post_purchase_orders,
        },
        {"GET": order_reads.get_purchase_order, "POST": order_writes.post_one_purchase_order},
    ),
    "quotes": (
        {"GET": order_reads.list_quotes, "PUT": order_writes.put_quotes, "POST": order_writes.post_quotes},
        {"GET": order_reads.get_quote, "POST": order_writes.post_one_quote},
    ),
    "payments": (
        {"GET": payments.list_payments, "PUT": payments.put_payments, "POST": payments.post_payments},
        {"GET": payments.get_payment, "POST": payments.post_one_payment},
    ),
    "organisation": ({"GET": reference.get_organisation}, {}),
    "accounts": ({"GET": reference.list_accounts}, {"GET": reference.get_account}),
    "taxrates": ({"GET": reference.list_tax_rates}, {"GET": reference.get_tax_rate}),
    "currencies": ({"GET": reference.list_currencies, "PUT": reference.put_currency}, {}),
    "trackingcategories": (
        {"GET": reference.list_tracking_categories},
        {"GET": reference.get_tracking_category},
    ),
    "brandingthemes": ({"GET": reference.list_branding_themes}, {}),
    "users": ({"GET": reference.list_users}, {}),
}
_IDENTITY: dict[tuple[str, str], IdentityEndpoint] = {
    ("GET", "/identity/connect/authorize"): oauth.authorize,
    ("POST", "/connect/token"): oauth.exchange_token,
    ("POST", "/connect/revocation"): oauth.revoke,
    ("GET", "/connections"): oauth.list_connections,
    ("GET", "/.well-known/openid-configuration/jwks"): oauth.show_keys,
}


class XeroMount:
    """One simulated Xero, mounted under /xero."""

    vendor: Vendor = "xero"
    prefix = "/xero"
    folds_query_names = True

    def __init__(self, core: SandboxCore) -> None:
        self.state = XeroState(core)

    def find_route(self, request: VendorRequest) -> Route:
        """API paths are kind "api", everything of the identity servers is kind "oauth"."""
        path = request.path.rstrip("/").lower()
        if (request.path.lower() + "/").startswith(API_ROOT):
            resource, _, key = request.path[len(API_ROOT) :].strip("/").partition("/")
            request.path_parameters = {"resource": resource.lower(), "key": key}
            return Route("api", self._serve_api)
        handler = _IDENTITY.get((request.method, path))
        if handler is None and request.method == "DELETE" and path.startswith("/connections/"):
            request.path_parameters = {"id": path.removeprefix("/connections/")}
            handler = oauth.delete_connection
        if handler is None:
            return Route("oauth", lambda _: render_text(404, "Not found"))
        return Route("oauth", functools.partial(handler, self.state))

    def admit(self, request: VendorRequest, route: Route) -> VendorResponse | None:
        """Rights and limits of an API call; the identity endpoints check for themselves."""
        if route.kind == "oauth":
            return None
        return admit_api_call(self.state, request, request.path_parameters["resource"])

    def release(self, request: VendorRequest) -> None:
        """Give the slot back; the key of the call is no longer in flight."""
        self.state.limits.release(request.call_seq)
        self.state.idempotency.finish_call(request)

    def stamp_headers(self, request: VendorRequest, response: VendorResponse) -> None:
        """Limits, and the correlation id that every answer carries."""
        stamp_limits(self.state, request, response)
        response.headers.setdefault("Xero-Correlation-Id", self.state.core.mint.guid())

    def build_error(self, request: VendorRequest, status: int) -> VendorResponse:
        """A typical error; a 500 after the deed is also what the idempotency store keeps."""
        response = build_error(self.state, request, status)
        if status == 500:
            self.state.idempotency.replace_answer(request, response)
        return response

    def build_rate_limit(self, request: VendorRequest, problem: str) -> VendorResponse:
        """The 429 of a limit, Retry-After included where Xero sends it."""
        tenant_id = request.headers.get("xero-tenant-id", "")
        seconds = self.state.limits.count_seconds_left(request.client_id or "", tenant_id, request.at, problem)
        return build_rate_limit(request, problem, seconds)

    def revoke_presented_token(self, request: VendorRequest) -> VendorResponse:
        """The token is dead from now on."""
        _, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.state.tokens.find_access(value.strip())
        if token is not None:
            token.is_revoked = True
        return refuse_as_problem(self.state, request, 401, UNAUTHENTICATED)

    def write_half_then_400(self, request: VendorRequest, route: Route) -> VendorResponse:
        """Execute the first half of a batch, then refuse the whole. What is not a batch is served as ever."""
        plural = _PLURALS.get(request.path_parameters.get("resource", ""))
        try:
            elements = read_elements(request.body, plural) if plural and request.method != "GET" else []
        except RequestRefusedError:
            elements = []
        key = self.state.idempotency.find_key(request)
        is_replay = key is not None and self.state.idempotency.find_answer(request, key, self.state.core.switches)
        if not elements or plural is None or is_replay:
            return route.handler(request)
        half = elements[: (len(elements) + 1) // 2]
        headers = {name: value for name, value in request.headers.items() if name != "idempotency-key"}
        self._execute(dataclasses.replace(request, body=dump_json({plural: half}), headers=headers))
        told = [
            {**element, "ValidationErrors": [{"Message": "A validation exception occurred"}]} for element in elements
        ]
        body = validation_failed(told).body
        assert body is not None  # noqa: S101 - a validation failure has a body
        response = render_refusal(request, 400, body)
        if key is not None:
            self._store_answer(request, key, response)
        return response

    def reset(self) -> None:
        """Forget everything."""
        self.state.reset()

    def _serve_api(self, request: VendorRequest) -> VendorResponse:
        """The idempotency store, then the endpoint."""
        store, switches = self.state.idempotency, self.state.core.switches
        key = store.find_key(request)
        if key is None:
            return self._execute(request)
        known = store.find_answer(request, key, switches)
        if isinstance(known, KeyRefusal):
            return refuse_key(request, known)
        if known is not None:
            return known
        response = self._execute(request)
        self._store_answer(request, key, response)
        return response

    def _store_answer(self, request: VendorRequest, key: str, response: VendorResponse) -> None:
        in_flight = self.state.limits.holds_slot(request.call_seq)
        switches = self.state.core.switches
        self.state.idempotency.store_answer(request, key, response, switches, in_flight=in_flight)

    def _execute(self, request: VendorRequest) -> VendorResponse:
        if len(request.query_string) > MAX_QUERY_STRING:
            return render_text(414, "The request URL is too long")
        core = self.state.core
        organisation = self.state.organisations[request.org or ""]
        call = ApiCall(core, organisation, request, request.path_parameters["key"])
        try:
            answer = _find_endpoint(request)(call)
        except RequestRefusedError as refusal:
            if refusal.body is None:
                return render_text(refusal.status, refusal.text)
            return render_refusal(request, refusal.status, refusal.body)
        return render_answer(request, core.mint.guid(), answer.payload, answer.status)


_PLURALS = {
    "invoices": "Invoices",
    "purchaseorders": "PurchaseOrders",
    "quotes": "Quotes",
    "contacts": "Contacts",
    "items": "Items",
    "payments": "Payments",
}


# A key of these may be a number, and a number may hold a slash.
_NUMBERED = frozenset({"invoices", "purchaseorders"})


def xero_handlers(core: SandboxCore) -> XeroMount:
    """Build a Xero on a sandbox core."""
    return XeroMount(core)


def list_served_operations() -> list[tuple[str, str]]:
    """Method and path of every served operation of the Accounting API, `{key}` for one record."""
    operations = [("GET", "/organisation/actions")]
    for resource, (collection, single) in _ENDPOINTS.items():
        operations += [(method, f"/{resource}") for method in collection]
        operations += [(method, f"/{resource}/{{key}}") for method in single]
    return operations


def _find_endpoint(request: VendorRequest) -> Endpoint:
    resource, key = request.path_parameters["resource"], request.path_parameters["key"]
    if resource == "organisation" and key.lower() == "actions" and request.method == "GET":
        return reference.list_actions
    if resource not in _ENDPOINTS:
        raise resource_missing()
    collection, single = _ENDPOINTS[resource]
    methods = single if key else collection
    if not methods or ("/" in key and resource not in _NUMBERED):
        raise resource_missing()
    endpoint = methods.get(request.method)
    if endpoint is None:
        raise not_implemented()
    return endpoint
