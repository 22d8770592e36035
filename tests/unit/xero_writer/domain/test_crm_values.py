"""Values as Zoho words them."""

from datetime import date
from decimal import Decimal

import pytest

from xero_writer.domain.crm_values import (
    Lookup,
    UnusableValueError,
    find_date,
    find_decimal,
    find_lookup,
    find_text,
    list_names,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a ", "a"),
        ("", None),
        ("  ", None),
        (None, None),
        (7, "7"),
        (Decimal("1E+2"), "100"),
        (True, None),
        ([], None),
    ],
)
def test_texts(value: object, text: str | None) -> None:
    assert find_text({"F": value}, "F") == text


@pytest.mark.parametrize(
    ("value", "number"),
    [(Decimal("1.10"), Decimal("1.10")), (3, Decimal(3)), ("2.5", Decimal("2.5")), (None, None), ("", None), (0, 0)],
)
def test_numbers_are_exact(value: object, number: Decimal | None) -> None:
    assert find_decimal({"F": value}, "F") == number


@pytest.mark.parametrize("value", [1.1, "x", "NaN", "Infinity", True, [], "1e400", Decimal("1e-40")])
def test_floats_and_nonsense_are_no_money(value: object) -> None:
    with pytest.raises(UnusableValueError):
        find_decimal({"F": value}, "F")


def test_dates_are_taken_as_they_are_written() -> None:
    assert find_date({"F": "2010-12-01T23:30:00-08:00"}, "F") == date(2010, 12, 1)
    assert find_date({"F": None}, "F") is None
    with pytest.raises(UnusableValueError):
        find_date({"F": "01/12/2010"}, "F")


@pytest.mark.parametrize(
    ("fields", "lookup"),
    [
        ({"A": {"id": "1", "name": "N"}}, Lookup("1", "N")),
        ({"A": {"id": "1"}, "A.A": "N"}, Lookup("1", "N")),
        ({"A": {"id": "1"}}, Lookup("1")),
        ({"A": "1"}, Lookup("1")),
        ({"A": None}, None),
        ({"A": {}}, None),
        ({}, None),
    ],
)
def test_lookups_come_in_several_shapes(fields: dict[str, object], lookup: Lookup | None) -> None:
    assert find_lookup(fields, "A") == lookup


@pytest.mark.parametrize(
    ("value", "names"), [(["a", "b"], ["a", "b"]), ("a", ["a"]), ([{"name": "a"}], ["a"]), (None, []), ([None], [])]
)
def test_multi_select_fields(value: object, names: list[str]) -> None:
    assert list_names({"F": value}, "F") == names
