"""Callers who send anything: no request makes a service fail, each refusal is a problem that names every fault, and
what is refused changes nothing."""

from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.contract.api_walk import FILLED, OWNED, put_into_path
from tests.contract.house import House
from tests.contract.raw_calls import RawAnswer, RawRequest, json_call

from sync_kit.contracts import codec
from sync_kit.request_edge import MOST_HEADER_BYTES

AnyCase: TypeAlias = Case[Any]

SERVICES = ("auth", "scheduler", "zoho-reader", "xero-writer")
EXAMPLES = {GenerationMode.POSITIVE: 6, GenerationMode.NEGATIVE: 8}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# --- whatever the OpenAPI document allows, and what it forbids ---


@pytest.mark.parametrize("mode", EXAMPLES)
@pytest.mark.parametrize("service", SERVICES)
def test_no_generated_request_makes_a_service_fail_or_answer_off_its_description(
    house: House, service: str, mode: GenerationMode
) -> None:
    document = schemathesis.openapi.from_dict(house.services[service].openapi())
    for result in document.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not (list(operation.iter_parameters()) or operation.body):
            continue  # there is nothing to get wrong
        cases = operation.as_strategy(generation_mode=mode)
        attack_operation(house, service, cases, examples=EXAMPLES[mode])


def attack_operation(house: House, service: str, cases: st.SearchStrategy[AnyCase], *, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, real=st.booleans())
    def attack(case: AnyCase, real: bool) -> None:
        if real and case.method != "DELETE":
            put_real_ids(case, house.first.ids)
        prepared = requests.Request(**case.as_transport_kwargs(base_url="http://api.test")).prepare()
        answer = send_as(house, service, prepared)
        if answer.status >= 400:
            assert answer.is_problem, answer
            assert answer.status != 429, "the limits hide what this test is about"
            if answer.status == 422 and answer.json.get("code") == "invalid_request":
                assert answer.faults
        headers = {name: [text] for name, text in answer.headers.items()}
        case.validate_response(
            schemathesis.Response(answer.status, headers, answer.body, prepared, elapsed=0.0, verify=False),
            checks=CHECKS,
        )

    attack()


def put_real_ids(case: AnyCase, ids: Mapping[str, str]) -> None:
    """Past the 404, to the code behind."""
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            place.update({name: ids[name] for name in OWNED if name in place})


def send_as(house: House, service: str, prepared: requests.PreparedRequest) -> RawAnswer:
    body = prepared.body or b""
    raw = body.encode() if isinstance(body, str) else body
    assert isinstance(raw, bytes)
    headers = {
        name: text if isinstance(text, str) else text.decode("latin-1") for name, text in prepared.headers.items()
    }
    headers = {name: text for name, text in headers.items() if name.lower() not in {"authorization", "content-length"}}
    authorised = {**headers, "authorization": f"Bearer {choose_token(house, prepared.path_url)}"}
    return house.send(service, RawRequest(str(prepared.method), prepared.path_url, authorised, (raw,)))


def choose_token(house: House, target: str) -> str:
    """Of whoever may use the route."""
    return house.world.secrets.operator_token if target.startswith("/v1/partners") else house.issue_token(house.first)


# --- bodies ---

