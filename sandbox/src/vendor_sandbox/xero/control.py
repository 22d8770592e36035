"""Control routes of the simulated Xero, under /_control/xero.

POST /organisations; POST /users; POST /consent; POST /disconnect; GET /connections; and for each
organisation what a person does in Xero: POST /{tenant_id}/{Kind}, PATCH and GET. Numbers are exact decimals.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from vendor_sandbox.control.requests import read_object, respond
from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.xero.books_summary import summarise_books
from vendor_sandbox.xero.connections import render_connection
from vendor_sandbox.xero.contacts.write import merge_contact
from vendor_sandbox.xero.control_edits import list_as_person, write_as_person
from vendor_sandbox.xero.items.write import delete_item
from vendor_sandbox.xero.new_organisation import change_settings, make_organisation, read_actions
from vendor_sandbox.xero.organisation import Member
from vendor_sandbox.xero.payments import remove_credit
from vendor_sandbox.xero.reference_data import render_organisation
from vendor_sandbox.xero.refusals import ElementRefusedError
from vendor_sandbox.xero.routes import XeroMount
from vendor_sandbox.xero.state import Consent, XeroState, XeroUser
from vendor_sandbox.xero.writing import WriteContext

Endpoint = Callable[[XeroState, Request], Awaitable[Response]]


def control_routes(mount: XeroMount) -> list[BaseRoute]:
    """The routes, bound to one Xero."""
    state = mount.state

    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        async def serve(request: Request) -> Response:
            return await endpoint(state, request)

        return Route(path, serve, methods=[method])

    return [
        route("/organisations", "POST", _make_organisation),
        route("/organisations", "GET", _list_organisations),
        route("/users", "POST", _make_user),
        route("/consent", "POST", _choose_consent),
        route("/connections", "GET", _list_connections),
        route("/disconnect", "POST", _disconnect),
        route("/{tenant_id}/summary", "GET", _summarise),
        route("/{tenant_id}/Organisation", "GET", _show_organisation),
        route("/{tenant_id}/Organisation", "PATCH", _change_organisation),
        route("/{tenant_id}/Organisation", "POST", _change_organisation),
        route("/{tenant_id}/Contacts/{id}/merge", "POST", _merge_contact),
        route("/{tenant_id}/Users/{id}/rights", "PUT", _change_rights),
        route("/{tenant_id}/Items/{id}", "DELETE", _delete_item),
        route("/{tenant_id}/Invoices/{id}/Allocations/{allocation_id}", "DELETE", _remove_allocation),
        route("/{tenant_id}/{kind}", "GET", _list_records),
        route("/{tenant_id}/{kind}", "POST", _create_record),
        route("/{tenant_id}/{kind}/{id}", "PATCH", _change_record),
        route("/{tenant_id}/{kind}/{id}", "POST", _change_record),
    ]


async def _make_organisation(state: XeroState, request: Request) -> Response:
    settings = await read_object(request)
    organisation = make_organisation(state.core.mint, state.now(), settings)
    state.organisations[organisation.tenant_id] = organisation
    return respond({"tenant_id": organisation.tenant_id, "name": organisation.name}, 201)


async def _list_organisations(state: XeroState, _: Request) -> Response:
    listed = [{"tenant_id": one.tenant_id, "name": one.name} for one in state.organisations.values()]
    return respond({"organisations": listed})


async def _make_user(state: XeroState, request: Request) -> Response:
    body = await read_object(request)
    name, tenant_ids = body.get("name"), body.get("organisations", [])
    if not isinstance(name, str) or not name:
        raise ControlRefusedError("a user needs a name")
    _check_tenants(state, tenant_ids)
    user = XeroUser(state.core.mint.guid(), name, list(tenant_ids))
    state.users[user.user_id] = user
    first, _, last = name.partition(" ")
    for tenant_id in tenant_ids:
        state.organisations[tenant_id].members[user.user_id] = Member(
            user.user_id, first, last, f"{user.user_id[:8]}@example.com", "FINANCIALADVISER", state.now()
        )
    return respond({"user_id": user.user_id}, 201)


async def _choose_consent(state: XeroState, request: Request) -> Response:
    body = await read_object(request)
    user = state.users.get(body.get("user_id", ""))
    if user is None:
        raise ControlRefusedError("there is no such user")
    tenant_ids = body.get("organisations")
    if tenant_ids is not None:
        _check_tenants(state, tenant_ids)
        if not set(tenant_ids) <= set(user.tenant_ids):
            raise ControlRefusedError("the user has no access to one of the organisations")
    state.consent = Consent(user.user_id, tenant_ids, declines=bool(body.get("declines", False)))
    return respond({"user_id": user.user_id})


async def _list_connections(state: XeroState, _: Request) -> Response:
    listed = [
        {
            **render_connection(connection, state.organisations[connection.tenant_id].name),
            "client_id": connection.client_id,
            "user_id": connection.user_id,
        }
        for connection in state.connections.list_all()
    ]
    return respond({"connections": listed})


async def _disconnect(state: XeroState, request: Request) -> Response:
    """A person disconnects apps from an organisation in Xero's settings."""
    body = await read_object(request)
    tenant_id, user_id = body.get("tenant_id"), body.get("user_id")
    gone = [
        connection
        for connection in state.connections.list_all()
        if connection.tenant_id == tenant_id and user_id in {None, connection.user_id}
    ]
    for connection in gone:
        state.connections.disconnect(connection)
    return respond({"disconnected": len(gone)})


