"""The roll-up says what to mend first."""

from decimal import Decimal

from scheduler.domain.causes import LoggedRecord, roll_up
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module


def held(code: str, total: str | None = None, **facts: object) -> LoggedRecord:
    return LoggedRecord(Module.INVOICES, (Reason(code=code, facts=facts),), Decimal(total) if total else None, "GBP")


def test_records_with_one_cause_are_one_line_and_the_most_money_comes_first() -> None:
    causes = roll_up(
        [
            held("tax_not_said", "5.00", line=1),
            held("status_unmapped", "100.10", status="Shipped"),
            held("status_unmapped", "0.20", status="Shipped"),
            held("status_unmapped", "50.00", status="Packed"),
        ]
    )
    assert [(cause.code, cause.size, cause.money) for cause in causes] == [
        ("status_unmapped", 2, {"GBP": Decimal("100.30")}),
        ("status_unmapped", 1, {"GBP": Decimal("50.00")}),
        ("tax_not_said", 1, {"GBP": Decimal("5.00")}),
    ]


def test_a_dependant_counts_under_the_root_cause_of_what_it_waits_for() -> None:
    waiting = held("waits_for", "70.00", root_code="product_code_missing")
    (cause,) = roll_up([waiting, held("product_code_missing")])
    assert (cause.code, cause.records, cause.waiting, cause.money) == (
        "product_code_missing",
        {Module.INVOICES: 1},
        {Module.INVOICES: 1},
        {"GBP": Decimal("70.00")},
    )
    assert cause.example.code == "product_code_missing"


def test_currencies_are_never_added_up() -> None:
    euro = LoggedRecord(Module.INVOICES, (Reason(code="date_missing"),), Decimal(7), "EUR")
    (cause,) = roll_up([held("date_missing", "5.00"), euro])
    assert cause.money == {"GBP": Decimal("5.00"), "EUR": Decimal(7)}


def test_a_record_counts_once_under_its_worst_reason() -> None:
    both = LoggedRecord(Module.INVOICES, (Reason(code="date_missing"), Reason(code="lines_missing")), None, None)
    assert [(cause.code, cause.size) for cause in roll_up([both])] == [("date_missing", 1)]
