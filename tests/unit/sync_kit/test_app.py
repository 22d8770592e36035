import asyncio
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from prometheus_client import CollectorRegistry

from sync_kit.app import create_service_app
from sync_kit.identity import Principal, limit_by_address, require_scope, require_service
from sync_kit.limits import Rate
from sync_kit.testing import ApiClient, ManualClock, TokenIssuer


class Service:
    """An application with one route of each kind."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock()
        self.issuer = TokenIssuer(self.clock)
        self.registry = CollectorRegistry()
        self.wrong: str | None = None
        self.app: FastAPI = create_service_app(
            "demo",
            version="1.2.3",
            routers=[build_router()],
            readiness={"store": self.check},
            registry=self.registry,
            verifier=self.issuer.verifier,
            service_identity=self.issuer.build_service_identity("demo"),
            clock=self.clock,
            **options,
        )

    async def check(self) -> str | None:
        if self.wrong == "raise":
            raise ConnectionError("canary")
        return self.wrong

    def client(self, *scopes: str, client_id: str = "client-1", partner_id: str = "partner-1") -> ApiClient:
        return ApiClient(self.app, token=self.issuer.issue(partner_id, client_id, scopes))


def build_router() -> APIRouter:
    router = APIRouter(prefix="/v1")

    @router.get("/things/{thing_id}")
    async def get_thing(
        thing_id: str, principal: Annotated[Principal, Depends(require_scope("things:read"))]
    ) -> dict[str, str]:
        return {"thing": thing_id, "partner": principal.partner_id, "client": principal.client_id}

    @router.post("/token", dependencies=[Depends(limit_by_address)])
    async def issue_token() -> dict[str, str]:
        return {}

    @router.post("/internal/things")
    async def lend_thing(caller: Annotated[str, Depends(require_service("zoho-reader"))]) -> dict[str, str]:
        return {"caller": caller}

    return router


@pytest.fixture
def service() -> Service:
    return Service()


async def test_a_caller_with_the_scope_is_let_in_and_known(service: Service) -> None:
    answer = await service.client("things:read").get("/v1/things/a")
    assert (answer.status, answer.json) == (200, {"thing": "a", "partner": "partner-1", "client": "client-1"})


async def test_a_caller_without_the_scope_is_told_which(service: Service) -> None:
    answer = await service.client("things:write").get("/v1/things/a")
    assert (answer.status, answer.json["scope"]) == (403, "things:read")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer rubbish"])
async def test_a_caller_without_a_valid_token_is_401(service: Service, header: str) -> None:
    answer = await ApiClient(service.app).get("/v1/things/a", headers={"authorization": header} if header else {})
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_each_client_has_its_own_limit(service: Service) -> None:
    service = Service(client_rate=Rate(per_second=1, burst=2))
    busy, other = service.client("things:read"), service.client("things:read", client_id="client-2")
    statuses = [(await busy.get("/v1/things/a")).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = await busy.get("/v1/things/a")
    assert refused.headers["retry-after"] == "1"
    assert (await other.get("/v1/things/a")).status == 200
    service.clock.advance(1)
    assert (await busy.get("/v1/things/a")).status == 200


async def test_guessing_tokens_is_limited_by_address_and_does_not_lock_out_valid_ones() -> None:
    service = Service(address_rate=Rate(per_second=1, burst=2))
    guesser = ApiClient(service.app, token="guess")
    assert [(await guesser.get("/v1/things/a")).status for _ in range(3)] == [401, 401, 429]
    assert (await service.client("things:read").get("/v1/things/a")).status == 200


async def test_routes_without_a_token_are_limited_by_address() -> None:
    service = Service(address_rate=Rate(per_second=1, burst=2))
    assert [(await ApiClient(service.app).post("/v1/token")).status for _ in range(3)] == [200, 200, 429]


async def test_only_the_named_service_passes_an_internal_route(service: Service) -> None:
    for name, status in (("zoho-reader", 200), ("scheduler", 403)):
        token = service.issuer.build_service_identity(name).issue_token()
        assert (await ApiClient(service.app, token=token).post("/v1/internal/things")).status == status
    assert (await service.client("things:read").post("/v1/internal/things")).status == 401
    assert (await ApiClient(service.app).post("/v1/internal/things")).status == 401


async def test_a_service_is_alive_even_when_it_is_not_ready(service: Service) -> None:
    service.wrong = "the store does not answer"
    assert (await ApiClient(service.app).get("/healthz")).status == 200
    answer = await ApiClient(service.app).get("/readyz")
    assert (answer.status, answer.json) == (503, {"ready": False, "wrong": {"store": "the store does not answer"}})
    service.wrong = None
    answer = await ApiClient(service.app).get("/readyz")
    assert (answer.status, answer.json["ready"]) == (200, True)


async def test_a_service_without_its_bus_says_so_and_stays_ready_for_reads() -> None:
    async def is_well() -> str | None:
        return None

    async def is_away() -> str | None:
        return "the broker does not answer"

    app = create_service_app(
        "x",
        version="1",
        routers=[],
        readiness={"store": is_well},
        side_checks={"bus": is_away},
        registry=CollectorRegistry(),
    )
    answer = await ApiClient(app).get("/readyz")
    assert (answer.status, answer.json) == (200, {"ready": True, "wrong": {"bus": "the broker does not answer"}})


async def test_a_readiness_check_that_fails_is_told_by_its_kind(service: Service) -> None:
    service.wrong = "raise"
    answer = await ApiClient(service.app).get("/readyz")
    assert (answer.status, answer.json["wrong"]) == (503, {"store": "the check failed: ConnectionError"})


async def test_a_readiness_check_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> str | None:
        await asyncio.Event().wait()
        return None

    monkeypatch.setattr("sync_kit.app._READINESS_TIMEOUT_SECONDS", 0.01)
    app = create_service_app("x", version="1", routers=[], readiness={"bus": hang}, registry=CollectorRegistry())
    answer = await ApiClient(app).get("/readyz")
    assert answer.status == 503
    assert "no answer" in answer.json["wrong"]["bus"]


async def test_metrics_are_those_of_this_service(service: Service) -> None:
    await service.client("things:read").get("/v1/things/secret-id")
    text = (await ApiClient(service.app).get("/metrics")).body.decode()
    assert 'demo_http_request_seconds_count{method="GET",route="/v1/things/{thing_id}",status="200"} 1.0' in text
    assert "secret-id" not in text


async def test_the_openapi_document_says_scopes_problems_and_tidy_names(service: Service) -> None:
    document = (await ApiClient(service.app).get("/openapi.json")).json
    operation = document["paths"]["/v1/things/{thing_id}"]["get"]
    assert operation["operationId"] == "get_thing"
    assert operation["security"] == [{"partner": ["things:read"]}]
    assert set(operation["responses"]) == {"200", "422", "default"}
    for status in ("422", "default"):
        assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
    flows = document["components"]["securitySchemes"]["partner"]["flows"]
    assert list(flows["clientCredentials"]["scopes"]) == ["things:read"]
    assert document["info"] == {"title": "demo", "version": "1.2.3"}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "/metrics" not in document["paths"]


async def test_an_application_without_a_verifier_says_so_instead_of_letting_in() -> None:
    app = create_service_app("x", version="1", routers=[build_router()], readiness={}, registry=CollectorRegistry())
    assert (await ApiClient(app, token="x").get("/v1/things/a")).status == 500
    assert (await ApiClient(app, token="x").post("/v1/internal/things")).status == 500