ROUTES_WITH_BODIES = {
    "register_partner": ("auth", "POST", "/v1/partners"),
    "rotate_client_secret": ("auth", "POST", "/v1/partners/{partner_id}/secret"),
    "create_tenant": ("auth", "POST", "/v1/tenants"),
    "start_connection": ("auth", "POST", "/v1/connections"),
    "choose_organisation": ("auth", "POST", "/v1/connections/{connection_id}/organisation"),
    "start_sync": ("scheduler", "POST", "/v1/syncs"),
    "start_check": ("scheduler", "POST", "/v1/readiness"),
    "replace_settings": ("scheduler", "PUT", "/v1/settings/{tenant_id}"),
    "decide_question": ("xero-writer", "POST", "/v1/links/{tenant_id}/decisions"),
    "replace_mapping": ("xero-writer", "PUT", "/v1/mappings/{tenant_id}"),
}
BAD_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "cut": b'{"tenant_id": "t1", "na',
    "nested a hundred thousand deep": b"[" * 100_000,
    "nested objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "nested where a member is": b'{"name": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "NaN": b"NaN",
    "a member that is NaN": b'{"tenant_id": NaN, "name": Infinity, "books_start_date": -Infinity, "due_days": NaN}',
    "a number of 5,000 digits": b"9" * 5_000,
    "a member of 5,000 digits": b'{"due_days": ' + b"9" * 5_000 + b"}",
    "a number beyond all bounds": b'{"due_days": 1e99999999999, "name": 1e99999999999}',
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "half a surrogate pair": b'{"name": "\\ud800", "tenant_id": "\\udc00", "xero_tenant_id": "\\ud800"}',
    "UTF-16": '{"surprise": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}[",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"tenant"',
    "a number": b"1",
    "a comment": b"{} // hello",
    "two values": b"{}{}",
    "null bytes": b"\x00" * 100,
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.parametrize("route", ROUTES_WITH_BODIES)
def test_a_body_that_cannot_be_meant_is_refused_with_its_fault_and_changes_nothing(
    house: House, route: str, name: str
) -> None:
    before = house.dump_stores()
    answer = send_body(house, route, BAD_BODIES[name])
    assert answer.status == 422, answer
    assert answer.is_problem
    assert answer.faults, answer
    assert all(where == "body" or where.startswith(("body.", "body[")) for where in answer.faults)
    assert house.dump_stores() == before


NULL_BYTES: Mapping[str, tuple[dict[str, Any], str]] = {
    "register_partner": ({"name": "Harbour\x00"}, "body.name"),
    "create_tenant": ({"name": "\x00Lane"}, "body.name"),
    "replace_settings": (
        {"books_start_date": "2026-01-01", "go_ahead": {"xero_tenant_id": "a\x00b"}},
        "body.go_ahead.xero_tenant_id",
    ),
    "replace_mapping": ({"accounts": {"sales": "2\x000"}}, "body.accounts.sales"),
    "decide_question": ({"module": "invoices", "record_id": "1\x00", "choice": "create_new"}, "body.record_id"),
}


@pytest.mark.parametrize("route", NULL_BYTES)
def test_a_null_byte_in_a_text_is_refused_where_it_stands(house: House, route: str) -> None:
    before = house.dump_stores()
    body, where = NULL_BYTES[route]
    answer = send_body(house, route, codec.dumps(body))
    assert answer.status == 422, answer
    assert where in answer.faults
    assert house.dump_stores() == before


def test_a_null_byte_in_a_credential_is_refused(house: House) -> None:
    form = b"grant_type=client_credentials&client_id=%00&client_secret=a%00"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = house.send("auth", RawRequest("POST", "/v1/oauth/token", headers, (form,)))
    assert 400 <= answer.status < 500, answer


@pytest.mark.parametrize("route", ROUTES_WITH_BODIES)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_body_of_another_type_than_json_is_refused(house: House, route: str, content_type: str) -> None:
    before = house.dump_stores()
    answer = send_body(house, route, b'{"name": "Harbour Lane"}', headers={"content-type": content_type})
    assert 400 <= answer.status < 500
    assert answer.is_problem
    assert house.dump_stores() == before


@pytest.mark.parametrize("route", ROUTES_WITH_BODIES)
def test_an_unknown_member_is_named_and_not_passed_over(house: House, route: str) -> None:
    answer = send_body(house, route, b'{"tenant": "typing error", "__proto__": {}}')
    assert answer.status == 422
    assert {"body.tenant", "body.__proto__"} <= answer.faults


