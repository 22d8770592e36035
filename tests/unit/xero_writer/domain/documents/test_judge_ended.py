"""Documents that ended in the CRM: told by default, ended in Xero by choice."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.linked_rows import judge_again, link_document, read_answer
from tests.unit.xero_writer.domain.made_rows import (
    INVOICE_ID,
    codes,
    make_context,
    make_invoice,
    make_mapping,
    make_order,
    make_quote,
    make_reference,
)

from sync_kit.contracts.vocabulary import Outcome
from xero_writer.domain.rows import JudgeContext, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, Ready, Unchanged

ENDING = make_mapping(policies={"ended_in_crm": "end"})
ENDS = make_context(ENDING)
LINK, ANSWER = link_document(make_invoice())


def judge_canceled(context: JudgeContext = ENDS, **xero: Any) -> Any:
    return judge_again(make_invoice(Status="Canceled"), LINK, read_answer(LINK, ANSWER, **xero), context=context)


def test_by_default_a_person_is_told() -> None:
    verdict = judge_canceled(make_context())
    assert isinstance(verdict, Held)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.LOCKED, ["ended_in_crm"])


@pytest.mark.parametrize(("status", "end"), [("DRAFT", "DELETED"), ("SUBMITTED", "DELETED"), ("AUTHORISED", "VOIDED")])
def test_by_choice_what_is_open_is_deleted_and_what_is_unpaid_is_voided(status: str, end: str) -> None:
    verdict = judge_canceled(Status=status)
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.status) == (Action.UPDATE, end)
    assert verdict.element == {"InvoiceID": INVOICE_ID, "Status": end}
    assert verdict.facts.crm_status == "Canceled"


@pytest.mark.parametrize(
    "xero",
    [
        {"Status": "PAID", "AmountPaid": Decimal("20.34"), "AmountDue": Decimal(0)},
        {"Status": "AUTHORISED", "AmountPaid": Decimal(5)},
        {"Status": "AUTHORISED", "AmountCredited": Decimal(5)},
    ],
)
def test_what_money_has_moved_on_is_only_told(xero: dict[str, Any]) -> None:
    verdict = judge_canceled(**xero)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["ended_in_crm"]


def test_nothing_is_ended_in_a_locked_period() -> None:
    context = make_context(ENDING, make_reference(period_lock_date=date(2010, 12, 1)))
    assert codes(judge_canceled(context).reasons) == ["ended_in_crm", "period_locked"]


def test_nothing_is_ended_that_xero_was_not_asked_about() -> None:
    verdict = judge_canceled(make_context(ENDING, swept=frozenset()))
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.SWEEP}
    unseen = judge_again(make_invoice(Status="Canceled"), LINK, context=ENDS)
    assert codes(unseen.reasons) == ["ended_in_crm"]


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_once_it_is_gone_nobody_has_to_act(status: str) -> None:
    assert isinstance(judge_canceled(Status=status), Unchanged)


@pytest.mark.parametrize("record", [make_order(), make_quote()])
def test_orders_and_quotes_of_xero_are_deleted_whatever_is_locked(record: StagedRecord) -> None:
    mapping = make_mapping(policies={"ended_in_crm": "end", "purchase_orders_as": "purchase_order"})
    context = make_context(mapping, make_reference(period_lock_date=date(2011, 1, 1)))
    link, answer = link_document(record, context)
    gone = StagedRecord(record.module, record.record_id, deleted=True)
    verdict = judge_again(gone, link, read_answer(link, answer), context=context)
    assert isinstance(verdict, Ready)
    assert verdict.status == "DELETED"


def test_a_quotes_end_names_what_xero_wants_in_every_update() -> None:
    link, answer = link_document(make_quote(), ENDS)
    verdict = judge_again(make_quote(Quote_Stage="Closed Lost"), link, read_answer(link, answer), context=ENDS)
    assert isinstance(verdict, Ready)
    assert verdict.element == {
        "QuoteID": INVOICE_ID,
        "Contact": {"ContactID": answer["Contact"]["ContactID"]},
        "Date": "2010-12-01",
        "Status": "DELETED",
    }
