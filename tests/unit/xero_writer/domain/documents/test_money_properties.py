"""Any document, any kind: Xero's total is the CRM's or there is a reason, and VAT by rate is the oracle's."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.unit.xero_writer.domain.documents.mapped_lines import map_lines
from tests.unit.xero_writer.domain.documents.oracle_money import (
    OracleDocument,
    OracleLine,
    add_up_crm,
    add_up_vat,
    read_xero,
    tolerance,
    without_zeros,
)
from tests.unit.xero_writer.domain.made_rows import codes, make_mapping, make_reference

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.mapped import MappedDocument
from xero_writer.domain.reference import TaxRate

SALES = {"VAT": "OUTPUT2", "Reduced": "RROUTPUT", "Odd": "ODDOUT", "Zero": "ZERORATEDOUTPUT", "Exempt": "EXEMPTOUTPUT"}
PURCHASES = {"VAT": "INPUT2", "Reduced": "RRINPUT", "Odd": "ODDIN", "Zero": "ZEROIN", "Exempt": "EXEMPTIN"}
PERCENTS = {"VAT": Decimal(20), "Reduced": Decimal(5), "Odd": Decimal("17.5"), "Zero": Decimal(0), "Exempt": Decimal(0)}
OTHER_RATES = [
    TaxRate("ODDOUT", "17.5%", "ACTIVE", Decimal("17.5"), True, False),
    TaxRate("ODDIN", "17.5%", "ACTIVE", Decimal("17.5"), False),
    TaxRate("ZEROIN", "Zero", "ACTIVE", Decimal(0), False),
    TaxRate("EXEMPTIN", "Exempt", "ACTIVE", Decimal(0), False),
]
REFERENCE = replace(
    make_reference(), tax_rates={**make_reference().tax_rates, **{rate.tax_type: rate for rate in OTHER_RATES}}
)
RATES = {name: Fraction(rate.effective_rate) for name, rate in REFERENCE.tax_rates.items()}
NAMED = {"total_differs", "discount_alters_tax", "tax_basis_unclear"}

LINES = st.lists(
    st.builds(
        OracleLine,
        quantity=st.one_of(st.integers(1, 60).map(lambda whole: whole * 10**4), st.integers(-(10**6), 10**7)),
        price=st.one_of(st.integers(0, 10**5).map(lambda cents: cents * 100), st.integers(0, 10**7)),
        discount=st.one_of(st.just(0), st.integers(-500, 5000)),
        tax=st.sampled_from([*PERCENTS, None]),
    ),
    min_size=1,
    max_size=8,
)
DOCUMENTS = st.builds(
    OracleDocument,
    lines=LINES.map(tuple),
    discount=st.one_of(st.just(0), st.integers(1, 3000)),
    adjustment=st.one_of(st.just(0), st.integers(-200, 200)),
    inclusive=st.booleans(),
    before_tax=st.booleans(),
    rounds_sums=st.booleans(),
)
KINDS = st.sampled_from([XeroKind.SALES_INVOICE, XeroKind.BILL, XeroKind.QUOTE])


def to_crm_line(line: OracleLine, place: int) -> dict[str, Any]:
    tax = [] if line.tax is None else [{"name": line.tax, "percentage": PERCENTS[line.tax]}]
    return {
        "id": str(place),
        "Product_Name": {"id": "200"},
        "Quantity": Decimal(line.quantity).scaleb(-4),
        "List_Price": Decimal(line.price).scaleb(-4),
        "Discount": Decimal(line.discount).scaleb(-2),
        "Line_Tax": tax,
    }


def map_it(document: OracleDocument, kind: XeroKind, crm_cents: int, cent: str) -> MappedDocument:
    mapping = make_mapping(
        taxes={"sales": SALES, "purchases": PURCHASES},
        amounts="inclusive" if document.inclusive else "exclusive",
        policies={"cent": cent, "header_discount": "before_tax" if document.before_tax else "after_tax"},
    )
    return map_lines(
        *[to_crm_line(line, place) for place, line in enumerate(document.lines)],
        total=str(Decimal(crm_cents).scaleb(-2)),
        mapping=mapping,
        reference=REFERENCE,
        kind=kind,
        Discount=Decimal(document.discount).scaleb(-2),
        Adjustment=Decimal(document.adjustment).scaleb(-2),
    )


def is_sales(kind: XeroKind) -> bool:
    return kind is not XeroKind.BILL


def check_vat(document: OracleDocument, kind: XeroKind, by_type: dict[str, int]) -> None:
    table = SALES if is_sales(kind) else PURCHASES
    expected = {table[name]: amount for name, amount in add_up_vat(document, line_discounts=is_sales(kind)).items()}
    assert without_zeros(by_type) == without_zeros(expected)


@given(DOCUMENTS, KINDS)
def test_xeros_total_is_the_crms_with_a_rounding_line_or_there_is_a_reason(
    document: OracleDocument, kind: XeroKind
) -> None:
    crm = add_up_crm(document)
    mapped = map_it(document, kind, crm, "rounding_line")
    if mapped.faults:
        assert set(codes(mapped.faults)) <= NAMED
        total, _ = read_xero(mapped.element, RATES)
        assert abs(total - crm) > tolerance(document.lines)
        return
    total, by_type = read_xero(mapped.element, RATES)
    assert total == crm
    assert mapped.expected_total == Decimal(crm).scaleb(-2)
    check_vat(document, kind, by_type)


@given(DOCUMENTS, KINDS)
def test_accepted_cents_stay_within_the_tolerance_and_are_told(document: OracleDocument, kind: XeroKind) -> None:
    crm = add_up_crm(document)
    mapped = map_it(document, kind, crm, "accept")
    assume(not mapped.faults)
    total, by_type = read_xero(mapped.element, RATES)
    assert abs(total - crm) <= tolerance(document.lines)
    assert (total != crm) == ("cent_difference" in codes(mapped.warnings))
    assert mapped.expected_total == Decimal(total).scaleb(-2)
    check_vat(document, kind, by_type)


@given(DOCUMENTS, KINDS)
def test_held_cents_are_never_a_cent(document: OracleDocument, kind: XeroKind) -> None:
    crm = add_up_crm(document)
    mapped = map_it(document, kind, crm, "hold")
    total, _ = read_xero(mapped.element, RATES)
    assert bool(mapped.faults) == (total != crm)


@given(DOCUMENTS, KINDS, st.integers(-5000, 5000))
def test_a_total_that_is_off_is_held_by_a_named_reason(document: OracleDocument, kind: XeroKind, off: int) -> None:
    crm = add_up_crm(document) + off
    mapped = map_it(document, kind, crm, "rounding_line")
    total, _ = read_xero(mapped.element, RATES)
    if mapped.faults:
        assert set(codes(mapped.faults)) <= NAMED
        assert abs(total - crm) > tolerance(document.lines)
    else:
        assert total == crm


@pytest.mark.parametrize("kind", [XeroKind.SALES_INVOICE, XeroKind.QUOTE])
def test_the_usual_document_needs_no_rounding_at_all(kind: XeroKind) -> None:
    lines = (OracleLine(60_000, 33_900, 0, "VAT"), OracleLine(10_000, 125_000, 250, "Reduced"))
    document = OracleDocument(lines, discount=500, adjustment=-3)
    mapped = map_it(document, kind, add_up_crm(document), "hold")
    assert (mapped.faults, mapped.warnings) == ((), ())
    check_vat(document, kind, read_xero(mapped.element, RATES)[1])
