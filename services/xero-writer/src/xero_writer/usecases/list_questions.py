"""The queue of what only people can decide: held records, why they are held, what they could be, and which answers
are taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.candidates import list_choices
from xero_writer.domain.questions import find_candidate_kind, list_answers, name_question
from xero_writer.domain.rows import DecisionKind
from xero_writer.store import decisions, links


@dataclass(frozen=True)
class Answered:
    """What was decided already; it is carried out by the next run."""

    kind: DecisionKind
    xero_id: str | None
    decided_at: datetime


@dataclass(frozen=True)
class Question:
    """One held record that waits for a decision."""

    question_id: str
    module: Module
    record_id: str
    modified_at: datetime
    outcome: Outcome
    label: RecordLabel
    reasons: tuple[Reason, ...]
    answers: tuple[DecisionKind, ...]
    candidate_kind: str | None
    choices: tuple[dict[str, Any], ...]
    answered: Answered | None


async def list_questions(
    session: Session,
    tenant_id: str,
    *,
    module: Module | None = None,
    record_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Rows of held records that wait for a decision; `read_questions` makes questions of them."""
    return await decisions.list_questions(
        session, tenant_id, module=module, record_id=record_id, after=after, limit=limit
    )


async def read_questions(session: Session, tenant_id: str, rows: Sequence[RowMapping]) -> list[Question]:
    """The questions of these rows; a record that is held for something that no answer mends asks none."""
    by_module: dict[Module, list[str]] = {}
    for row in rows:
        by_module.setdefault(Module(row["module"]), []).append(row["record_id"])
    linked = {module: await links.list_links(session, tenant_id, module, ids) for module, ids in by_module.items()}
    decided = {
        module: await decisions.list_of_records(session, tenant_id, module, ids) for module, ids in by_module.items()
    }
    questions = []
    for row in rows:
        module, record_id = Module(row["module"]), row["record_id"]
        question = _read(row, decided[module].get(record_id), linked=record_id in linked[module])
        if question.answers:
            questions.append(question)
    return questions


async def find_question(session: Session, tenant_id: str, module: Module, record_id: str) -> Question | None:
    """The question about one record; None when nobody is asked about it now."""
    rows = await list_questions(session, tenant_id, module=module, record_id=record_id, limit=1)
    return next(iter(await read_questions(session, tenant_id, rows)), None)


def _read(row: RowMapping, decision: RowMapping | None, *, linked: bool) -> Question:
    reasons = tuple(Reason.model_validate(reason) for reason in row["reasons"] or ())
    fits = decision is not None and decision["used_at"] is None and decision["modified_at"] == row["modified_at"]
    return Question(
        question_id=name_question(row["module"], row["record_id"], row["extraction_seq"], reasons),
        module=Module(row["module"]),
        record_id=row["record_id"],
        modified_at=row["modified_at"],
        outcome=Outcome(row["outcome"]),
        label=RecordLabel.model_validate(row["label"] or {}),
        reasons=reasons,
        answers=list_answers(reasons, linked=linked),
        candidate_kind=find_candidate_kind(reasons),
        choices=tuple(choice for reason in reasons for choice in list_choices(reason)),
        answered=Answered(DecisionKind(decision["kind"]), decision["xero_id"], decision["decided_at"])
        if fits and decision is not None
        else None,
    )
