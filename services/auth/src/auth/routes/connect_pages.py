"""The browser's way: our link, the vendor's consent, the vendor's answer, and if need be the choice between
organisations. Problems are shown as a page to browsers and as problem+json to programs.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from auth.metrics import AuthMetrics
from auth.routes.pages import add_to_query, show_choice, show_connected, show_problem
from auth.usecases.choose_organisation import choose_by_token
from auth.usecases.complete_connection import ChoiceNeeded, ConnectDesk, Connected, ConnectResult, complete_connection
from auth.usecases.open_connect_link import open_connect_link
from sync_kit.contracts.texts import NO_NULL_BYTE
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import ProblemError
from sync_kit.identity import limit_by_address

_Link = Annotated[str, Path(min_length=20, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
_NO_REFERRER = {"referrer-policy": "no-referrer", "cache-control": "no-store"}


def connect_page_routes(desk: ConnectDesk, *, metrics: AuthMetrics) -> APIRouter:
    """`/connect/...`."""
    router = APIRouter(
        prefix="/connect", tags=["connect"], include_in_schema=False, dependencies=[Depends(limit_by_address)]
    )

    @router.get("/{vendor}/callback")
    async def take_vendor_answer(request: Request, vendor: Vendor) -> Response:
        try:
            result = await complete_connection(vendor, dict(request.query_params), desk)
        except ProblemError as problem:
            metrics.connects.labels(str(vendor), "refused").inc()
            return _show_problem(request, problem)
        metrics.connects.labels(str(vendor), _name_outcome(result)).inc()
        return _show_result(request, result)

    @router.post("/xero/choose")
    async def choose_on_page(
        request: Request,
        choice_token: Annotated[str, NO_NULL_BYTE, Form(max_length=100)],
        xero_tenant_id: Annotated[str, NO_NULL_BYTE, Form(max_length=64)],
    ) -> Response:
        try:
            chosen = await choose_by_token(choice_token, xero_tenant_id, store=desk.store)
        except ProblemError as problem:
            return _show_problem(request, problem)
        connection_id = chosen.connection.connection_id
        return _show_result(request, Connected(connection_id, chosen.organisation_name, chosen.return_url))

    @router.get("/{vendor}/{link}")
    async def open_link(request: Request, vendor: Vendor, link: _Link) -> Response:
        try:
            url = await open_connect_link(
                vendor,
                link,
                store=desk.store,
                keyring=desk.keyring,
                vendors=desk.vendors,
                redirect_uri=desk.redirect_uris[vendor],
            )
        except ProblemError as problem:
            return _show_problem(request, problem)
        return RedirectResponse(url, status_code=302, headers=_NO_REFERRER)

    return router


def _show_result(request: Request, result: ConnectResult) -> Response:
    if isinstance(result, ChoiceNeeded):
        return show_choice(result.organisations, result.choice_token, result.return_url)
    if isinstance(result, Connected):
        if result.return_url is None:
            return show_connected(result.organisation_name)
        return _send_back(result.return_url, connection_id=result.connection_id, state="connected")
    if result.return_url is None:
        return _show_problem(request, result.problem)
    return _send_back(
        result.return_url, connection_id=result.connection_id, state="refused", code=result.problem.code or "refused"
    )


def _send_back(return_url: str, **values: str) -> Response:
    return RedirectResponse(add_to_query(return_url, **values), status_code=303, headers=_NO_REFERRER)


def _show_problem(request: Request, problem: ProblemError) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return show_problem(problem)
    raise problem


def _name_outcome(result: ConnectResult) -> str:
    if isinstance(result, ChoiceNeeded):
        return "choice"
    return "connected" if isinstance(result, Connected) else "refused"