def send_body(
    house: House, route: str, body: bytes, *, headers: Mapping[str, str] | None = None, chunks: int = 1
) -> RawAnswer:
    service, method, path = ROUTES_WITH_BODIES[route]
    target = path.format(**{**FILLED, **house.first.ids, "partner_id": "ptr_1"})
    request = json_call(method, target, choose_token(house, path), body, headers)
    size = -(-len(body) // chunks) or 1
    pieces = tuple(body[start : start + size] for start in range(0, len(body), size)) or (b"",)
    return house.send(service, RawRequest(request.method, request.target, request.headers, pieces))


@pytest.mark.parametrize("route", ROUTES_WITH_BODIES)
@pytest.mark.parametrize("chunks", [1, 20], ids=["announced", "of unknown length"])
def test_a_body_of_two_megabytes_is_refused_unread(house: House, route: str, chunks: int) -> None:
    before = house.dump_stores()
    answer = send_body(house, route, b'{"name": "' + b"a" * 2 * 1024 * 1024 + b'"}', chunks=chunks)
    assert (answer.status, answer.is_problem) == (413, True)
    assert house.dump_stores() == before


def test_a_large_form_is_refused_too(house: House) -> None:
    for pieces in ((b"scope=" + b"a" * 2 * 1024 * 1024,), (b"scope=",) + (b"a" * 100_000,) * 20):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = house.send("auth", RawRequest("POST", "/v1/oauth/token", headers, pieces))
        assert (answer.status, answer.is_problem) == (413, True)


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999999", "1_0", " ", "\u00b2"])
def test_a_false_length_makes_nothing_fail(house: House, length: str) -> None:
    headers = {"content-length": length}
    answer = send_body(house, "create_tenant", b"{", headers=headers)
    assert 400 <= answer.status < 500
    assert answer.is_problem


# --- every fault at once ---


@pytest.mark.parametrize(
    ("route", "body", "faults"),
    [
        ("create_tenant", {"name": 7}, {"body.name"}),
        ("register_partner", {"name": "", "return_urls": ["ftp://a.example"] * 21}, {"body.name", "body.return_urls"}),
        ("register_partner", {"name": "a", "return_urls": ["x"]}, {"body.return_urls[0]"}),
        ("rotate_client_secret", {"keep_old_seconds": 86401, "x": 1}, {"body.keep_old_seconds", "body.x"}),
        ("start_check", {"tenant_id": "t" * 65, "mode": "apply"}, {"body.tenant_id", "body.mode"}),
        (
            "decide_question",
            {"module": "bills", "record_id": "a" * 500, "decision": "guess", "xero_id": "../.."},
            {"body.module", "body.record_id", "body.decision", "body.xero_id"},
        ),
        ("create_tenant", {"name": "   "}, {"body.name"}),
        ("create_tenant", {"name": "a" * 201, "x": 1}, {"body.name", "body.x"}),
        (
            "start_connection",
            {"tenant_id": "../../etc", "vendor": "sage", "data_centre": "a" * 9, "return_url": "javascript:alert(1)"},
            {"body.tenant_id", "body.vendor", "body.data_centre", "body.return_url"},
        ),
        ("start_connection", {}, {"body.tenant_id", "body.vendor"}),
        ("choose_organisation", {"xero_tenant_id": "a" * 65}, {"body.xero_tenant_id"}),
        (
            "start_sync",
            {"tenant_id": ["t"], "modules": ["invoices", "bills", 3], "since": "yesterday", "mode": "check"},
            {"body.tenant_id", "body.modules[1]", "body.modules[2]", "body.since", "body.mode"},
        ),
        ("start_sync", {"tenant_id": "t" * 65, "since": "2026-01-05T09:00:00"}, {"body.tenant_id", "body.since"}),
        ("start_check", {"tenant_id": "../etc", "mode": "plan"}, {"body.tenant_id", "body.mode"}),
        (
            "replace_settings",
            {"books_start_date": "2026-02-30", "directions": "invoices", "sending": None, "go_ahead": {"xero": 1}},
            {
                "body.books_start_date",
                "body.directions",
                "body.sending",
                "body.go_ahead.xero_tenant_id",
                "body.go_ahead.xero",
            },
        ),
        (
            "replace_mapping",
            {
                "number_fields": {"invoices": "1; drop table"},
                "statuses": {"invoices": {"Created": "PAID"}},
                "accounts": {"sales": "a" * 11},
                "due_days": -1,
                "untaxed_sales": "",
                "amounts": "gross",
                "surprise": True,
            },
            {
                "body.number_fields.invoices",
                "body.statuses.invoices.Created",
                "body.accounts.sales",
                "body.due_days",
                "body.untaxed_sales",
                "body.amounts",
                "body.surprise",
            },
        ),
    ],
)
def test_all_faults_of_a_request_are_named_at_once(
    house: House, route: str, body: dict[str, Any], faults: set[str]
) -> None:
    before = house.dump_stores()
    service, method, path = ROUTES_WITH_BODIES[route]
    target = path.format(**{**FILLED, **house.first.ids, "partner_id": "ptr_1"})
    request = json_call(method, target, choose_token(house, path), body)
    answer = house.send(service, request)
    assert (answer.status, answer.faults) == (422, faults)
    assert house.dump_stores() == before


def test_faults_of_path_query_header_and_body_stand_side_by_side(house: House) -> None:
    token = house.issue_token(house.first)
    log = house.send("scheduler", json_call("GET", "/v1/log?module=bills&limit=0&code=A%20B&outcome=done", token))
    assert log.faults == {"query.tenant_id", "query.module", "query.limit", "query.code", "query.outcome"}
    key = {"idempotency-key": "a" * 129}
    start = house.send("scheduler", json_call("POST", "/v1/syncs", token, {"modules": 1}, key))
    assert start.faults == {"header.Idempotency-Key", "body.tenant_id", "body.modules"}


def test_a_refusal_does_not_repeat_what_was_sent(house: House) -> None:
    """It may be personal, or markup."""
    secret = "<script>Ada Lovelace</script>"
    for route in ROUTES_WITH_BODIES:
        body = b'{"tenant_id": ["%s"], "name": ["%s"], "modules": "%s"}' % ((secret.encode(),) * 3)
        answer = send_body(house, route, body)
        assert answer.status == 422
        assert b"Ada" not in answer.body


# --- ids ---

BAD_IDS = {
    "a null byte": "%00",
    "a null byte within": "ten%00ant",
    "overlong": "a" * 65,
    "very overlong": "a" * 60_000,
    "no UTF-8": "%ff%fe",
    "half a surrogate pair": "%ed%a0%80",
    "a line break": "a%0d%0aset-cookie:%20a=b",
    "SQL": quote("' OR 1=1 --", safe=""),
    "a template": quote("{{7*7}}${7*7}", safe=""),
    "a blank": "%20",
    "an encoded slash": "a%2f..%2f..%2fetc",
    "dots": "..",
    "right to left": quote("\u202etnanet", safe=""),
}


@pytest.mark.parametrize("bad", BAD_IDS.values(), ids=BAD_IDS)
def test_an_id_that_cannot_be_one_is_refused_on_every_route(house: House, bad: str) -> None:
    before = house.dump_stores()
    token = house.issue_token(house.first)
    wrong = []
    for service, app in house.services.items():
        for path, methods in app.openapi()["paths"].items():
            for method, described in methods.items():
                for target in aim(path, described, bad):
                    answer = house.send(
                        service, json_call(method.upper(), target, token, {} if method != "get" else None)
                    )
                    if answer.status not in {404, 405, 414, 422} or not answer.is_problem:
                        wrong.append((method, path, answer.status, answer.body[:200]))
    assert wrong == []
    assert house.dump_stores() == before


def aim(path: str, described: Mapping[str, Any], bad: str) -> list[str]:
    """The operation with `bad` in place of each id."""
    named = {(parameter["in"], parameter["name"]) for parameter in described.get("parameters", ())}
    targets = []
    if any(("path", name) in named for name in OWNED):
        targets.append(put_into_path(path, bad))
    targets += [f"{put_into_path(path, 'x')}?{name}={bad}" for name in OWNED if ("query", name) in named]
    return targets


@pytest.mark.parametrize("cursor", ["a", "%00", "%ff", "e30", "W10", "a" * 1001, "AAAAAAAAWzFd", "%F0%9F%92%A9"])
def test_a_made_up_cursor_is_refused_on_every_list(house: House, cursor: str) -> None:
    token = house.issue_token(house.first)
    tenant_id = house.first.ids["tenant_id"]
    for service, route in (
        ("auth", "/v1/tenants?"),
        ("scheduler", f"/v1/syncs?tenant_id={tenant_id}&"),
        ("scheduler", f"/v1/log?tenant_id={tenant_id}&"),
        ("xero-writer", f"/v1/links/{tenant_id}?"),
    ):
        answer = house.send(service, json_call("GET", f"{route}cursor={cursor}", token))
        assert (answer.status, answer.faults) == (422, {"query.cursor"}), route


# --- the way to the routes ---


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("method", ["TRACE", "PATCH", "CONNECT", "PROPFIND", "get", "\u00c4"])
def test_methods_that_no_route_has_are_refused(house: House, service: str, method: str) -> None:
    for path in house.services[service].openapi()["paths"]:
        target = put_into_path(path, "x")
        answer = house.send(service, json_call(method, target, house.issue_token(house.first)))
        assert (answer.status, answer.is_problem) == (405, True), target


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "target", ["/", "//", "/v1", "/v2/tenants", "/v1/%00", "/..%2f..%2fetc/passwd", "/%ff", "/v1/syncs/"]
)
def test_paths_that_nobody_serves_are_not_found(house: House, service: str, target: str) -> None:
    answer = house.send(service, json_call("GET", target, house.issue_token(house.first)))
    assert answer.is_problem
    assert answer.status in {404, 405}


