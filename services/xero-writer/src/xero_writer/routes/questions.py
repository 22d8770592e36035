"""`/v1/links/{tenant_id}/questions` and `/decisions`: the queue of what only people can decide, and their answers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sync_kit.contracts.reason_catalogue import advise, explain
from sync_kit.contracts.vocabulary import Module
from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page, cut_page, decode_cursor
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.schemas import (
    CandidateView,
    DecisionBody,
    DecisionMadeView,
    DecisionView,
    Id,
    QuestionLabelView,
    QuestionReasonView,
    QuestionView,
)
from xero_writer.store import KIT_TABLES
from xero_writer.usecases.decide import Answer, decide
from xero_writer.usecases.list_questions import Question, list_questions, read_questions

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]
Writer = Annotated[Principal, Depends(require_scope("syncs:write"))]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/links", tags=["links"])

    @router.get("/{tenant_id}/questions")
    async def list_open_questions(
        tenant_id: Id,
        caller: Reader,
        module: Module | None = None,
        record_id: Annotated[Id | None, Query()] = None,
        cursor: CursorQuery = None,
        limit: LimitQuery = 50,
    ) -> Page[QuestionView]:
        """Held records that wait for a decision, with what they could be and which decisions are taken. A page may
        have fewer rows than asked for and not be the last one."""
        position = decode_cursor(cursor, (str, str)) if cursor is not None else None
        after = (str(position[0]), str(position[1])) if position is not None else None
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            found = await list_questions(
                session, tenant_id, module=module, record_id=record_id, after=after, limit=limit + 1
            )
            rows, next_cursor = cut_page(found, limit, lambda row: (row["module"], row["record_id"]))
            questions = await read_questions(session, tenant_id, rows)
        return Page[QuestionView](items=[_show(question) for question in questions], next_cursor=next_cursor)

    @router.post("/{tenant_id}/decisions")
    async def decide_question(tenant_id: Id, body: DecisionBody, caller: Writer) -> DecisionView:
        """Decide about a held record; the next run carries it out. The same decision again changes nothing, another
        one before the next run replaces it."""
        answer = Answer(body.module, body.record_id, body.decision, body.xero_id, body.question_id)
        async with store.transaction() as session:
            await session.take_turn(tenant_id)
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            decided_at = await decide(session, tenant_id, answer, decided_by=caller.client_id)
        return DecisionView(
            module=body.module,
            record_id=body.record_id,
            decision=body.decision,
            xero_id=body.xero_id,
            decided_at=decided_at,
        )

    return router


def _show(question: Question) -> QuestionView:
    made = question.answered
    label = question.label
    return QuestionView(
        question_id=question.question_id,
        module=question.module,
        record_id=question.record_id,
        label=QuestionLabelView(
            number=label.number, name=label.name, dated=label.dated, total=label.total, currency=label.currency
        ),
        reasons=[
            QuestionReasonView(code=reason.code, sentence=explain(reason), what_to_do=advise(reason))
            for reason in question.reasons
        ],
        decisions=list(question.answers),
        candidate_kind=question.candidate_kind,
        candidates=[CandidateView.model_validate(choice) for choice in question.choices],
        decided=DecisionMadeView(decision=made.kind, xero_id=made.xero_id, decided_at=made.decided_at)
        if made is not None
        else None,
    )
