"""The application that every service builds on: health, metrics, problems, limits and logs, always the same.

Nothing runs at import; `create_service_app` is called by a service's composition root.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from sync_kit.clock import Clock, SystemClock
from sync_kit.contracts import codec
from sync_kit.identity import CallerChecks, ServiceIdentity, Verifier
from sync_kit.limits import Rate, TokenBuckets
from sync_kit.metrics import RequestMetrics
from sync_kit.openapi import name_operation, problem_openapi
from sync_kit.problems import install_problem_handlers
from sync_kit.request_edge import BodyCap, HeadCap, RequestEdge
from sync_kit.runtime import ServiceRuntime, run_service

__all__ = ["ServiceRuntime", "create_service_app", "run_service"]

ReadinessCheck = Callable[[], Awaitable[str | None]]

DEFAULT_MAX_BODY_BYTES = 1024 * 1024
DEFAULT_CLIENT_RATE = Rate(per_second=50, burst=200)
DEFAULT_ADDRESS_RATE = Rate(per_second=5, burst=60)
_READINESS_TIMEOUT_SECONDS = 5.0


def create_service_app(
    name: str,
    *,
    version: str,
    routers: Sequence[APIRouter],
    readiness: Mapping[str, ReadinessCheck],
    side_checks: Mapping[str, ReadinessCheck] | None = None,
    registry: CollectorRegistry,
    verifier: Verifier | None = None,
    service_identity: ServiceIdentity | None = None,
    clock: Clock | None = None,
    client_rate: Rate = DEFAULT_CLIENT_RATE,
    address_rate: Rate = DEFAULT_ADDRESS_RATE,
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
    description: str = "",
) -> FastAPI:
    """A service's application with its routers.

    Each check returns None when its part is well, else a sentence without secrets. Without a part in `readiness` the
    service cannot answer; without one in `side_checks` it answers, and its work waits. `client_rate` limits each API
    client, `address_rate` each address on routes without a token and after wrong tokens.
    """
    clock = clock or SystemClock()
    app = FastAPI(
        title=name,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=name_operation,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.caller_checks = CallerChecks(
        verifier=verifier,
        service_identity=service_identity,
        client_limits=TokenBuckets(client_rate, clock),
        address_limits=TokenBuckets(address_rate, clock),
    )
    app.include_router(_build_own_routes(readiness, side_checks or {}, registry))
    for router in routers:
        app.include_router(router)
    install_problem_handlers(app)
    app.add_middleware(BodyCap, max_bytes=max_body_bytes)
    app.add_middleware(HeadCap)
    app.add_middleware(RequestEdge, metrics=RequestMetrics(registry, name), clock=clock)
    app.openapi = problem_openapi(app)  # type: ignore[method-assign]
    return app


def _build_own_routes(
    readiness: Mapping[str, ReadinessCheck], side_checks: Mapping[str, ReadinessCheck], registry: CollectorRegistry
) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> Response:
        return _answer_json({"status": "ok"}, 200)

    @router.get("/readyz")
    async def readyz() -> Response:
        checks = {**readiness, **side_checks}
        results = await asyncio.gather(*(_run_check(check) for check in checks.values()))
        wrong = {part: result for part, result in zip(checks, results, strict=True) if result is not None}
        ready = wrong.keys().isdisjoint(readiness)
        return _answer_json({"ready": ready, "wrong": wrong}, 200 if ready else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return router


async def _run_check(check: ReadinessCheck) -> str | None:
    try:
        return await asyncio.wait_for(check(), _READINESS_TIMEOUT_SECONDS)
    except TimeoutError:
        return f"no answer within {_READINESS_TIMEOUT_SECONDS:.0f} seconds"
    except Exception as error:  # noqa: BLE001 - any failure at all means that the part is not ready
        return f"the check failed: {type(error).__name__}"


def _answer_json(value: object, status: int) -> Response:
    return Response(codec.dumps(value), status_code=status, media_type="application/json")
