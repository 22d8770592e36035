"""The where and order languages by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from vendor_sandbox.xero.refusals import RequestRefusedError
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, NUMBER, TEXT, Queryable, parse_order, parse_where

ID = "3ff6d40c-af9a-40a3-89ce-3c1556a25591"


@dataclass
class Thing:
    name: str | None
    amount: Decimal
    day: date | None
    is_open: bool
    key: str


PROPERTIES: dict[str, Queryable[Thing]] = {
    "name": Queryable(TEXT, lambda thing: thing.name),
    "amount": Queryable(NUMBER, lambda thing: thing.amount),
    "day": Queryable(DATE, lambda thing: thing.day),
    "isopen": Queryable(FLAG, lambda thing: thing.is_open),
    "owner.id": Queryable(GUID, lambda thing: thing.key),
}
ONE = Thing("Émile (Ltd)", Decimal("10.50"), date(2026, 11, 20), True, ID)
TWO = Thing(None, Decimal("-3"), None, False, ID.replace("3", "4"))


@pytest.mark.parametrize(
    ("where", "one", "two"),
    [
        ('Name=="emile (LTD)"', True, False),
        ('name = "Émile (Ltd)"', True, False),
        ('Name!="x"', True, True),
        ("Name==null", False, True),
        ("Name != null", True, False),
        ('Name.StartsWith("ém")', True, False),
        ('Name.Contains("LTD")==false', False, True),
        ('Name.EndsWith(")")', True, False),
        ("Amount>=10.5", True, False),
        ("Amount < -2.9M", False, True),
        ("Amount<>10.50", False, True),
        ("Day>=DateTime(2026, 11, 20)", True, False),
        ("Day<DateTime(2026,11,20,0,0,1)", True, False),
        ('Day==DateTime.Parse("2026-11-20")', True, False),
        ("IsOpen", True, False),
        ("!IsOpen", False, True),
        ("IsOpen==true AND Amount>0", True, False),
        ("IsOpen OR Amount<0", True, True),
        ("IsOpen || Amount<0 && Amount>0", True, False),
        ("(IsOpen || Amount<0) && Amount>0", True, False),
        (f'Owner.ID==guid("{ID.upper()}")', True, False),
        (f'Owner.ID!=Guid("{ID}")', False, True),
        ('Name=="a\\"b"', False, False),
    ],
)
def test_what_an_expression_means(where: str, one: bool, two: bool) -> None:
    matches = parse_where(where, PROPERTIES)
    assert (matches(ONE), matches(TWO)) == (one, two)


@pytest.mark.parametrize(
    "where",
    [
        "",
        "Name",
        "Nothing==1",
        'Name=="open',
        "Name==",
        "Name==1",
        'Day=="2026-11-20"',
        'Owner.ID=="x"',
        'Owner.ID==guid("x")',
        'Owner.ID>guid("3ff6d40c-af9a-40a3-89ce-3c1556a25591")',
        "Day==DateTime(2026,13,1)",
        "Day==DateTime(2026)",
        "Name>null",
        "(IsOpen",
        "IsOpen IsOpen",
        "IsOpen AND",
        'Amount.Contains("1")',
        "Name.Contains(1)",
        "Name; DROP",
        "'x'==Name",
    ],
)
def test_what_cannot_be_read_is_a_query_parse_exception(where: str) -> None:
    with pytest.raises(RequestRefusedError) as caught:
        parse_where(where, PROPERTIES)
    assert caught.value.body is not None
    assert caught.value.body["Type"] == "QueryParseException"


def test_order_sorts_by_several_keys_with_nulls_first() -> None:
    keys = parse_order("Name ASC, Amount DESC", PROPERTIES)
    assert [descending for _, descending in keys] == [False, True]
    assert sorted([ONE, TWO], key=keys[0][0]) == [TWO, ONE]


@pytest.mark.parametrize("order", ["Nothing", "Name UP", "Name ASC DESC", ","])
def test_an_order_that_cannot_be_read_is_refused(order: str) -> None:
    with pytest.raises(RequestRefusedError):
        parse_order(order, PROPERTIES)
