"""What is about to happen, in figures that add up and in words that people say."""

from decimal import Decimal

from scheduler.domain.forecast import Foreseen, forecast, say_forecast
from sync_kit.contracts.vocabulary import Module, Outcome

CREATE, UPDATE, LINK = Outcome.WOULD_CREATE, Outcome.WOULD_UPDATE, Outcome.WOULD_LINK


def invoice(
    total: str,
    currency: str = "GBP",
    status: str = "DRAFT",
    outcome: Outcome = CREATE,
    module: Module = Module.INVOICES,
) -> Foreseen:
    document = "bill" if module == Module.PURCHASE_ORDERS else "sales_invoice"
    return Foreseen(module, outcome, document, status, Decimal(total), currency)


def other(module: Module, outcome: Outcome = CREATE) -> Foreseen:
    return Foreseen(module, outcome, None, None, None, None)


def say(*records: Foreseen) -> str:
    return say_forecast(forecast(records), "Demo Company (UK)")


def test_totals_are_by_kind_status_and_currency_and_never_across_currencies() -> None:
    lines = forecast(
        [
            invoice("0.10"),
            invoice("0.20"),
            invoice("7", "EUR"),
            invoice("5", status="AUTHORISED"),
            other(Module.ACCOUNTS),
            other(Module.VENDORS),
        ]
    )
    assert [(line.kind, line.status, line.currency, line.records, line.money) for line in lines] == [
        ("sales_invoice", "DRAFT", "EUR", 1, Decimal(7)),
        ("sales_invoice", "AUTHORISED", "GBP", 1, Decimal(5)),
        ("sales_invoice", "DRAFT", "GBP", 2, Decimal("0.30")),
        ("contact", None, None, 2, None),
    ]


def test_the_sentence_names_documents_money_and_the_organisation() -> None:
    assert say(invoice("184248.33")) == "1 draft invoice, GBP 184,248.33, into Demo Company (UK)"
    assert say(invoice("1"), invoice("2", "EUR"), other(Module.PRODUCTS), other(Module.ACCOUNTS)) == (
        "2 draft invoices, EUR 2.00 and GBP 1.00, into Demo Company (UK); with them 1 contact and 1 item"
    )


def test_bills_approved_documents_changes_and_links_are_told_apart() -> None:
    sentence = say(
        invoice("9", status="AUTHORISED"),
        invoice("3", module=Module.PURCHASE_ORDERS),
        invoice("2", outcome=UPDATE),
        other(Module.ACCOUNTS, LINK),
    )
    assert sentence == (
        "1 approved invoice, GBP 9.00, and 1 draft bill, GBP 3.00, into Demo Company (UK); "
        "1 draft invoice, GBP 2.00, would be changed; 1 contact would be linked to what is there"
    )


def test_nothing_at_all_is_said_too() -> None:
    assert say() == "nothing new into Demo Company (UK)"


def test_contacts_alone_go_into_the_organisation() -> None:
    assert say(other(Module.ACCOUNTS)) == "1 contact, into Demo Company (UK)"


def test_no_digit_of_an_amount_is_rounded_away() -> None:
    assert "GBP 0.125," in say(invoice("0.125"))
    assert "GBP 1,000.00," in say(invoice("1E+3"))