@pytest.mark.parametrize(
    "credential",
    [
        "Bearer",
        "Bearer ",
        "Bearer \x00",
        "Bearer \u00ff\u00fe",
        "Bearer " + "a" * 60_000,
        "Bearer " + ".".join(["e30"] * 3),
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ.e30.AAAA",
        "Basic !!!",
        "Basic " + "A" * 60_000,
        "Digest x",
        "",
    ],
)
def test_a_credential_that_cannot_be_one_is_a_401_everywhere(house: House, credential: str) -> None:
    for service in SERVICES:
        for path, methods in house.services[service].openapi()["paths"].items():
            for method, described in methods.items():
                if not described.get("security"):
                    continue
                target = put_into_path(path, "x")
                answer = house.send(service, RawRequest(method.upper(), target, {"authorization": credential}))
                refusal = 431 if len(credential) > MOST_HEADER_BYTES else 401
                assert (answer.status, answer.is_problem) == (refusal, True), (method, path)


@pytest.mark.parametrize(
    "header",
    [
        {"x-request-id": "a\r\nset-cookie: a=b"},
        {"x-request-id": "\u00ff" * 1000},
        {"accept": "\u00ff/" * 500},
        {"if-match": "\u00ff"},
        {"if-match": "9" * 33},
        {"idempotency-key": "\u00ff"},
        {"idempotency-key": ""},
        {"content-type": "application/json; charset=\u00ff"},
        {"content-encoding": "gzip"},
        {"cookie": "a=" + "b" * 8000},
        {"host": "\u00ff"},
        {"x-forwarded-for": "\u00ff, 1"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_headers_out_of_their_mind_make_nothing_fail(house: House, header: Mapping[str, str]) -> None:
    token = house.issue_token(house.first)
    for route in ROUTES_WITH_BODIES:
        answer = send_body(house, route, b'{"surprise": 1}', headers=header)
        assert 400 <= answer.status < 500
        assert answer.is_problem
        assert "set-cookie" not in answer.headers
    answer = house.send("auth", json_call("GET", "/v1/tenants", token, headers=header))
    assert answer.status == 200
