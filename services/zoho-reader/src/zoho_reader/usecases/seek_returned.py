"""Look whether deleted records are back: a person may restore them for 60 days.

Whether a restored record counts as changed is not documented. If it does, it comes with what changed; if not, it is
found here: once a day each deleted record is asked for by its id, in a composite that goes anyway where there is room.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import Row
from zoho_reader.domain.coql import Question
from zoho_reader.domain.lists import ListQuestion
from zoho_reader.domain.sources import SHAPES, Source, list_modules_fed
from zoho_reader.store.known import forget_gone, list_due_returns, note_looked_for
from zoho_reader.store.runs import add_returns
from zoho_reader.usecases.form_question import ask_ids
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.take_page import take_fresh


@dataclass(frozen=True)
class Seek:
    """One question whether deleted records of a module are back."""

    module: Module
    record_ids: tuple[str, ...]
    question: Question | ListQuestion


async def list_sources_to_seek(session: Session, work: Slice) -> list[Source]:
    """Sources with deleted records that are due; none in a rehearsal, which may note nothing.

    A run looks once: after a great clearing out in the CRM the others have their turn in later runs.
    """
    if work.run.rehearses or work.run.retry_of is not None or work.run.returns_asked:
        return []
    due = await list_due_returns(session, work.run.tenant_id, work.run.modules, work.begun_at)
    return [SHAPES[module].headers for module in due]


async def choose_missed(work: Slice, sources: Sequence[Source], *, most: int) -> list[Seek]:
    """The questions about those sources, for at most `most` records each; the others are due again."""
    if not sources:
        return []
    async with work.store.reading() as session:
        due = await list_due_returns(session, work.run.tenant_id, work.run.modules, work.begun_at)
    return [
        Seek(module, ids := tuple(record_ids[:most]), ask_ids(work, SHAPES[module].headers, list(ids)))
        for module, record_ids in due.items()
        if SHAPES[module].headers in sources
    ]


async def take_returned(session: Session, work: Slice, seek: Seek, rows: Sequence[Row] | None) -> None:
    """Those that are there again are read like changed ones. None: Zoho refused the question, a later run asks it."""
    tenant_id = work.run.tenant_id
    await add_returns(session, work.run, 1)
    if rows is None:
        return
    await note_looked_for(session, tenant_id, seek.module, seek.record_ids)
    await forget_gone(session, tenant_id, seek.module, [row.record_id for row in rows])
    if rows:
        source = SHAPES[seek.module].headers
        for module in list_modules_fed(source, work.run.modules):
            await take_fresh(session, work, module, source, rows, {})
