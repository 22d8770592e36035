"""What each fault does to a call, before and after the deed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from vendor_sandbox.core.faults import FaultRule
from vendor_sandbox.core.ledger import BODY_CUT, Call
from vendor_sandbox.core.messages import Route, VendorMount, VendorRequest, VendorResponse
from vendor_sandbox.core.redaction import redact_text
from vendor_sandbox.core.sending import Answer
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.wire import dump_json, parse_json

GARBAGE = b"<html><head><title>Service</title></head><body><h1>We will be back soon</h1></body></html>"


def execute_with_faults(
    core: SandboxCore, mount: VendorMount, request: VendorRequest, route: Route, call: Call
) -> Answer:
    """Serve one call under the fault that strikes it, if any, and write its end into the ledger."""
    rule = core.faults.take_rule(mount.vendor, request.method, request.path, request.body)
    if rule is None:
        answer = _execute(mount, request, route, None)
    else:
        call.fault = rule.kind
        early = _strike_before(mount, request, rule)
        if early is not None:
            answer = early
        elif rule.kind == "late_commit":
            answer = _commit_late(core, mount, request, route, call, rule)
        else:
            answer = _execute(mount, request, route, rule)
    if answer.ending != "cut":
        mount.stamp_headers(request, answer.response)
    if rule is not None:
        _strike_after(mount, request, rule, answer)
    _close_call(core, call, request, answer)
    return answer


def _execute(mount: VendorMount, request: VendorRequest, route: Route, rule: FaultRule | None) -> Answer:
    refusal = mount.admit(request, route)
    if refusal is not None:
        return Answer(refusal)
    try:
        if rule is not None and rule.kind == "whole_400_wrote_half":
            return Answer(mount.write_half_then_400(request, route), admitted=True)
        return Answer(route.handler(request), admitted=True)
    except BaseException:
        mount.release(request)
        raise


def _strike_before(mount: VendorMount, request: VendorRequest, rule: FaultRule) -> Answer | None:
    """The faults after which nothing of the call is done; None lets it go on."""
    arguments = rule.arguments
    match rule.kind:
        case "lost_request":
            return Answer(VendorResponse(0), "cut")
        case "status":
            status: int = arguments["status"]
            if "answer" not in arguments:
                response = mount.build_error(request, status)
            else:
                response = VendorResponse(status, arguments["answer"].encode(), {"content-type": "application/json"})
            response.headers.update(arguments.get("headers", {}))
            return Answer(response)
        case "rate_limit":
            problem: str = arguments.get("problem", "minute")
            response = mount.build_rate_limit(request, problem)
            response.refusal = problem
            return Answer(response)
        case "token_revoked":
            return Answer(mount.revoke_presented_token(request))
        case "garbage" if not arguments.get("execute", False):
            return Answer(VendorResponse(200, GARBAGE, {"content-type": "text/html"}))
        case "call":
            assert rule.callback is not None  # noqa: S101 - checked when the rule was added
            rule.callback(request)
    return None


def _strike_after(mount: VendorMount, request: VendorRequest, rule: FaultRule, answer: Answer) -> None:
    """The faults that spoil the answer of a call that was served."""
    match rule.kind:
        case "lost_answer":
            answer.ending = "cut"
        case "wrote_then_status":
            answer.response = mount.build_error(request, rule.arguments["status"])
            mount.stamp_headers(request, answer.response)
        case "slow":
            answer.delay_seconds = float(rule.arguments["seconds"])
        case "truncated":
            answer.ending = "half"
        case "garbage":
            answer.response = VendorResponse(200, GARBAGE, {"content-type": "text/html"})
        case "wrong_types":
            answer.response.body = _spoil_types(answer.response.body)
        case "endless":
            answer.ending = "endless"
            answer.endless_megabytes = rule.arguments.get("megabytes", 1024)


def _commit_late(
    core: SandboxCore,
    mount: VendorMount,
    request: VendorRequest,
    route: Route,
    call: Call,
    rule: FaultRule,
) -> Answer:
    """Cut now, execute later. Rights and limits are those of the moment of arrival."""
    refusal = mount.admit(request, route)
    if refusal is not None:
        return Answer(refusal, "cut")

    def execute(due_at: datetime) -> None:
        request.at = due_at
        response = route.handler(request)
        call.committed_at = due_at
        _write_response(core, call, response)

    due_at = request.at + timedelta(seconds=rule.arguments["delay_seconds"])
    core.late_commits.schedule(due_at, execute)
    return Answer(VendorResponse(0), "cut", admitted=True)


def _close_call(core: SandboxCore, call: Call, request: VendorRequest, answer: Answer) -> None:
    call.org = request.org
    call.client_id = request.client_id
    response = answer.response
    call.credits_used = response.credits
    call.refusal = response.refusal
    if response.status:
        _write_response(core, call, response)


def _write_response(core: SandboxCore, call: Call, response: VendorResponse) -> None:
    call.status = response.status
    call.credits_used = response.credits
    body = response.body or b""
    if not core.switches.keep_bodies:
        body = body[:BODY_CUT]
    text = body.decode(errors="replace")
    call.response_body = redact_text(text) if call.kind == "oauth" else text


def _spoil_types(body: bytes | None) -> bytes | None:
    """Objects inside the answer become lists, numbers become strings; what is not JSON stays."""
    try:
        value = parse_json(body or b"")
    except ValueError:
        return body
    if isinstance(value, dict):
        value = {name: _spoil(inner) for name, inner in value.items()}
    return dump_json(value)


def _spoil(value: object) -> object:
    if isinstance(value, dict):
        return [_spoil(inner) for inner in value.values()]
    if isinstance(value, list):
        return [_spoil(inner) for inner in value]
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return value
