"""A bookkeeper reads what to do, not a code."""

from decimal import Decimal

import pytest

from scheduler.domain.cause_words import EACH, ONE_THING, STAY_OUT, say_cause
from scheduler.domain.causes import LoggedRecord, roll_up
from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.contracts.reasons import Reason, ReasonKind
from sync_kit.contracts.vocabulary import Module


def record(code: str, total: str | None = None, module: Module = Module.INVOICES, **facts: object) -> LoggedRecord:
    return LoggedRecord(module, (Reason(code=code, facts=facts),), Decimal(total) if total else None, "GBP")


def say(*records: LoggedRecord) -> list[str]:
    return [say_cause(cause) for cause in roll_up(records)]


def test_one_act_for_many_records_is_one_thing() -> None:
    shipped = [record("status_unmapped", "300.00", status="Shipped") for _ in range(37)]
    assert say(*shipped) == ["37 invoices, GBP 11,100.00, wait for one thing: map the status 'Shipped'."]


def test_every_record_of_its_own_is_said_so() -> None:
    assert say(record("date_missing", "5.00"), record("date_missing", "6.00", Module.PURCHASE_ORDERS)) == [
        "1 invoice and 1 purchase order, GBP 11.00, each need this: fill in the document date."
    ]
    assert say(record("product_code_missing", module=Module.PRODUCTS)) == [
        "1 product needs this: enter a product code."
    ]


def test_what_waits_for_a_record_is_counted_with_it() -> None:
    product = record("product_code_missing", module=Module.PRODUCTS)
    waiting = [record("waits_for", "10.00", root_code="product_code_missing") for _ in range(12)]
    assert say(product, *waiting) == [
        "1 product with 12 invoices waiting, GBP 120.00, needs this: enter a product code."
    ]


def test_a_dependant_alone_speaks_for_its_root_cause() -> None:
    waiting = record("waits_for", "10.00", root_code="tax_unmapped", root_facts={"tax": "VAT 12%", "side": "sales"})
    assert say(waiting) == ["1 invoice, GBP 10.00, waits for one thing: map the tax 'VAT 12%' for sales."]


def test_what_was_not_meant_to_go_waits_for_nobody() -> None:
    assert say(record("status_waits", "1.00", status="Created")) == [
        "1 invoice, GBP 1.00, stays out: the status 'Created' is set to wait."
    ]


@pytest.mark.parametrize("code", [code for code, entry in CATALOGUE.items() if entry.kind != ReasonKind.WARNING])
def test_every_reason_that_holds_a_record_has_its_phrase(code: str) -> None:
    known = STAY_OUT if CATALOGUE[code].kind == ReasonKind.SKIPPED else {**ONE_THING, **EACH}
    assert code in known
    assert code not in set(ONE_THING) & set(EACH)


@pytest.mark.parametrize("code", [*STAY_OUT, *ONE_THING, *EACH])
def test_a_phrase_uses_only_facts_that_its_reason_has(code: str) -> None:
    entry = CATALOGUE[code]
    phrase = {**STAY_OUT, **ONE_THING, **EACH}[code]
    named = {word.split("}")[0] for word in phrase.split("{")[1:]}
    assert all(f"{{{name}}}" in entry.sentence + entry.what_to_do for name in named)
