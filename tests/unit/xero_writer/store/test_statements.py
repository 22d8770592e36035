"""Statements that are made once say the same each time they run, of the tenant and the records they are given."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.engines import drop_databases, make_database_url

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session, Store
from sync_kit.testing import ManualClock
from xero_writer.store import METADATA, counters, decisions, intents, ledger, links, owed, runs, staging, waits, wanted
from xero_writer.store.owed import Told
from xero_writer.store.runs import RunState
from xero_writer.store.staging import State

MINE, OTHER = "tenant-1", "tenant-2"
MODIFIED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
INVOICES, ACCOUNTS = Module.INVOICES, Module.ACCOUNTS


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def session(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Session]:
    store = Store.open(make_database_url(tmp_path, "xero_writer", clock), metadata=METADATA, clock=clock, name="test")
    async with store.transaction() as opened:
        yield opened
    await store.close()
    drop_databases(tmp_path)


def version(record_id: str, seq: int, **values: object) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "extraction_seq": seq,
        "modified_at": MODIFIED,
        "deleted": False,
        "lines_complete": True,
        "payload": {"id": record_id},
        **dict.fromkeys(("business_key", "name_key", "loose_key", "email_key", "code", "keys_mapping")),
        **values,
    }


def document(xero_id: str, **keys: str | None) -> Mapping[str, object]:
    row = {"number_key": "", "sale_key": None, "url_key": None, **keys}
    money = {"amount_paid": Decimal(0), "amount_credited": Decimal(0)}
    return {"xero_id": xero_id, "kind": "invoices", "status": "DRAFT", "details": None, **money, **row}


async def test_a_tenants_numbers_begin_at_one_and_have_no_holes(session: Session) -> None:
    assert await counters.take_settled_numbers(session, MINE, 3) == 1
    assert await counters.take_settled_numbers(session, MINE, 2) == 4
    assert await counters.take_progress_number(session, MINE) == 1
    assert await counters.take_settled_numbers(session, OTHER, 1) == 1
    assert await counters.take_settled_numbers(session, MINE, 1) == 6
    assert await counters.take_progress_numbers(session, MINE, 3) == 2
    assert await counters.take_progress_number(session, MINE) == 5


async def test_records_to_judge_come_in_the_order_of_their_reading_and_only_so_many(session: Session) -> None:
    await staging.stage(session, MINE, ACCOUNTS, [version("a", 3), version("b", 1), version("c", 2)])
    await staging.stage(session, OTHER, ACCOUNTS, [version("d", 1)])
    await staging.need(session, MINE, ACCOUNTS, ["c", "d"])
    listed = [
        [row["record_id"] for row in await staging.list_to_judge(session, MINE, ACCOUNTS, only_used=used, limit=2)]
        for used in (False, True)
    ]
    assert listed == [["b", "c"], ["c"]]


async def test_only_records_in_one_of_the_states_are_staged_again(session: Session) -> None:
    await staging.stage(session, MINE, INVOICES, [version(record_id, 1) for record_id in "abc"])
    states = {"a": State.SETTLED, "b": State.WAITING, "c": State.READY}
    changes = [
        {"module": INVOICES.value, "record_id": record_id, "extraction_seq": 1, "state": state.value}
        for record_id, state in states.items()
    ]
    await staging.change_states(session, MINE, changes)
    assert await staging.restage_ids(session, MINE, INVOICES, "abc", State.SETTLED, State.WAITING) == 2
    found = await staging.list_states(session, MINE, INVOICES, "abc")
    assert {key: row["state"] for key, row in found.items()} == {"a": "staged", "b": "staged", "c": "ready"}
    assert await staging.restage_ids(session, MINE, INVOICES, [], State.READY) == 0
    assert await staging.count_by_state(session, MINE) == {(INVOICES, State.STAGED): 2, (INVOICES, State.READY): 1}


async def test_records_with_a_business_key_are_found_in_their_own_module_and_tenant(session: Session) -> None:
    same = [version("a", 1, business_key="k"), version("b", 1, business_key="k", deleted=True), version("c", 1)]
    await staging.stage(session, MINE, INVOICES, same)
    await staging.stage(session, MINE, ACCOUNTS, [version("d", 1, business_key="k", email_key="e")])
    await staging.stage(session, OTHER, INVOICES, [version("e", 1, business_key="k", email_key="e")])
    assert [row["record_id"] for row in await staging.list_same_key(session, MINE, INVOICES, {"k", "l"})] == ["a"]
    assert await staging.list_same_key(session, MINE, INVOICES, set()) == []
    assert await staging.count_email_holders(session, MINE, {"e"}) == {"e": 1}


async def test_documents_are_found_by_any_of_their_keys(session: Session) -> None:
    rows = [document("x1", number_key="n"), document("x2", sale_key="s"), document("x3", url_key="n")]
    await ledger.save_documents(session, MINE, rows)
    await ledger.save_documents(session, OTHER, [document("x4", number_key="n")])
    asked: list[dict[str, list[str]]] = [{"numbers": ["n"]}, {"sales": ["s"], "xero_ids": ["x3"]}, {"urls": []}]
    found = [
        sorted(row["xero_id"] for row in await ledger.list_documents(session, MINE, **each)) for each in (*asked, {})
    ]
    assert found == [["x1"], ["x2", "x3"], [], []]


async def test_a_decision_is_marked_once_for_the_records_that_were_settled(session: Session) -> None:
    for record_id in "ab":
        decided = {"module": INVOICES.value, "record_id": record_id, "kind": "keep_crm", "xero_id": None}
        await decisions.save_decision(session, MINE, {**decided, "modified_at": MODIFIED, "decided_by": "c"})
    await decisions.mark_used(session, MINE, INVOICES, [])
    await decisions.mark_used(session, MINE, INVOICES, ["a"])
    found = await decisions.list_of_records(session, MINE, INVOICES, "ab")
    assert {key: row["used_at"] for key, row in found.items()} == {"a": await session.now(), "b": None}


async def test_a_record_waits_until_all_its_parents_have_come(session: Session) -> None:
    await waits.replace_waits(session, MINE, INVOICES, [("i1", [(ACCOUNTS, "a"), (ACCOUNTS, "b")])])
    await waits.replace_waits(session, OTHER, INVOICES, [("i2", [(ACCOUNTS, "a")])])
    assert await waits.list_children(session, MINE, ACCOUNTS, ["a", "b"]) == {INVOICES: {"i1"}}
    assert await waits.end_waits(session, MINE, ACCOUNTS, []) == {}
    assert await waits.end_waits(session, MINE, ACCOUNTS, ["a"]) == {INVOICES: {"i1"}}
    assert await waits.end_waits(session, MINE, ACCOUNTS, ["a"]) == {}
    assert await waits.list_waiting(session, MINE, INVOICES, ["i1", "i2"]) == {"i1"}
    await waits.replace_waits(session, MINE, INVOICES, [("i1", [])])
    assert await waits.list_waiting(session, MINE, INVOICES, ["i1", "i2"]) == frozenset()
    assert await waits.list_children(session, OTHER, ACCOUNTS, ["a"]) == {INVOICES: {"i2"}}


async def test_a_question_is_asked_once_in_a_run_and_open_until_it_is_answered(session: Session) -> None:
    asked = [
        await wanted.want(session, MINE, run_id, INVOICES, ids, WantedCause.PAYLOAD_GONE)
        for run_id, ids in (("r1", "ab"), ("r1", "bc"), ("r2", "a"))
    ]
    assert asked == [["a", "b"], ["c"], ["a"]]
    await wanted.note_answered(session, MINE, INVOICES, "bd")
    assert [await wanted.count_open(session, MINE, run_id) for run_id in ("r1", "r2")] == [1, 1]


async def test_what_a_run_owes_is_counted_without_the_records_of_other_runs(session: Session) -> None:
    await owed.owe_emitted(session, MINE, "r1", INVOICES, newer="ab", known="")
    await owed.owe(session, MINE, "r1", INVOICES, "c")
    await owed.owe(session, MINE, "r2", INVOICES, "d")
    told = {record_id: (Told("created"), number) for number, record_id in enumerate("bc", 5)}
    await owed.settle_owed(session, MINE, "r1", INVOICES, told)
    await owed.reopen_owed(session, MINE, "r1", INVOICES, "cd")
    count = (await owed.count_owed(session, MINE, "r1"))[INVOICES]
    assert (count.emitted, count.owed, count.unsettled, count.settled_sum) == (2, 3, 2, 11)
    assert await owed.list_told(session, MINE, "r1", INVOICES, "abcd") == {"b": Told("created"), "c": Told("created")}
    assert await owed.list_told(session, MINE, "r1", INVOICES, "") == {}


async def test_a_run_moves_and_counts_its_calls_alone(session: Session, clock: ManualClock) -> None:
    for number, run_id in enumerate(("r1", "r2"), 1):
        await runs.advance_run(session, MINE, run_id, run_seq=number, state=RunState.REQUESTED, request={"run": run_id})
    await runs.add_calls(session, MINE, "r1", 2)
    await runs.add_calls(session, MINE, "r1", 3)
    await runs.change_run(session, MINE, "r1", told={"state": "running"}, tell_again=True)
    began_at = await session.now()
    clock.advance(60)
    await runs.move_run(session, MINE, "r1")
    one, two = [await runs.find_run(session, MINE, run_id) for run_id in ("r1", "r2")]
    assert one is not None
    assert two is not None
    assert (one["calls"], one["told"], one["moved_at"] > began_at) == (5, {"state": "running"}, True)
    assert (two["calls"], two["told"], two["moved_at"]) == (0, None, began_at)
    newest = await runs.find_open_run(session, MINE)
    assert newest is not None
    assert newest["run_id"] == "r2"


async def test_a_module_is_closed_with_the_largest_count_and_keeps_its_failure(session: Session) -> None:
    counts = ((3, None), (5, {"code": "vendor_trouble"}), (4, None))
    for emitted, failure in counts:
        await runs.announce_extraction(session, MINE, "r1", INVOICES, emitted=emitted, failure=failure)
    told = {module: {"told_emitted": 1, "told_carried": 2, "told_sum": 3} for module in (ACCOUNTS, INVOICES)}
    await runs.note_accounted(session, MINE, "r1", told)
    await runs.announce_extraction(session, MINE, "r1", ACCOUNTS, emitted=0, failure=None)
    found = await runs.list_modules(session, MINE, "r1")
    assert {module: (row["emitted"], row["failure"], row["told_sum"]) for module, row in found.items()} == {
        INVOICES: (5, {"code": "vendor_trouble"}, 3),
        ACCOUNTS: (0, None, 3),
    }


async def test_where_a_run_stands_is_told_of_the_modules_that_were_closed_in_it(
    session: Session, clock: ManualClock
) -> None:
    began_at = await session.now()
    assert (await runs.find_standing(session, MINE, "r1")).emitted == {}
    await runs.advance_run(session, MINE, "r1", run_seq=1, state=RunState.REQUESTED, request={})
    standing = await runs.find_standing(session, MINE, "r1")
    assert (standing.moved_at, standing.emitted) == (began_at, {})
    clock.advance(60)
    await runs.announce_extraction(session, MINE, "r1", INVOICES, emitted=0, failure=None)
    await runs.announce_extraction(session, MINE, "r2", ACCOUNTS, emitted=1, failure=None)
    told = {ACCOUNTS: {"told_emitted": 0, "told_carried": 0, "told_sum": 0}}
    await runs.note_accounted(session, MINE, "r1", told)
    standing = await runs.find_standing(session, MINE, "r1")
    assert (standing.moved_at, standing.emitted) == (began_at, {INVOICES: 0})
    assert standing.now > began_at


async def test_closing_an_intent_leaves_others_open(session: Session) -> None:
    sent: dict[str, object] = {
        "run_id": None,
        "method": "PUT",
        "path": "Invoices",
        "state": "sent",
        "body": b"{}",
        "boot_id": "b",
    }
    sent |= {"attempts": 1, "first_sent_at": MODIFIED, "last_sent_at": MODIFIED, "due_at": MODIFIED}
    record: dict[str, object] = {
        "position": 0,
        "tenant_id": MINE,
        "module": INVOICES.value,
        "revision": 1,
        "extraction_seq": 1,
    }
    record |= {"is_open": True, "business_key": "k", "digest": "d", "verdict": {"v": 1}, "refused": False}
    ids = ("one", "two")
    await intents.add_intents(
        session,
        [{**sent, "intent_id": each, "tenant_id": MINE, "idempotency_key": each} for each in ids],
        [{**record, "intent_id": each, "record_id": each} for each in ids],
    )
    assert await intents.find_next_due(session, MINE) == MODIFIED
    await intents.close_intent(session, "one")
    await intents.change_intent(session, "two", state="uncertain", due_at=None)
    assert [(row["intent_id"], row["state"]) for row in await intents.list_open(session, MINE)] == [
        ("two", "uncertain")
    ]
    assert (await intents.get_intent(session, "one"))["closed_at"] == await session.now()
    open_ones = [len(await intents.list_records(session, each)) for each in ids]
    assert (open_ones, await intents.get_body(session, "two")) == ([0, 1], b"{}")
    with pytest.raises(LookupError, match="no bytes"):
        await intents.get_body(session, "one")


async def test_links_are_found_by_record_and_by_counterpart(session: Session) -> None:
    link = {"revision": 1, "agreed_digest": "d", "agreed_updated_at": None, "status": None, "business_key": None}
    rows = [
        {**link, "module": module.value, "record_id": "a", "xero_id": xero_id, "facts": {"kind": xero_id}}
        for module, xero_id in ((INVOICES, "x1"), (ACCOUNTS, "x2"))
    ]
    await links.save_links(session, MINE, rows)
    await links.save_links(session, OTHER, rows)
    found = await links.list_links(session, MINE, INVOICES, ["a", "b"])
    assert {key: (row["xero_id"], row["facts"]) for key, row in found.items()} == {"a": ("x1", {"kind": "x1"})}
    owners = await links.list_owners(session, MINE, ["x2", "x3"])
    assert [(row["module"], row["record_id"]) for row in owners] == [(ACCOUNTS.value, "a")]
    assert (await links.list_links(session, MINE, INVOICES, []), await links.list_owners(session, MINE, [])) == ({}, [])
