"""Nobody can use up a service: how much, how large and how often, on every route, and one caller never for another."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.contract.api_walk import Operation, fill, list_operations, list_owned
from tests.contract.house import House, Partner
from tests.contract.raw_calls import RawAnswer, RawRequest, json_call, send_raw

from sync_kit.app import DEFAULT_ADDRESS_RATE, DEFAULT_CLIENT_RATE, DEFAULT_MAX_BODY_BYTES
from sync_kit.request_edge import MOST_HEADER_BYTES, MOST_TARGET_BYTES

OPEN_ON_PURPOSE: Mapping[str, str] = {
    "issue_api_token body": "OAuth: fields of the form that are not known are passed over (RFC 6749, section 3.2)",
}

Schema = Mapping[str, Any]


# --- how much: nothing in a request may be of any size ---


def list_unbounded(operation: Operation, schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Each value of the operation's parameters and body that has no end."""
    for parameter in operation.described.get("parameters", ()):
        yield from walk_schema(parameter["schema"], f"{parameter['in']}.{parameter['name']}", schemas)
    for content in operation.described.get("requestBody", {}).get("content", {}).values():
        yield from walk_schema(content["schema"], "body", schemas)


def walk_schema(
    schema: Schema, where: str, schemas: Mapping[str, Schema], above: tuple[str, ...] = ()
) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name not in above:
            yield from walk_schema(schemas[name], where, schemas, (*above, name))
        return
    for choice in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]:
        yield from walk_schema(choice, where, schemas, above)
    if "enum" in schema or "const" in schema:
        return
    kind = schema.get("type")
    if kind == "string" and not {"maxLength", "pattern", "format"} & set(schema):
        yield where
    if kind in {"integer", "number"} and not {"maximum", "exclusiveMaximum"} & set(schema):
        yield where
    if kind == "array":
        if "maxItems" not in schema:
            yield where
        yield from walk_schema(schema.get("items", {}), f"{where}[]", schemas, above)
    if kind == "object":
        yield from walk_object(schema, where, schemas, above)


def walk_object(schema: Schema, where: str, schemas: Mapping[str, Schema], above: tuple[str, ...]) -> Iterator[str]:
    for name, member in schema.get("properties", {}).items():
        yield from walk_schema(member, f"{where}.{name}", schemas, above)
    for member in schema.get("patternProperties", {}).values():
        yield from walk_schema(member, f"{where}.*", schemas, above)
    others = schema.get("additionalProperties", "patternProperties" not in schema)
    if others is False and "patternProperties" not in schema:
        return
    words = schema.get("propertyNames", {})
    if "maxProperties" not in schema and "$ref" not in words and "enum" not in words:
        yield where
    if isinstance(others, Mapping):
        yield from walk_schema(others, f"{where}.*", schemas, above)


def test_every_text_number_list_and_map_that_a_request_may_hold_has_an_end(house: House) -> None:
    found = [
        f"{operation.name} {where}"
        for operation in list_operations(house.services)
        for where in list_unbounded(operation, house.services[operation.service].openapi()["components"]["schemas"])
    ]
    assert [each for each in found if each not in OPEN_ON_PURPOSE] == []
    assert set(OPEN_ON_PURPOSE) <= set(found)


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"type": "string"}, "body"),
        ({"type": "integer", "minimum": 1}, "body"),
        ({"type": "array", "items": {"enum": ["a"]}}, "body"),
        ({"type": "array", "maxItems": 2, "items": {"type": "string"}}, "body[]"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "body"),
        ({"$ref": "#/components/schemas/Tree"}, "body.leaf"),
        ({"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}}, "body"),
        ({"type": "object", "additionalProperties": False, "properties": {"a": {"type": "number"}}}, "body.a"),
        ({"type": "object"}, "body"),
    ],
)
def test_the_search_for_what_has_no_end_finds_it(schema: Schema, where: str) -> None:
    tree = {"type": "object", "additionalProperties": False, "properties": {"leaf": {"type": "string"}}}
    assert list(walk_schema(schema, "body", {"Tree": tree})) == [where]


# --- how large: every route of every service ---

HIDDEN = (
    ("auth", RawRequest("POST", "/internal/vendor-tokens", {"content-type": "application/json"})),
    ("auth", RawRequest("POST", "/connect/xero/choose", {"content-type": "application/x-www-form-urlencoded"})),
)
TOO_MUCH = b'{"name": "' + b"a" * DEFAULT_MAX_BODY_BYTES + b'"}'
TOO_MUCH_IN_PIECES = tuple(TOO_MUCH[start : start + 100_000] for start in range(0, len(TOO_MUCH), 100_000))


