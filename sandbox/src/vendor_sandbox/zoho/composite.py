"""POST /crm/v8/__composite_requests: up to five calls in one (vendor facts, section 7)."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from vendor_sandbox.core.messages import VendorRequest, VendorResponse, answer_json
from vendor_sandbox.core.wire import JsonObject, dump_json, parse_json
from vendor_sandbox.zoho.api_call import ApiCall, Endpoint, as_list
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data
from vendor_sandbox.zoho.orgs import Org
from vendor_sandbox.zoho.scopes import NEED_COMPOSITE, ScopeNeed

SUB_LIMIT = 5
_REFERENCE = re.compile(r"@\{(\w+):\$((?:\.\w+|\[\d+\])+)\}")
FindEndpoint = Callable[[str, str], tuple[Endpoint, dict[str, str]] | None]


@dataclass(slots=True)
class SubRequest:
    """One part of a composite."""

    id: str
    method: str
    uri: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: Any


def run_composite(call: ApiCall, find_endpoint: FindEndpoint) -> VendorResponse:
    """All sub-requests in order; each answer with its own status. 1 credit, 2 for a rollback that was not needed."""
    body = call.read_body()
    rolls_back = body.get("rollback_on_fail", False) is True
    if rolls_back and body.get("parallel_execution", True) is True:
        message = "rollback_on_fail and parallel_execution cannot both be true"
        raise ZohoRefusalError(400, "AMBIGUITY_DURING_PROCESSING", message)
    subs = read_sub_requests(body)
    saved = _save_records(call.org) if rolls_back else None
    answers: dict[str, JsonObject] = {}
    has_failed = False
    for sub in subs:
        answer = _run_sub(call, sub, answers, find_endpoint)
        answers[sub.id] = answer
        if answer["status_code"] >= 400 or answer["status_code"] == 207:
            has_failed = True
            if saved is not None:
                _restore_records(call, saved)
                break
    results = [_tell_result(sub_id, answer) for sub_id, answer in answers.items()]
    good = sum(result["status"] == "success" for result in results)
    status = 200 if good == len(results) else 207 if good else 400
    credits_used = 2 if rolls_back and not has_failed else 1
    return answer_json(status, {"__composite_requests": results}, credits=credits_used)


def list_composite_needs(request: VendorRequest, org: Org, find_endpoint: FindEndpoint) -> list[ScopeNeed]:
    """The composite's own scope and those of every sub-request."""
    needs = [NEED_COMPOSITE]
    try:
        subs = read_sub_requests(parse_json(request.body))
    except (ValueError, ZohoRefusalError):
        return needs
    for sub in subs:
        found = find_endpoint(sub.method, unquote(urlsplit(sub.uri).path))
        if found is not None:
            endpoint, parameters = found
            needs += endpoint.needs(_build_request(request, sub), parameters, org)
    return needs


def read_sub_requests(body: Any) -> list[SubRequest]:
    """One to five sub-requests with distinct ids. Raises ZohoRefusalError."""
    if not isinstance(body, dict):
        raise invalid_data(expected_data_type="jsonobject")
    given = as_list(body.get("__composite_requests"), "__composite_requests")
    if not 1 <= len(given) <= SUB_LIMIT:
        raise invalid_data(api_name="__composite_requests", maximum_length=SUB_LIMIT)
    subs = [_read_sub(each, index) for index, each in enumerate(given)]
    if len({sub.id for sub in subs}) != len(subs):
        raise ZohoRefusalError(400, "DUPLICATE_DATA", "duplicate data", {"api_name": "sub_request_id"})
    return subs


