"""Whether the person on a document belongs to its account."""

import pytest
from tests.unit.xero_writer.domain.made_rows import CONTACT_ID

from xero_writer.domain.crm_values import Lookup
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.people import check_person
from xero_writer.domain.rows import ParentState, ParentView

ANN, ACCOUNT = Lookup("150", "Ann Lee"), Lookup("100", "Customer 17850")


def view(people: tuple[str, ...] | None) -> ParentView:
    return ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts(people=people))


@pytest.mark.parametrize("people", [("151",), ()])
def test_a_person_of_another_account_is_told(people: tuple[str, ...]) -> None:
    reason = check_person("Invoice 1", ANN, ACCOUNT, view(people))
    assert reason is not None
    assert (reason.code, reason.facts["person"], reason.facts["account"]) == (
        "person_not_of_account",
        "Ann Lee",
        "Customer 17850",
    )


def test_a_person_of_the_account_is_right() -> None:
    assert check_person("Invoice 1", ANN, ACCOUNT, view(("150",))) is None


def test_nothing_is_said_of_whom_nothing_is_known() -> None:
    assert check_person("Invoice 1", ANN, ACCOUNT, view(None)) is None
    assert check_person("Invoice 1", ANN, ACCOUNT, None) is None
    assert check_person("Invoice 1", None, ACCOUNT, view(())) is None
    assert check_person("Invoice 1", ANN, None, view(())) is None


def test_who_has_no_name_is_told_by_id() -> None:
    reason = check_person("Invoice 1", Lookup("150"), Lookup("100"), view(()))
    assert reason is not None
    assert "150" in reason.facts["person"]