def list_requests(house: House, *, with_body: bool) -> Iterator[tuple[str, RawRequest]]:
    """Every operation, called by its owner."""
    token = house.issue_token(house.first)
    owned = {operation.name for operation in list_owned(list_operations(house.services))}
    for operation in list_operations(house.services):
        if with_body and "requestBody" not in operation.described:
            continue
        if operation.name in owned:
            yield operation.service, fill(operation, house.first.ids, token)
        else:
            given = house.world.secrets.operator_token if "/partners" in operation.path else token
            target = operation.path.replace("{partner_id}", "ptr_1")
            yield operation.service, json_call(operation.method, target, given, {} if with_body else None)
    if with_body:
        service_token = house.issue_service_token()
        for service, request in HIDDEN:
            headers = {**request.headers, "authorization": f"Bearer {service_token}"}
            yield service, RawRequest(request.method, request.target, headers)


@pytest.mark.parametrize("chunks", [(TOO_MUCH,), TOO_MUCH_IN_PIECES], ids=["announced", "in pieces"])
def test_a_body_above_the_cap_is_refused_on_every_route_that_takes_one(house: House, chunks: tuple[bytes, ...]) -> None:
    before = house.dump_stores()
    wrong, seen = [], 0
    for service, request in list_requests(house, with_body=True):
        # A form is read as a form, whatever its bytes are.
        headers = request.headers
        if request.target == "/v1/oauth/token":
            headers = {**headers, "content-type": "application/x-www-form-urlencoded"}
        answer = house.send(service, RawRequest(request.method, request.target, headers, chunks))
        seen += 1
        if (answer.status, answer.is_problem) != (413, True):
            wrong.append((request.target, answer.status))
    assert wrong == []
    assert seen > 10
    assert house.dump_stores() == before


def test_a_body_where_none_is_wanted_is_not_read_either(house: House) -> None:
    for service, request in list_requests(house, with_body=False):
        answer = house.send(service, RawRequest(request.method, request.target, request.headers, (TOO_MUCH,)))
        assert (answer.status, answer.is_problem) == (413, True), request.target


def test_addresses_and_headers_out_of_all_proportion_are_refused_on_every_route(house: House) -> None:
    before = house.dump_stores()
    for service, request in list_requests(house, with_body=False):
        joint = "&" if "?" in request.target else "?"
        long = f"{request.target}{joint}a={'b' * MOST_TARGET_BYTES}"
        answer = house.send(service, RawRequest(request.method, long, request.headers))
        assert (answer.status, answer.is_problem) == (414, True), request.target
        headers = {**request.headers, "x-large": "a" * MOST_HEADER_BYTES}
        answer = house.send(service, RawRequest(request.method, request.target, headers))
        assert (answer.status, answer.is_problem) == (431, True), request.target
    assert house.dump_stores() == before


# --- how often ---

ONE_ROUTE = {
    "auth": "/v1/tenants/{tenant_id}",
    "scheduler": "/v1/syncs?tenant_id={tenant_id}",
    "zoho-reader": "/v1/zoho/{tenant_id}/state",
    "xero-writer": "/v1/mappings/{tenant_id}",
}


def send_now(house: House, service: str, request: RawRequest, address: str = "127.0.0.1") -> RawAnswer:
    """Without time passing."""
    return house.run(send_raw(house.services[service], request, address=address))


def send_until_refused(house: House, service: str, request: RawRequest, address: str = "127.0.0.1") -> int:
    """How many calls were let through; the refusal says when to come back, and then one is let through again."""
    for count in range(1000):
        answer = send_now(house, service, request, address)
        if answer.status == 429:
            assert answer.is_problem
            seconds = int(answer.headers["retry-after"])
            assert seconds >= 1
            house.world.clock.advance(seconds)
            assert send_now(house, service, request, address).status != 429
            return count
    raise AssertionError("there is no limit")


@pytest.fixture(autouse=True)
def rested(house: House) -> None:
    """Every allowance is whole again."""
    house.world.clock.advance(600)


