"""What a partner owns does not exist for any other: every route, walked with a foreign but valid token."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.contract.api_walk import WITHOUT_IDS, Operation, fill, list_operations, list_owned
from tests.contract.house import House, open_house
from tests.contract.raw_calls import RawAnswer, json_call

HIDDEN = {
    ("auth", "POST", "/internal/vendor-tokens"): "services only",
    ("auth", "GET", "/connect/{vendor}/callback"): "a browser with a one-time state",
    ("auth", "POST", "/connect/xero/choose"): "a browser with a one-time token",
    ("auth", "GET", "/connect/{vendor}/{link}"): "a browser with a one-time link",
}
OPERATIONAL = {"/healthz", "/readyz", "/metrics", "/openapi.json"}


def owned(house: House) -> Iterator[Operation]:
    return list_owned(list_operations(house.services))


def without_ids(answer: RawAnswer, ids: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """The refusal with its ids taken out."""
    text = answer.body.decode()
    for value in ids.values():
        text = text.replace(value, "<id>")
    content = RawAnswer(answer.status, answer.headers, text.encode()).json
    content.pop("request_id", None)
    return answer.status, content


def test_another_partners_token_finds_nothing_on_any_route_and_changes_nothing(house: House) -> None:
    token = house.issue_token(house.other)
    before = house.dump_stores()
    wrong = []
    for operation in owned(house):
        answer = house.send(operation.service, fill(operation, house.first.ids, token))
        if answer.status != 404 or not answer.is_problem:
            wrong.append((operation.name, answer.status, answer.body))
    assert wrong == []
    assert house.dump_stores() == before


def test_a_foreign_id_is_answered_like_one_that_never_was(house: House) -> None:
    token = house.issue_token(house.other)
    foreign = dict(house.first.ids)
    made_up = {name: value[:-6] + "zzzzzz" for name, value in foreign.items()}
    differing = []
    for operation in owned(house):
        answers = [
            without_ids(house.send(operation.service, fill(operation, ids, token)), ids) for ids in (foreign, made_up)
        ]
        if answers[0] != answers[1]:
            differing.append((operation.name, answers))
    assert differing == []


def test_without_a_valid_token_every_route_is_closed(house: House) -> None:
    good = house.issue_token(house.first)
    before = house.dump_stores()
    wrong = []
    for operation in owned(house):
        for token in (None, "", "a.b.c", good[:-6] + "AAAAAA", house.world.secrets.operator_token):
            answer = house.send(operation.service, fill(operation, house.first.ids, token))
            if answer.status != 401 or not answer.is_problem:
                wrong.append((operation.name, token, answer.status))
    assert wrong == []
    assert house.dump_stores() == before


def test_a_token_without_the_routes_scope_is_refused_even_to_the_owner(house: House) -> None:
    before = house.dump_stores()
    wrong = []
    for operation in list_operations(house.services):
        if operation.scope is None:
            continue
        token = house.issue_token(house.first, without=operation.scope)
        if operation.name in WITHOUT_IDS:
            body = {"name": "Mine"} if operation.method == "POST" else None
            request = json_call(operation.method, operation.path, token, body)
        else:
            request = fill(operation, house.first.ids, token)
        answer = house.send(operation.service, request)
        if answer.status != 403 or not answer.is_problem or answer.json["scope"] != operation.scope:
            wrong.append((operation.name, answer.status))
    assert wrong == []
    assert house.dump_stores() == before


def test_every_route_that_names_something_owned_asks_for_a_scope(house: House) -> None:
    assert [operation.name for operation in owned(house) if operation.scope is None] == []


def test_the_reasons_for_routes_without_ids_are_about_routes_that_exist(house: House) -> None:
    names = [operation.name for operation in list_operations(house.services)]
    assert set(WITHOUT_IDS) <= set(names)
    assert len(set(names)) == len(names)


def test_lists_hold_nothing_of_another_partner(house: House) -> None:
    token = house.issue_token(house.other)
    tenants = house.json("GET", "/v1/tenants?limit=200", token)["items"]
    assert [tenant["tenant_id"] for tenant in tenants] == [house.other.ids["tenant_id"]]


def test_a_foreign_cursor_opens_no_foreign_page(house: House) -> None:
    first = house.issue_token(house.first)
    for number in range(2):
        house.json("POST", "/v1/tenants", first, {"name": f"Second of the first {number}"})
    cursor = house.json("GET", "/v1/tenants?limit=1", first)["next_cursor"]
    seen = house.json("GET", f"/v1/tenants?limit=200&cursor={cursor}", house.issue_token(house.other))["items"]
    assert {tenant["tenant_id"] for tenant in seen} <= {house.other.ids["tenant_id"]}


def test_a_foreign_run_does_not_show_through_an_own_tenant(house: House) -> None:
    """The optional filters are the only place where a foreign id may meet an own one."""
    token = house.issue_token(house.other)
    target = f"/v1/log?tenant_id={house.other.ids['tenant_id']}&run_id={house.first.ids['run_id']}"
    answer = house.send("scheduler", json_call("GET", target, token))
    assert answer.status in {200, 404}
    assert answer.status == 404 or answer.json == {"items": [], "next_cursor": None}


def test_a_foreign_idempotency_key_gives_no_foreign_answer(house: House) -> None:
    body = {"tenant_id": house.first.ids["tenant_id"]}
    key = {"idempotency-key": "the-first-partners-key"}
    house.send("scheduler", json_call("POST", "/v1/syncs", house.issue_token(house.first), body, key))
    answer = house.send("scheduler", json_call("POST", "/v1/syncs", house.issue_token(house.other), body, key))
    assert answer.status == 404


def test_partners_do_not_open_the_services_own_route_nor_the_operators(house: House) -> None:
    lending = {"tenant_id": house.first.ids["tenant_id"], "vendor": "xero"}
    for token in (None, house.issue_token(house.first), house.world.secrets.operator_token):
        answer = house.send("auth", json_call("POST", "/internal/vendor-tokens", token, lending))
        assert (answer.status, answer.is_problem) == (401, True)
    for token in (None, house.issue_token(house.first)):
        answer = house.send("auth", json_call("POST", "/v1/partners", token, {"name": "Mine"}))
        assert (answer.status, answer.is_problem) == (401, True)


def test_a_services_token_opens_no_public_route(house: House) -> None:
    before = house.dump_stores()
    token = house.issue_service_token()
    wrong = []
    for operation in list_operations(house.services):
        if operation.scope is None:
            continue
        if operation.name in WITHOUT_IDS:
            request = json_call(operation.method, operation.path, token, {"name": "Mine"})
        else:
            request = fill(operation, house.first.ids, token)
        answer = house.send(operation.service, request)
        if (answer.status, answer.is_problem) != (401, True):
            wrong.append((operation.name, answer.status))
    assert wrong == []
    assert house.dump_stores() == before


def test_a_services_token_lives_a_minute_and_opens_the_internal_route_alone(house: House) -> None:
    lending = {"tenant_id": house.first.ids["tenant_id"], "vendor": "xero"}
    token = house.issue_service_token()
    operators = json_call("POST", "/v1/partners", token, {"name": "Mine"})
    assert house.send("auth", operators).status == 401
    assert house.send("auth", json_call("POST", "/internal/vendor-tokens", token, lending)).status == 200
    house.world.clock.advance(60 + 331)  # its minute, and five and a half for clocks that disagree
    answer = house.send("auth", json_call("POST", "/internal/vendor-tokens", token, lending))
    assert (answer.status, answer.is_problem) == (401, True)


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "zoho2xero"},
        {"aud": None},
        {"exp": None},
        {"sub": ""},
        {"aud": ["internal-not"]},
    ],
    ids=str,
)
def test_a_service_token_with_another_audience_or_without_an_end_is_refused(
    house: House, claims: dict[str, Any]
) -> None:
    """Signed with the right key, so that nothing but its claims is wrong."""
    now = int(house.world.clock.now().timestamp())
    told = {"sub": "xero-writer", "aud": "internal", "iat": now, "exp": now + 60} | claims
    key = OctKey.import_key(house.world.secrets.service_key.encode())
    token = jwt.encode({"alg": "HS256"}, {name: value for name, value in told.items() if value is not None}, key)
    lending = {"tenant_id": house.first.ids["tenant_id"], "vendor": "xero"}
    assert house.send("auth", json_call("POST", "/internal/vendor-tokens", token, lending)).status == 401


def test_a_route_that_the_walk_cannot_fill_fails_it(house: House) -> None:
    made_up: list[dict[str, Any]] = [
        {"operationId": "new_route", "parameters": [{"name": "invoice_id", "in": "path", "required": True}]},
        {"operationId": "new_route", "requestBody": {}},
        {"operationId": "new_route"},
        {"operationId": "new_route", "parameters": [{"name": "cursor", "in": "query", "required": False}]},
    ]
    for described in made_up:
        with pytest.raises(LookupError, match="new_route"):
            fill(Operation("auth", "GET", "/v1/new/{invoice_id}", described), house.first.ids, None)


def test_no_route_hides_from_the_walk(house: House) -> None:
    """Routes outside the OpenAPI documents are few and known."""
    described = {(operation.service, operation.method, operation.path) for operation in list_operations(house.services)}
    served = {
        (service, method, path) for service, app in house.services.items() for method, path in list_served_routes(app)
    }
    assert described <= served, "the walk does not see the routes as they are served"
    assert {route for route in served - described if route[2] not in OPERATIONAL} == set(HIDDEN)


def list_served_routes(app: FastAPI) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        if hasattr(route, "effective_candidates"):
            waiting += route.effective_candidates()
        else:
            found |= {(method, route.path) for method in route.methods if method != "HEAD"}
    return found


def test_the_owner_finds_everything_with_the_same_requests(tmp_path: Path) -> None:
    """Else the walks above would prove nothing. In a house of its own: at its end the tenant is deleted."""
    with open_house(tmp_path) as house:
        closed = {}
        for operation in owned(house):
            answer = house.send(operation.service, fill(operation, house.first.ids, house.issue_token(house.first)))
            if answer.status >= 500 or answer.status in {401, 403, 404, 422}:
                closed[operation.name] = (answer.status, answer.body)
        assert closed == {}
        look = json_call("GET", f"/v1/tenants/{house.first.ids['tenant_id']}", house.issue_token(house.first))
        assert house.send("auth", look).status == 404
