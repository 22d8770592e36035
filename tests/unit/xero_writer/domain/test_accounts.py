"""Which accounts may stand on lines, and which may be the default of a side."""

import pytest
from tests.unit.xero_writer.domain.made_rows import make_reference

from xero_writer.domain.accounts import explain_unusable_account, explain_wrong_side, is_usable_account
from xero_writer.domain.mapping_model import Side


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("200", None),
        ("310", None),
        ("999", "not in your chart of accounts"),
        ("260", "archived"),
        ("090", "a bank account"),
        ("610", "one of Xero's own system accounts"),
        ("860", "one of Xero's own system accounts"),
    ],
)
def test_an_account_on_a_line_must_be_there_active_and_nobodys_own(code: str, problem: str | None) -> None:
    assert explain_unusable_account(code, make_reference()) == problem
    assert is_usable_account(code, make_reference()) is (problem is None)


def test_rounding_may_go_to_xeros_rounding_account_alone() -> None:
    assert explain_unusable_account("860", make_reference(), rounding=True) is None
    assert explain_unusable_account("610", make_reference(), rounding=True) is not None


def test_a_default_is_not_of_the_other_side() -> None:
    reference = make_reference()
    assert explain_wrong_side("310", reference, Side.SALES) == "an expense account (DIRECTCOSTS), not one for sales"
    assert explain_wrong_side("200", reference, Side.PURCHASES) == "an income account (REVENUE), not one for purchases"
    assert explain_wrong_side("200", reference, Side.SALES) is None
    assert explain_wrong_side("610", reference, Side.SALES) is None  # a balance sheet account may be meant
