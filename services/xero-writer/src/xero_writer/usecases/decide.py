"""Take in a person's decision about a held record. The next run judges the record again and carries it out.

A decision is checked when it is made and again when it is carried out: between the two, both sides may change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import ConflictError, Fault, InvalidInputError
from sync_kit.store import Session
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.domain.locks import ENDED_STATUSES
from xero_writer.domain.rows import DecisionKind
from xero_writer.store import decisions, ledger, links
from xero_writer.usecases.list_questions import Question, find_question

_KINDS: Final[Mapping[Module, frozenset[str]]] = {
    Module.INVOICES: frozenset({XeroKind.SALES_INVOICE}),
    Module.SALES_ORDERS: frozenset({XeroKind.SALES_INVOICE}),
    Module.PURCHASE_ORDERS: frozenset({XeroKind.BILL, XeroKind.PURCHASE_ORDER}),
    Module.QUOTES: frozenset({XeroKind.QUOTE}),
}
"""What a document may be linked to where the question does not say it."""


@dataclass(frozen=True)
class Answer:
    """What a person says. `question_id`: the question that was answered, so that another one is not."""

    module: Module
    record_id: str
    kind: DecisionKind
    xero_id: str | None = None
    question_id: str | None = None


async def decide(session: Session, tenant_id: str, answer: Answer, *, decided_by: str) -> datetime:
    """Keep the decision; returns when it was made. The same decision again changes nothing.

    Raises ConflictError (`not_asked`, `question_changed`, `linked_to_another`) and InvalidInputError.
    """
    _check_form(answer)
    before = await decisions.find_decision(session, tenant_id, answer.module, answer.record_id)
    question = await find_question(session, tenant_id, answer.module, answer.record_id)
    same = before is not None and (before["kind"], before["xero_id"]) == (answer.kind.value, answer.xero_id)
    if before is not None and same and (question is None or question.answered is not None):
        decided_at: datetime = before["decided_at"]
        return decided_at
    if question is None:
        raise ConflictError("there is no record with this id that waits for a decision", code="not_asked")
    if answer.question_id is not None and answer.question_id != question.question_id:
        raise ConflictError(
            "the record or its candidates have changed; look at the question again", code="question_changed"
        )
    if answer.kind not in question.answers:
        allowed = ", ".join(kind.value for kind in question.answers)
        raise _invalid("body.decision", f"cannot be decided about this record; there is: {allowed}")
    if answer.xero_id is not None:
        await _check_choice(session, tenant_id, question, answer.xero_id)
    row: dict[str, Any] = {
        "module": answer.module.value,
        "record_id": answer.record_id,
        "kind": answer.kind.value,
        "xero_id": answer.xero_id,
        "modified_at": question.modified_at,
        "decided_by": decided_by,
    }
    await decisions.save_decision(session, tenant_id, row)
    saved = await decisions.find_decision(session, tenant_id, answer.module, answer.record_id)
    made_at: datetime = saved["decided_at"] if saved is not None else await session.now()
    return made_at


def _check_form(answer: Answer) -> None:
    if answer.kind is DecisionKind.LINK and answer.xero_id is None:
        raise _invalid("body.xero_id", "is needed to link")
    if answer.kind is not DecisionKind.LINK and answer.xero_id is not None:
        raise _invalid("body.xero_id", "is for decision link alone")


async def _check_choice(session: Session, tenant_id: str, question: Question, xero_id: str) -> None:
    """The chosen record is one of this organisation's, of the right kind, and free to be linked."""
    kind = question.candidate_kind
    if question.module in CONTACT_MODULES:
        rows = await ledger.list_contacts(session, tenant_id, xero_ids=[xero_id])
        if rows and rows[0]["status"] != "ACTIVE":
            raise _invalid("body.xero_id", "is archived in Xero; restore it there first")
    elif question.module is Module.PRODUCTS:
        rows = await ledger.list_items(session, tenant_id, xero_ids=[xero_id])
    else:
        rows = await ledger.list_documents(session, tenant_id, xero_ids=[xero_id])
        kinds = {kind} if kind is not None else _KINDS.get(question.module, frozenset())
        rows = [row for row in rows if row["kind"] in kinds]
        if rows and rows[0]["status"] in ENDED_STATUSES:
            raise _invalid("body.xero_id", "was voided or deleted in Xero")
        owners = await links.list_owners(session, tenant_id, [xero_id])
        if any((owner["module"], owner["record_id"]) != (question.module, question.record_id) for owner in owners):
            raise ConflictError("that document belongs to another CRM record", code="linked_to_another")
    if not rows:
        raise _invalid("body.xero_id", "is none of the candidates, and nothing of that kind that Xero has shown us")


def _invalid(where: str, what: str) -> InvalidInputError:
    return InvalidInputError(f"{where} {what}", faults=[Fault(where, what)])
