"""The "Add to Xero" checkbox, and records that the CRM itself does not count yet."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.linked_rows import judge_again, link_document, read_answer
from tests.unit.xero_writer.domain.made_rows import codes, give, make_context, make_invoice, make_line, make_mapping

from sync_kit.contracts.vocabulary import ReopenedBy
from xero_writer.domain.gates import find_gate
from xero_writer.domain.judge import judge
from xero_writer.domain.verdicts import Held, Ready, Skipped, Unchanged

GATED = make_context(make_mapping(gates={"invoices": "Add_to_Xero"}))
DEARER: dict[str, Any] = {"lines": [make_line(Quantity=Decimal(7))], "Grand_Total": Decimal("23.73")}


@pytest.mark.parametrize("value", [False, None, "", "no"])
def test_what_is_not_ticked_does_not_go(value: object) -> None:
    verdict = judge(give(make_invoice(Add_to_Xero=value)), GATED)
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["not_ticked"]
    assert ReopenedBy.CRM_CHANGE in verdict.watches


@pytest.mark.parametrize("value", [True, "true"])
def test_what_is_ticked_goes(value: object) -> None:
    assert isinstance(judge(give(make_invoice(Add_to_Xero=value)), GATED), Ready)


def test_a_checkbox_that_the_crm_does_not_have_is_a_broken_mapping() -> None:
    verdict = judge(give(make_invoice()), GATED)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["mapping_broken"]


def test_modules_without_a_gate_have_none() -> None:
    assert find_gate(make_invoice(), make_mapping(), "Invoice 1") is None


def test_the_gate_is_for_the_first_time_alone() -> None:
    ticked = make_invoice(Add_to_Xero=True)
    link, answer = link_document(ticked, GATED)
    changed = make_invoice(Add_to_Xero=False, **DEARER)
    assert isinstance(judge_again(changed, link, read_answer(link, answer), context=GATED), Ready)


def test_what_waits_for_an_approval_in_the_crm_does_not_go() -> None:
    verdict = judge(give(make_invoice(Record_Status__s="Draft")), make_context())
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["crm_approval_pending"]
    assert isinstance(judge(give(make_invoice(Record_Status__s="Available")), make_context()), Ready)


def test_a_change_that_waits_for_an_approval_is_not_copied() -> None:
    link, answer = link_document(make_invoice())
    now = read_answer(link, answer)
    pending = judge_again(make_invoice(Record_Status__s="Pending", **DEARER), link, now)
    assert isinstance(pending, Skipped)
    assert codes(pending.reasons) == ["crm_approval_pending"]
    assert isinstance(judge_again(make_invoice(Record_Status__s="Pending"), link, now), Unchanged)