def _read_sub(given: Any, index: int) -> SubRequest:
    path = f"$.__composite_requests[{index}]"
    if not isinstance(given, dict):
        raise invalid_data(json_path=path, expected_data_type="jsonobject")
    for name in ("sub_request_id", "method", "uri"):
        if not isinstance(given.get(name), str):
            raise ZohoRefusalError(
                400,
                "MANDATORY_NOT_FOUND",
                "required field not found",
                {"api_name": name, "json_path": f"{path}.{name}"},
            )
    parameters, headers = given.get("params") or {}, given.get("headers") or {}
    if not isinstance(parameters, dict) or not isinstance(headers, dict):
        raise invalid_data(json_path=path, expected_data_type="jsonobject")
    return SubRequest(
        id=given["sub_request_id"],
        method=given["method"].upper(),
        uri=given["uri"],
        parameters={str(name): str(value) for name, value in parameters.items()},
        headers={str(name).lower(): str(value) for name, value in headers.items()},
        body=given.get("body"),
    )


def _run_sub(call: ApiCall, sub: SubRequest, answers: dict[str, JsonObject], find_endpoint: FindEndpoint) -> JsonObject:
    try:
        sub = _resolve_references(sub, answers)
        found = find_endpoint(sub.method, unquote(urlsplit(sub.uri).path))
        if found is None or not found[0].in_composite:
            raise ZohoRefusalError(400, "INVALID_REQUEST", "the uri is not supported in a composite request")
        endpoint, parameters = found
        inner = ApiCall(_build_request(call.request, sub), call.state, call.org, parameters, in_composite=True)
        response = endpoint.handler(inner)
    except ZohoRefusalError as refusal:
        response = refusal.to_response()
    body = parse_json(response.body) if response.body else None
    return {"status_code": response.status, "headers": dict(response.headers), "body": body}


def _build_request(outer: VendorRequest, sub: SubRequest) -> VendorRequest:
    parts = urlsplit(sub.uri)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | sub.parameters
    return VendorRequest(
        method=sub.method,
        path=unquote(parts.path),
        query=query,
        headers=sub.headers,
        body=dump_json(sub.body) if sub.body is not None else b"",
        at=outer.at,
        call_seq=outer.call_seq,
        base_url=outer.base_url,
        org=outer.org,
        client_id=outer.client_id,
    )


def _tell_result(sub_id: str, answer: JsonObject) -> JsonObject:
    is_good = answer["status_code"] < 400
    return {
        "sub_request_id": sub_id,
        "code": "SUCCESS" if is_good else "SUB_REQUEST_FAILED",
        "details": {"response": answer},
        "message": "composite sub request executed" if is_good else "composite sub request failed",
        "status": "success" if is_good else "error",
    }


def _resolve_references(sub: SubRequest, answers: dict[str, JsonObject]) -> SubRequest:
    """Replace `@{1:$.data[0].details.id}` by that part of an earlier answer. Raises ZohoRefusalError."""

    def replace(found: re.Match[str]) -> str:
        value: Any = answers.get(found[1], {}).get("body")
        for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", found[2]):
            try:
                value = value[name] if name else value[int(number)]
            except (KeyError, IndexError, TypeError):
                raise invalid_data("the reference given seems to be invalid", reference=found[0]) from None
        return str(value)

    def resolve(value: Any) -> Any:
        if isinstance(value, str):
            return _REFERENCE.sub(replace, value)
        if isinstance(value, dict):
            return {name: resolve(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [resolve(inner) for inner in value]
        return value

    return SubRequest(
        sub.id, sub.method, resolve(sub.uri), resolve(sub.parameters), resolve(sub.headers), resolve(sub.body)
    )


def _save_records(org: Org) -> dict[str, Any]:
    """Everything that a sub-request may change, as one graph, so that lines stay the same objects as their rows."""
    saved: dict[str, Any] = copy.deepcopy(
        {name: (table.records, table.tombstones) for name, table in org.tables.items()}
    )
    return saved


def _restore_records(call: ApiCall, saved: dict[str, Any]) -> None:
    for name, (records, tombstones) in saved.items():
        table = call.org.tables[name]
        table.records.clear()
        table.records.update(records)
        table.tombstones[:] = tombstones
        table.forget_indexes()
    for version in call.core.ledger.list_versions(vendor="zoho"):
        if version.call_seq == call.request.call_seq:
            version.action = f"{version.action}, rolled back"
