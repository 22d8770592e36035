"""The wrapper around every vendor call."""

import pytest
from tests.unit.vendor_sandbox.core.conftest import START, Bench

from vendor_sandbox.core.vendor_call import BODY_CAP


async def test_a_call_is_served_stamped_recorded_and_its_slot_given_back(bench: Bench) -> None:
    reply = await bench.send(b'{"a":1}', query=b"PageSize=5", headers={"Authorization": "Bearer abc"})
    assert (reply.status, reply.is_finished) == (201, True)
    assert reply.headers["x-stamp"] == "1"
    assert bench.vendor.open_slots == 0
    assert bench.vendor.queries == [{"pagesize": "5"}]
    (call,) = bench.core.ledger.list_calls()
    assert (call.vendor, call.kind, call.method, call.path, call.query) == (
        "xero",
        "api",
        "POST",
        "/things",
        "PageSize=5",
    )
    assert (call.status, call.org, call.credits_used, call.fault) == (201, "org-1", 3, None)
    assert call.request_body == '{"a":1}'
    assert call.response_body == '{"kept":{"count":1}}'
    assert "abc" not in str(call.describe())


async def test_a_refused_call_is_recorded_and_holds_no_slot(bench: Bench) -> None:
    reply = await bench.send(headers={"Authorization": "Bearer bad"})
    assert reply.status == 401
    assert reply.headers["x-stamp"] == "1"
    assert bench.vendor.written == []
    assert bench.vendor.open_slots == 0
    assert bench.core.ledger.list_calls()[0].status == 401


async def test_secrets_of_oauth_calls_stay_out_of_the_ledger(bench: Bench) -> None:
    await bench.send(b"code=c0de&client_secret=s3cret", path="/xero/connect/token", query=b"token=t0ken")
    (call,) = bench.core.ledger.list_calls(kind="oauth")
    assert "c0de" not in call.request_body
    assert "s3cret" not in call.request_body
    assert "t0ken" not in call.query


async def test_answers_are_cut_in_the_ledger_unless_they_are_to_be_kept(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "status", status=200, answer="x" * 10_000, times=2)
    await bench.send()
    bench.core.switches = bench.core.switches.with_changes({"keep_bodies": True})
    await bench.send()
    assert [len(call.response_body) for call in bench.core.ledger.list_calls()] == [4096, 10_000]


async def test_a_body_above_the_cap_is_refused_unread(bench: Bench) -> None:
    reply = await bench.send(b"x" * (BODY_CAP + 1))
    assert reply.status == 413
    assert bench.vendor.written == []
    assert (await bench.send(b"x" * BODY_CAP)).status == 201


async def test_other_paths_are_ours(bench: Bench) -> None:
    assert (await bench.send(path="/elsewhere")).body == b"ours"
    assert bench.core.ledger.list_calls() == []


async def test_a_handler_that_breaks_is_not_hidden_and_holds_no_slot(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_: object) -> None:
        raise RuntimeError("a bug of the sandbox")

    monkeypatch.setattr(bench.vendor, "write", break_down)
    with pytest.raises(RuntimeError, match="a bug"):
        await bench.send()
    assert bench.vendor.open_slots == 0


async def test_a_late_commit_is_executed_as_sent_before_the_first_later_call(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "late_commit", delay_seconds=300)
    cut = await bench.send(b"late")
    assert not cut.is_finished
    bench.core.clock.advance(299)
    await bench.send(b"early")
    assert [body for body, _ in bench.vendor.written] == ["early"]
    bench.core.clock.advance(2)
    await bench.send(b"after")
    assert [body for body, _ in bench.vendor.written] == ["early", "late", "after"]
    assert (bench.vendor.written[1][1] - START).total_seconds() == 300
    late = bench.core.ledger.list_calls()[0]
    assert (late.fault, late.status) == ("late_commit", 201)
    assert late.committed_at == bench.vendor.written[1][1]


async def test_a_late_commit_shows_in_the_control_api_too(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "late_commit", delay_seconds=5)
    await bench.send(b"late")
    bench.core.clock.advance(5)
    await bench.send(path="/_control/anything")
    assert [body for body, _ in bench.vendor.written] == ["late"]


async def test_a_late_commit_of_a_refused_call_never_happens(bench: Bench) -> None:
    bench.core.faults.add_rule("xero", "late_commit", delay_seconds=5)
    await bench.send(b"late", headers={"Authorization": "Bearer bad"})
    bench.core.clock.advance(10)
    await bench.send(b"after")
    assert [body for body, _ in bench.vendor.written] == ["after"]
