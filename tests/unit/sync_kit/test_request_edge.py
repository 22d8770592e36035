from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError
from structlog.testing import LogCapture

from sync_kit.app import create_service_app
from sync_kit.errors import AnswerLostError
from sync_kit.request_edge import MOST_HEADER_BYTES, MOST_HEADERS, MOST_TARGET_BYTES, BodyCap
from sync_kit.testing import ApiClient


@pytest.fixture
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.reset_defaults()


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter(prefix="/v1")

    @router.get("/fail/{thing_id}")
    async def fail(thing_id: str) -> None:
        raise KeyError(f"canary {thing_id}")

    @router.get("/store")
    async def ask_store() -> None:
        raise OperationalError("SELECT canary", {}, Exception("canary"), connection_invalidated=True)

    @router.get("/half")
    async def answer_half() -> StreamingResponse:
        async def chunks() -> Any:
            yield b"half"
            raise KeyError("canary")

        return StreamingResponse(chunks())

    @router.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body(), headers={"cache-control": "max-age=60"})

    @router.post("/json")
    async def take_json(body: dict[str, str]) -> dict[str, str]:
        return body

    nested, outer = APIRouter(prefix="/nested"), APIRouter(prefix="/v1/outer")

    @nested.get("/{thing_id}")
    async def get_nested(thing_id: str) -> str:
        return thing_id

    outer.include_router(nested)
    return create_service_app(
        "demo", version="1", routers=[router, outer], readiness={}, registry=CollectorRegistry(), max_body_bytes=100
    )


@pytest.fixture
def api(app: FastAPI) -> ApiClient:
    return ApiClient(app)


@pytest.mark.usefixtures("logged")
async def test_a_database_that_is_away_is_a_503_that_says_so_and_nothing_else(app: FastAPI) -> None:
    answer = await ApiClient(app).get("/v1/store")
    assert (answer.status, answer.headers["retry-after"], answer.json["code"]) == (503, "2", "try_later")
    assert b"canary" not in answer.body


async def test_an_unexpected_error_is_a_500_that_tells_its_request_id_and_nothing_else(
    api: ApiClient, logged: list[MutableMapping[str, Any]]
) -> None:
    answer = await api.get("/v1/fail/canary-id?code=canary", headers={"x-request-id": "request-1"})
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json["request_id"] == answer.headers["x-request-id"] == "request-1"
    assert b"canary" not in answer.body
    assert "canary" not in str(logged)
    failed, served = logged
    assert (failed["event"], failed["request_id"], failed["route"]) == (
        "request_failed",
        "request-1",
        "/v1/fail/{thing_id}",
    )
    assert failed["exception"][0]["type"] == "KeyError"
    assert (served["event"], served["status"], served["method"]) == ("request_served", 500, "GET")


async def test_an_error_after_half_an_answer_cuts_the_connection(api: ApiClient) -> None:
    with pytest.raises(AnswerLostError):
        await api.get("/v1/half")


async def test_the_log_tells_the_route_and_neither_path_nor_query_nor_body(
    api: ApiClient, logged: list[MutableMapping[str, Any]]
) -> None:
    await api.call("POST", "/v1/echo?q=canary", body=b"canary")
    await api.get("/canary")
    assert [(line["route"], line["status"]) for line in logged] == [("/v1/echo", 200), ("unmatched", 404)]
    assert "canary" not in str(logged)


async def test_the_template_of_a_nested_router_is_whole(api: ApiClient, logged: list[MutableMapping[str, Any]]) -> None:
    await api.get("/v1/outer/nested/canary")
    assert [line["route"] for line in logged] == ["/v1/outer/nested/{thing_id}"]


async def test_probes_are_logged_below_info(api: ApiClient, logged: list[MutableMapping[str, Any]]) -> None:
    await api.get("/healthz")
    assert [line["log_level"] for line in logged] == ["debug"]


@pytest.mark.parametrize("given", ["short", "has space inside", "x" * 65, "semi;colon;123", ""])
async def test_a_strange_request_id_is_replaced(api: ApiClient, given: str) -> None:
    answer = await api.get("/healthz", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 24


async def test_answers_are_not_sniffed_and_not_stored_unless_a_route_says_so(api: ApiClient) -> None:
    answer = await api.get("/healthz")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    assert (await api.call("POST", "/v1/echo", body=b"x")).headers["cache-control"] == "max-age=60"


async def test_a_body_at_the_cap_passes_and_one_above_is_a_413_problem(api: ApiClient) -> None:
    assert (await api.call("POST", "/v1/echo", body=b"x" * 100)).status == 200
    answer = await api.call("POST", "/v1/echo", body=b"x" * 101)
    assert (answer.status, answer.json["status"], answer.headers["content-type"]) == (
        413,
        413,
        "application/problem+json",
    )
    assert "request_id" in answer.json


async def test_an_announced_length_above_the_cap_is_refused_without_reading() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def fail(*_: object) -> Any:
        raise AssertionError("nothing is read and nobody is called")

    async def keep(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-length", b"101")]}
    await BodyCap(fail, max_bytes=100)(scope, fail, keep)
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("path", ["/v1/echo", "/v1/json"])
async def test_a_body_that_grows_above_the_cap_without_saying_so_is_a_413(app: FastAPI, path: str) -> None:
    sent: list[MutableMapping[str, Any]] = []
    given = 0

    async def give_without_end() -> dict[str, Any]:
        nonlocal given
        given += 1
        return {"type": "http.request", "body": b"x" * 30, "more_body": True}

    async def keep(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "root_path": "", "scheme": "http",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    await app(scope, give_without_end, keep)
    assert (sent[0]["status"], given) == (413, 4)
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]


async def test_unknown_methods_share_one_label(api: ApiClient, logged: list[MutableMapping[str, Any]]) -> None:
    await api.call("CANARY", "/healthz")
    assert logged[0]["method"] == "other"


@pytest.mark.parametrize(("target", "status"), [("/v1/things/a%00b", 404), ("/v1/things/7?since=%00", 422)])
async def test_an_address_with_a_null_byte_is_refused(api: ApiClient, target: str, status: int) -> None:
    answer = await api.get(target)
    assert answer.status == status
    assert "null byte" in answer.body.decode()


async def test_an_address_out_of_all_proportion_is_a_414(api: ApiClient) -> None:
    fits = "/v1/" + "a" * (MOST_TARGET_BYTES - 4)
    assert (await api.get(fits)).status == 404
    for target in (fits + "a", "/healthz?a=" + "b" * MOST_TARGET_BYTES):
        answer = await api.get(target)
        assert (answer.status, answer.json["status"]) == (414, 414)
        assert "request_id" in answer.json


@pytest.mark.parametrize(
    "headers", [{"x-large": "a" * MOST_HEADER_BYTES}, {f"x-{number}": "" for number in range(MOST_HEADERS + 1)}]
)
async def test_headers_out_of_all_proportion_are_a_431(api: ApiClient, headers: dict[str, str]) -> None:
    answer = await api.get("/healthz", headers=headers)
    assert (answer.status, answer.json["status"]) == (431, 431)
    assert (await api.get("/healthz", headers={"x-large": "a" * (MOST_HEADER_BYTES // 2)})).status == 200
