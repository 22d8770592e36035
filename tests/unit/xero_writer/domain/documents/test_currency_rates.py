"""The CRM's exchange rates: only by choice, and never old or upside down."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_invoice, make_line, make_mapping, make_reference

from xero_writer.domain.documents.currency_rates import is_doubtful, list_usual_rates
from xero_writer.domain.mapped import MappedDocument

OURS = make_mapping(policies={"currency_rate": "crm"})


def map_rate(
    rate: Any, *, mapping: Any = OURS, known: dict[str, Decimal] | None = None, **changes: Any
) -> MappedDocument:
    header = {"Currency": "USD", "Exchange_Rate": rate, **changes}
    context = header.pop("context", None)
    return map_lines(
        make_line(), mapping=mapping, reference=make_reference(rates=known or {}), context=context, **header
    )


def test_xeros_rate_of_the_day_is_the_default() -> None:
    assert "CurrencyRate" not in map_rate(Decimal("1.25"), mapping=make_mapping()).element


def test_the_crms_rate_goes_as_it_is_by_choice() -> None:
    mapped = map_rate(Decimal("1.2512345678"), known={"USD": Decimal("1.3")})
    assert mapped.element["CurrencyRate"] == Decimal("1.251235")
    assert mapped.faults == ()


def test_the_organisations_own_currency_has_no_rate() -> None:
    assert "CurrencyRate" not in map_rate(Decimal("1.25"), Currency="GBP").element


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal(-1), "dear", Decimal("0.0000001")])
def test_a_rate_that_cannot_be_one_holds(rate: object) -> None:
    assert codes(map_rate(rate).faults) == ["value_unusable"]


def test_a_rate_field_that_the_crm_does_not_send_is_a_broken_mapping() -> None:
    mapped = map_lines(make_line(), mapping=OURS, Currency="USD")
    assert codes(mapped.faults) == ["mapping_broken"]


@pytest.mark.parametrize(
    ("rate", "known", "doubtful"),
    [
        ("1.17", "1.16", False),
        ("0.8547", "1.17", True),
        ("1.17", "0.8547", True),
        ("0.98", "1.01", False),
        ("2.5", "1.2", True),
        ("0.5", "1.2", True),
        ("2.4", "1.2", False),
        ("150", "160", False),
        ("0.0066", "150", True),
    ],
)
def test_old_and_upside_down_rates_are_doubtful(rate: str, known: str, doubtful: bool) -> None:
    assert is_doubtful(Decimal(rate), Decimal(known)) is doubtful


def test_a_rate_is_held_against_xeros_last_one() -> None:
    mapped = map_rate(Decimal("0.8"), known={"USD": Decimal("1.25")})
    assert codes(mapped.faults) == ["rate_doubtful"]
    facts = mapped.faults[0].facts
    assert (facts["rate"], facts["factor"], facts["known"]) == ("0.8", "0.64", "1.25")


def test_where_xero_has_none_the_crms_other_documents_are_asked() -> None:
    usual = {"usual_rates": {"USD": Decimal("1.25")}}
    assert codes(map_rate(Decimal("0.8"), context=usual).faults) == ["rate_doubtful"]
    assert map_rate(Decimal("1.3"), context=usual).faults == ()


def test_where_nothing_is_known_the_chosen_rate_goes() -> None:
    assert map_rate(Decimal("0.8")).element["CurrencyRate"] == Decimal("0.8")


def test_the_usual_rate_is_the_middle_of_at_least_three() -> None:
    rates = ["1.17", "0.85", "1.18", "1.16"]
    records = [make_invoice(Currency="eur", Exchange_Rate=Decimal(rate)) for rate in rates]
    odd = [make_invoice(Currency="USD", Exchange_Rate="?"), make_invoice(Currency="USD"), make_invoice()]
    assert list_usual_rates([*records, *odd]) == {"EUR": Decimal("1.17")}
    assert list_usual_rates(records[:2]) == {}
