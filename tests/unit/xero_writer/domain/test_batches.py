"""Which records travel together."""

from decimal import Decimal

import pytest

from sync_kit.contracts.codec import loads
from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.batches import (
    MAX_BYTES,
    Batch,
    Candidate,
    build_batch,
    idempotency_key,
    list_keys,
    plan_batches,
    split_batch,
)
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.verdicts import Action, Ready


def candidate(
    record_id: str,
    module: Module = Module.INVOICES,
    action: Action = Action.CREATE,
    *,
    size: int = 0,
    keys: tuple[str, ...] | None = None,
    revision: int = 1,
    max_batch: int = 50,
    kind: XeroKind | None = None,
) -> Candidate:
    ready = Ready(
        action,
        "digest",
        LinkFacts(kind=kind),
        RecordLabel(),
        record_id,
        element={"Number": record_id, "Price": Decimal("1.10"), "Text": "x" * size},
        uniqueness_keys=(record_id,) if keys is None else keys,
    )
    return Candidate(module, record_id, 1, revision, ready, max_batch)


def ids(batch: Batch) -> list[str]:
    return [item.record_id for item in batch.candidates]


def test_fifty_elements_are_the_most() -> None:
    batches = plan_batches([candidate(str(number)) for number in range(101)]).batches
    assert [len(batch.candidates) for batch in batches] == [50, 50, 1]
    assert [batch.full for batch in batches] == [True, True, False]


def test_a_request_stays_below_three_megabytes() -> None:
    plan = plan_batches([candidate(str(number), size=1_400_000) for number in range(5)])
    assert [len(batch.candidates) for batch in plan.batches] == [2, 2, 1]
    assert all(len(batch.body) < MAX_BYTES for batch in plan.batches)


def test_an_element_above_the_size_travels_alone() -> None:
    plan = plan_batches([candidate("a"), candidate("b", size=MAX_BYTES), candidate("c")])
    assert [ids(batch) for batch in plan.batches] == [["a"], ["b"], ["c"]]


def test_lanes_and_verbs_do_not_mix() -> None:
    plan = plan_batches(
        [
            candidate("1"),
            candidate("2", action=Action.UPDATE),
            candidate("3", Module.PRODUCTS),
            candidate("4", Module.ACCOUNTS),
            candidate("5", Module.CONTACTS),
            candidate("6", Module.VENDORS),
        ]
    )
    shapes = {(batch.method, batch.path): ids(batch) for batch in plan.batches}
    assert shapes == {
        ("PUT", "Invoices"): ["1"],
        ("POST", "Invoices"): ["2"],
        ("PUT", "Items"): ["3"],
        ("PUT", "Contacts"): ["4", "5", "6"],
    }


def test_bills_and_sales_invoices_go_to_one_path_in_requests_of_their_own() -> None:
    plan = plan_batches(
        [
            candidate("1"),
            candidate("2", Module.PURCHASE_ORDERS, kind=XeroKind.BILL),
            candidate("3", Module.PURCHASE_ORDERS, kind=XeroKind.PURCHASE_ORDER),
            candidate("4", Module.SALES_ORDERS, kind=XeroKind.SALES_INVOICE),
            candidate("5", Module.QUOTES, kind=XeroKind.QUOTE),
        ]
    )
    assert [(batch.path, ids(batch)) for batch in plan.batches] == [
        ("Invoices", ["1", "4"]),
        ("Invoices", ["2"]),
        ("PurchaseOrders", ["3"]),
        ("Quotes", ["5"]),
    ]


def test_two_of_one_business_key_never_travel_at_once() -> None:
    plan = plan_batches([candidate("1", keys=("n", "x")), candidate("2", keys=("m", "x")), candidate("3")])
    assert [ids(batch) for batch in plan.batches] == [["1", "3"]]
    assert [item.record_id for item in plan.deferred] == ["2"]


def test_nothing_leaves_that_xero_would_take_for_what_is_under_way() -> None:
    under_way = list_keys(candidate("1", keys=("x",)).lane, candidate("1", keys=("x",)).verdict)
    plan = plan_batches([candidate("2", keys=("x", "y")), candidate("3", keys=("z",))], under_way)
    assert [ids(batch) for batch in plan.batches] == [["3"]]
    assert [item.record_id for item in plan.deferred] == ["2"]


def test_the_same_key_in_another_kind_is_no_collision() -> None:
    plan = plan_batches([candidate("1", keys=("x",)), candidate("2", Module.PRODUCTS, keys=("x",))])
    assert plan.deferred == ()


def test_a_suspect_travels_in_small_company() -> None:
    plan = plan_batches([candidate("1", max_batch=2), candidate("2"), candidate("3"), candidate("4", max_batch=1)])
    assert [ids(batch) for batch in plan.batches] == [["1", "2"], ["3"], ["4"]]


def test_the_body_is_xeros_list_with_exact_decimals() -> None:
    batch = build_batch([candidate("1")])
    assert loads(batch.body) == {"Invoices": [{"Number": "1", "Price": Decimal("1.10"), "Text": ""}]}
    assert b"1.10" in batch.body


def test_halves_hold_everything_once() -> None:
    first, second = split_batch(build_batch([candidate(str(number)) for number in range(5)]))
    assert ids(first) + ids(second) == ["0", "1", "2", "3", "4"]
    with pytest.raises(ValueError, match="split"):
        split_batch(build_batch([candidate("1")]))


def test_a_link_is_not_sent() -> None:
    with pytest.raises(ValueError, match="link"):
        plan_batches([candidate("1", action=Action.LINK)])


def test_a_mixture_is_no_request() -> None:
    with pytest.raises(ValueError, match="one kind"):
        build_batch([candidate("1"), candidate("2", Module.PRODUCTS)])
    with pytest.raises(ValueError, match="one kind"):
        build_batch([])


def test_the_idempotency_key_is_over_tenant_records_and_revisions() -> None:
    key = idempotency_key("t1", build_batch([candidate("1")]))
    assert key.startswith("z2x1-")
    assert len(key) <= 128
    assert key == idempotency_key("t1", build_batch([candidate("1", size=5)]))
    others = [
        idempotency_key("t2", build_batch([candidate("1")])),
        idempotency_key("t1", build_batch([candidate("1", revision=2)])),
        idempotency_key("t1", build_batch([candidate("1", action=Action.UPDATE)])),
        idempotency_key("t1", build_batch([candidate("1"), candidate("2")])),
        idempotency_key("t1", build_batch([candidate("1", Module.PRODUCTS)])),
    ]
    assert len({key, *others}) == 6