@pytest.mark.parametrize("service", ONE_ROUTE)
def test_a_client_has_its_rate_and_another_does_not_notice(house: House, service: str) -> None:
    mine = json_call("GET", ONE_ROUTE[service].format(**house.first.ids), house.issue_token(house.first))
    theirs = json_call("GET", ONE_ROUTE[service].format(**house.other.ids), house.issue_token(house.other))
    house.world.clock.advance(10)
    assert send_until_refused(house, service, mine) == DEFAULT_CLIENT_RATE.burst
    while send_now(house, service, mine).status != 429:
        pass
    assert send_now(house, service, theirs).status == 200


@pytest.mark.parametrize("service", ONE_ROUTE)
def test_wrong_tokens_count_against_their_address_and_right_ones_from_there_go_on(house: House, service: str) -> None:
    target = ONE_ROUTE[service].format(**house.first.ids)
    good = json_call("GET", target, house.issue_token(house.first))
    house.world.clock.advance(60)
    assert send_until_refused(house, service, json_call("GET", target, "a.b.c")) == DEFAULT_ADDRESS_RATE.burst
    assert send_now(house, service, good).status == 200


def test_wrong_service_tokens_count_against_their_address(house: House) -> None:
    body = {"tenant_id": house.first.ids["tenant_id"], "vendor": "xero"}
    wrong = json_call("POST", "/internal/vendor-tokens", house.issue_token(house.first), body)
    house.world.clock.advance(60)
    assert send_until_refused(house, "auth", wrong) == DEFAULT_ADDRESS_RATE.burst
    right = json_call("POST", "/internal/vendor-tokens", house.issue_service_token(), body)
    assert send_now(house, "auth", right).status == 200


# --- guessing ---


def ask_for_token(partner: Partner, secret: str | None = None) -> RawRequest:
    form = {
        "grant_type": "client_credentials",
        "client_id": partner.client_id,
        "client_secret": partner.client_secret if secret is None else secret,
    }
    return RawRequest(
        "POST",
        "/v1/oauth/token",
        {"content-type": "application/x-www-form-urlencoded"},
        (urlencode(form).encode(),),
    )


def test_the_token_route_has_a_rate_for_each_address(house: House) -> None:
    request = RawRequest("POST", "/v1/oauth/token", {}, (b"",))
    assert send_until_refused(house, "auth", request, "192.0.2.1") == DEFAULT_ADDRESS_RATE.burst
    assert send_now(house, "auth", ask_for_token(house.first), "192.0.2.2").status == 200


def test_guessing_a_clients_secret_is_slowed_to_one_in_ten_seconds(house: House) -> None:
    wrong, right = ask_for_token(house.first, "wrong"), ask_for_token(house.first)
    statuses = [send_now(house, "auth", wrong).status for _ in range(20)]
    assert statuses == [401] * 10 + [429] * 10
    assert send_now(house, "auth", right).status == 429, "a refused guess is not told whether it was right"
    house.world.clock.advance(10)
    assert [send_now(house, "auth", wrong).status for _ in range(3)] == [401, 429, 429]
    house.world.clock.advance(10)
    assert [send_now(house, "auth", right).status for _ in range(3)] == [200, 200, 200], "the right one costs nothing"


def test_guessers_do_not_lock_out_the_client_elsewhere_nor_its_neighbours(house: House) -> None:
    while send_now(house, "auth", ask_for_token(house.first, "wrong"), "203.0.113.9").status != 429:
        pass
    assert send_now(house, "auth", ask_for_token(house.first), "192.0.2.3").status == 200
    assert send_now(house, "auth", ask_for_token(house.other), "203.0.113.9").status == 200


@pytest.mark.parametrize("target", ["/v1/partners", "/v1/partners/ptr_1/secret"])
def test_guessing_the_operators_token_is_slowed_and_a_refused_guess_is_not_told_whether_it_was_right(
    house: House, target: str
) -> None:
    wrong = json_call("POST", target, "a-guess", {"name": "Mine"})
    right = json_call("POST", target, house.world.secrets.operator_token, {"surprise": 1})
    while (answer := send_now(house, "auth", wrong, "203.0.113.1")).status == 401:
        pass
    assert answer.status == 429
    assert send_now(house, "auth", right, "203.0.113.1").status == 429
    assert send_now(house, "auth", right, "192.0.2.4").status == 422
    house.world.clock.advance(int(answer.headers["retry-after"]))
    assert send_now(house, "auth", right, "203.0.113.1").status == 422