async def _summarise(state: XeroState, request: Request) -> Response:
    return respond(summarise_books(_make_context(state, request).organisation))


async def _show_organisation(state: XeroState, request: Request) -> Response:
    return respond(render_organisation(_make_context(state, request).organisation))


async def _change_organisation(state: XeroState, request: Request) -> Response:
    organisation = _make_context(state, request).organisation
    change_settings(organisation, await read_object(request))
    return respond(render_organisation(organisation))


async def _merge_contact(state: XeroState, request: Request) -> Response:
    context = _make_context(state, request)
    contacts = context.organisation.contacts
    loser = contacts.get(request.path_params["id"])
    survivor = contacts.get((await read_object(request)).get("into", ""))
    if loser is None or survivor is None or loser is survivor:
        raise ControlRefusedError("two existing contacts are needed", status=404)
    merge_contact(context, loser, survivor)
    return respond({"merged": True})


async def _change_rights(state: XeroState, request: Request) -> Response:
    """An administrator says what a person may not do; the whole list replaces the one before."""
    member = _make_context(state, request).organisation.members.get(request.path_params["id"])
    if member is None:
        raise ControlRefusedError("this person has no access to the organisation", status=404)
    member.denied_actions = read_actions((await read_object(request)).get("denied_actions"))
    return respond({"user_id": member.user_id, "denied_actions": sorted(member.denied_actions)})


async def _delete_item(state: XeroState, request: Request) -> Response:
    context = _make_context(state, request)
    item = context.organisation.items.get(request.path_params["id"])
    if item is None:
        raise ControlRefusedError("there is no such item", status=404)
    try:
        delete_item(context, item)
    except ElementRefusedError as refusal:
        raise ControlRefusedError(str(refusal)) from refusal
    return respond({"deleted": True})


async def _remove_allocation(state: XeroState, request: Request) -> Response:
    context = _make_context(state, request)
    invoice = context.organisation.invoices.get(request.path_params["id"])
    if invoice is None:
        raise ControlRefusedError("there is no such invoice", status=404)
    try:
        remove_credit(context, invoice, request.path_params["allocation_id"])
    except ElementRefusedError as refusal:
        raise ControlRefusedError(str(refusal), status=404) from refusal
    return respond({"removed": True})


async def _list_records(state: XeroState, request: Request) -> Response:
    kind = request.path_params["kind"]
    return respond({kind: list_as_person(_make_context(state, request), kind)})


async def _create_record(state: XeroState, request: Request) -> Response:
    context = _make_context(state, request)
    kind = request.path_params["kind"]
    body = await read_object(request)
    elements: Any = body.get(kind, [body])
    if not isinstance(elements, list):
        raise ControlRefusedError(f"{kind!r} must be a list")
    shown = [write_as_person(context, kind, element, None) for element in elements]
    return respond({kind: shown} if kind in body else shown[0], 201)


async def _change_record(state: XeroState, request: Request) -> Response:
    context = _make_context(state, request)
    body = await read_object(request)
    return respond(write_as_person(context, request.path_params["kind"], body, request.path_params["id"]))


def _make_context(state: XeroState, request: Request) -> WriteContext:
    organisation = state.organisations.get(request.path_params["tenant_id"])
    if organisation is None:
        raise ControlRefusedError("there is no such organisation", status=404)
    return WriteContext(state.core, organisation, state.now(), unit_places=4)


def _check_tenants(state: XeroState, tenant_ids: object) -> None:
    if not isinstance(tenant_ids, list):
        raise ControlRefusedError("organisations is a list of tenant ids")
    for tenant_id in tenant_ids:
        if tenant_id not in state.organisations:
            raise ControlRefusedError(f"there is no organisation {tenant_id!r}")
