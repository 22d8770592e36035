"""One port, four services: each path belongs to one of them."""

from collections.abc import MutableMapping
from typing import Any

import pytest

from sync_kit.testing import ApiClient
from zoho2xero.front import PREFIXES, AsgiApp, Front, Receive, Scope, Send, find_owner


def service(name: str, *, ready: bool = True) -> AsgiApp:
    """Answers with its own name and the path that it was asked for."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        status = 503 if scope["path"].endswith("/readyz") and not ready else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        message: MutableMapping[str, Any] = {
            "type": "http.response.body",
            "body": f"{name} {scope['path']} {scope.get('root_path', '')}".encode(),
        }
        await send(message)

    return app


def front(**ready: bool) -> ApiClient:
    names = sorted(set(PREFIXES.values()))
    return ApiClient(Front({name: service(name, ready=ready.get(name, True)) for name in names}))


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("/v1/syncs", "scheduler"),
        ("/v1/syncs/run_1/cancel", "scheduler"),
        ("/v1/readiness", "scheduler"),
        ("/v1/oauth/token", "auth"),
        ("/connect/xero/callback", "auth"),
        ("/v1/mappings/t1", "xero-writer"),
        ("/v1/zoho/t1/state", "zoho-reader"),
        ("/v1/syncsomething", None),
        ("/", None),
    ],
)
def test_a_path_belongs_to_the_service_whose_prefix_it_begins_with(path: str, owner: str | None) -> None:
    assert find_owner(path) == owner


async def test_a_request_reaches_its_service_unchanged() -> None:
    assert (await front().get("/v1/log")).body == b"scheduler /v1/log "


async def test_a_services_own_pages_are_reached_by_its_name() -> None:
    answer = await front().get("/services/auth/metrics")
    assert answer.body == b"auth /services/auth/metrics /services/auth"


async def test_the_first_page_names_every_service() -> None:
    page = (await front().get("/")).body.decode()
    assert all(name in page for name in PREFIXES.values())


async def test_a_path_that_nobody_owns_is_a_problem() -> None:
    answer = await front().get("/v2/anything")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_the_whole_is_ready_when_every_service_is() -> None:
    assert (await front().get("/readyz")).status == 200
    answer = await front(**{"xero-writer": False}).get("/readyz")
    assert (answer.status, answer.json["ready"]["xero-writer"], answer.json["ready"]["auth"]) == (503, False, True)
