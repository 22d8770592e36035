from datetime import UTC, datetime
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Query
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from sync_kit.errors import (
    AnswerLostError,
    BadAnswerError,
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidInputError,
    NeedsReauthorisationError,
    NotFoundError,
    NotSentError,
    RateLimitedError,
    SyncError,
    TooManyRequestsError,
    TryLaterError,
    UnauthorisedError,
)
from sync_kit.problems import PROBLEM_JSON, install_problem_handlers
from sync_kit.testing import ApiClient

RETRY_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
RAISED: dict[str, Exception] = {}


class Line(BaseModel):
    quantity: int


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    lines: list[Line]


@pytest.fixture
def api() -> ApiClient:
    router = APIRouter()

    @router.get("/raise")
    async def fail() -> None:
        raise RAISED["now"]

    @router.post("/orders")
    async def create_order(order: Order, limit: Annotated[int, Query(ge=1)] = 1) -> None: ...

    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(router)
    return ApiClient(app)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError("x"), 422),
        (UnauthorisedError("x"), 401),
        (ForbiddenError("x"), 403),
        (NotFoundError("x"), 404),
        (ConflictError("x"), 409),
        (TooManyRequestsError("x"), 429),
        (NeedsReauthorisationError("x", cause="expired"), 409),
        (TryLaterError("x"), 503),
        (NotSentError("x"), 503),
        (RateLimitedError("x", limit="minute"), 503),
        (AnswerLostError("x"), 503),
        (BadAnswerError("x"), 503),
        (HTTPException(418), 418),
    ],
)
async def test_each_error_has_its_status_and_is_a_problem(api: ApiClient, error: SyncError, status: int) -> None:
    RAISED["now"] = error
    answer = await api.get("/raise")
    assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM_JSON)
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json)


async def test_a_conflict_tells_its_code_its_facts_and_its_faults(api: ApiClient) -> None:
    RAISED["now"] = ConflictError(
        "a run is under way", code="run_in_progress", extra={"run_id": "r1"}, faults=[Fault("body.tenant_id", "busy")]
    )
    problem = (await api.get("/raise")).json
    assert (problem["code"], problem["run_id"], problem["detail"]) == ("run_in_progress", "r1", "a run is under way")
    assert problem["faults"] == [{"where": "body.tenant_id", "what": "busy"}]


async def test_facts_cannot_overwrite_the_status(api: ApiClient) -> None:
    RAISED["now"] = ConflictError("x", extra={"status": 200, "title": "fine"})
    assert (await api.get("/raise")).json["status"] == 409


async def test_headers_of_an_error_are_sent(api: ApiClient) -> None:
    RAISED["now"] = TooManyRequestsError("x", headers={"retry-after": "7"})
    assert (await api.get("/raise")).headers["retry-after"] == "7"
    RAISED["now"] = TryLaterError("x", retry_at=RETRY_AT)
    assert (await api.get("/raise")).headers["retry-after"] == "Mon, 05 Jan 2026 09:00:00 GMT"


async def test_the_texts_of_inner_failures_stay_inside(api: ApiClient) -> None:
    for error in (
        TryLaterError("canary"),
        AnswerLostError("canary"),
        NeedsReauthorisationError("canary", cause="expired"),
    ):
        RAISED["now"] = error
        assert b"canary" not in (await api.get("/raise")).body


async def test_every_fault_of_a_request_is_named_with_its_path(api: ApiClient) -> None:
    order = {"lines": [{"quantity": 1}, {"quantity": "canary"}], "colour": "red"}
    answer = await api.post("/orders", order, params={"limit": "0"})
    assert (answer.status, answer.json["code"]) == (422, "invalid_request")
    wheres = {fault["where"] for fault in answer.json["faults"]}
    assert wheres == {"query.limit", "body.name", "body.lines[1].quantity", "body.colour"}
    assert all(fault["what"] for fault in answer.json["faults"])


async def test_a_wrong_value_is_not_repeated(api: ApiClient) -> None:
    answer = await api.post("/orders", {"name": ["canary"], "lines": "canary"})
    assert answer.status == 422
    assert b"canary" not in answer.body


async def test_the_name_of_an_unknown_member_is_not_repeated_at_any_length(api: ApiClient) -> None:
    answer = await api.post("/orders", {"x" * 100_000: 1})
    assert answer.status == 422
    assert len(answer.body) < 1000


async def test_a_body_that_is_no_json_says_so(api: ApiClient) -> None:
    answer = await api.call("POST", "/orders", body=b'{"a": ', headers={"content-type": "application/json"})
    assert answer.status == 422
    assert answer.json["faults"] == [{"where": "body", "what": "is not JSON (character 6)"}]


async def test_unknown_paths_and_methods_are_problems(api: ApiClient) -> None:
    missing = await api.get("/nowhere")
    assert (missing.status, missing.headers["content-type"]) == (404, PROBLEM_JSON)
    wrong_method = await api.put("/orders")
    assert (wrong_method.status, wrong_method.headers["allow"]) == (405, "POST")
    assert wrong_method.headers["content-type"] == PROBLEM_JSON
