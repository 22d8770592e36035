"""What each fault does: to the vendor's books, and to what the client sees."""

import asyncio

import pytest
import simplejson
from tests.unit.vendor_sandbox.core.conftest import Bench

from vendor_sandbox.core.messages import VendorRequest


async def test_a_lost_request_did_nothing_and_is_cut(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "lost_request")
    reply = await bench.send(b"a")
    assert (reply.status, reply.headers["content-length"], reply.is_finished) == (200, "1048576", False)
    assert bench.vendor.written == []
    call = bench.core.ledger.list_calls()[0]
    assert (call.fault, call.status) == ("lost_request", None)


async def test_a_lost_answer_was_done_and_is_cut(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "lost_answer")
    reply = await bench.send(b"a")
    assert not reply.is_finished
    assert reply.body == b""
    assert len(bench.vendor.written) == 1
    assert bench.vendor.open_slots == 0
    assert bench.core.ledger.list_calls()[0].status == 201


async def test_a_status_fault_did_nothing(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "status", status=503, answer="gone", headers={"retry-after": "9"})
    reply = await bench.send()
    assert (reply.status, reply.body, reply.headers["retry-after"]) == (503, b"gone", "9")
    assert bench.vendor.written == []


async def test_a_status_fault_without_answer_uses_the_vendors_own(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "status", status=500)
    assert (await bench.send()).body == b'{"error":500}'


async def test_wrote_then_status_was_done_and_says_it_failed(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "wrote_then_status", status=500)
    reply = await bench.send()
    assert (reply.status, reply.body) == (500, b'{"error":500}')
    assert len(bench.vendor.written) == 1


async def test_half_of_a_batch_is_written_before_the_whole_is_refused(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "whole_400_wrote_half")
    reply = await bench.send(b"aabb")
    assert reply.status == 400
    assert [body for body, _ in bench.vendor.written] == ["aa"]
    assert bench.vendor.open_slots == 0


async def test_a_rate_limit_fault_did_nothing_and_counts_as_refused(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "rate_limit", problem="day")
    reply = await bench.send()
    assert (reply.status, reply.headers["x-rate-limit-problem"]) == (429, "day")
    assert bench.vendor.written == []
    assert bench.core.ledger.count_calls()["refused"] == {"xero:day": 1}


async def test_a_slow_answer_was_done_at_once_and_comes_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[tuple[float, int]] = []

    async def wait(seconds: float) -> None:
        waits.append((seconds, len(bench.vendor.written)))

    bench.core.faults.add_rule("xero", "slow", seconds=7.5)
    bench.core.switches = bench.core.switches.with_changes({"latency_ms": 500})
    monkeypatch.setattr(asyncio, "sleep", wait)
    reply = await bench.send()
    assert waits == [(8.0, 1)]
    assert reply.status == 201


async def test_a_truncated_answer_promises_more_than_it_brings(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "truncated")
    reply = await bench.send()
    assert not reply.is_finished
    assert 0 < len(reply.body) < int(reply.headers["content-length"])
    assert len(bench.vendor.written) == 1


@pytest.mark.parametrize(("execute", "written"), [(False, 0), (True, 1)])
async def test_garbage_is_a_page_with_status_200(bench: Bench, execute: bool, written: int) -> None:
    bench.core.faults.add_rule("xero", "garbage", execute=execute)
    reply = await bench.send()
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html")
    assert reply.body.startswith(b"<html>")
    assert len(bench.vendor.written) == written


async def test_wrong_types_keep_the_json_and_spoil_what_is_inside(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "wrong_types")
    assert simplejson.loads((await bench.send()).body) == {"kept": ["1"]}


async def test_an_endless_answer_goes_on_until_the_client_hangs_up(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "endless")
    reply = await bench.send(hang_up_after=1_000_000)
    assert 1_000_000 <= len(reply.body) < 2_000_000
    assert not reply.is_finished
    assert bench.vendor.open_slots == 0


async def test_a_revoked_token_is_dead_from_then_on(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "token_revoked")
    reply = await bench.send(headers={"Authorization": "Bearer abc"})
    assert reply.status == 401
    assert bench.vendor.revoked == ["Bearer abc"]
    assert bench.vendor.written == []


async def test_a_callback_runs_before_the_call_it_strikes(bench: Bench) -> None:
    seen: list[tuple[str, int]] = []

    def look(request: VendorRequest) -> None:
        seen.append((request.path, len(bench.vendor.written)))

    bench.core.faults.add_rule("xero", "call", callback=look)
    reply = await bench.send()
    assert seen == [("/things", 0)]
    assert reply.status == 201
