"""What a page of rows means: which records it completes, and which must be asked about further."""

from collections.abc import Mapping, Sequence

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import Page, Row
from zoho_reader.domain.assembly import MOST_IN_EVENT, Draft, assemble
from zoho_reader.domain.line_sums import lines_add_up, taxes_add_up
from zoho_reader.domain.sources import LINE_SOURCES, LINE_TAX, SHAPES, Source, list_modules_fed
from zoho_reader.domain.steps import Need, Task, TaskState
from zoho_reader.domain.watermark import list_unseen, move_watermark
from zoho_reader.store.checkpoints import find_seen, forget_seen, note_seen
from zoho_reader.store.contact_homes import list_homes, save_homes
from zoho_reader.store.staged import hold_ids, hold_records, list_children, stage_children
from zoho_reader.usecases.emit_records import emit_records
from zoho_reader.usecases.open_slice import Slice


async def take_scanned(session: Session, work: Slice, task: Task, page: Page) -> None:
    """A page of a first load: children are staged, headers are emitted with the children that wait for them."""
    rows, modules = page.rows, work.run.modules
    if task.source in LINE_SOURCES:
        await stage_children(session, work.run, task.source, rows)
    elif task.source is Source.CONTACTS:
        if Module.ACCOUNTS in modules:
            await stage_children(session, work.run, task.source, rows)
            if not work.run.rehearses:
                await save_homes(session, work.run.tenant_id, rows)
        await _emit_people(session, work, rows)
    else:
        for module in list_modules_fed(task.source, modules):
            # With their lines documents are many times a page's size: no more of them at once than an event holds.
            for start in range(0, len(rows), MOST_IN_EVENT):
                await _emit_headers(session, work, module, rows[start : start + MOST_IN_EVENT])
    await _note_page(session, work, task, rows)


async def take_changed(
    session: Session, work: Slice, task: Task, page: Page, in_hand: Mapping[Source, Sequence[Row]]
) -> None:
    """A page of what changed. Rows of the overlap that were read before are passed over by their digests.

    `in_hand` are header rows that came with the same call, so that a changed line need not ask for its header.
    """
    for module in list_modules_fed(task.source, work.run.modules):
        windowed = work.run.since is not None and SHAPES[module].is_document
        seen = await find_seen(session, work.run, module, task.source, page.rows, by_this_run_alone=windowed)
        fresh = list_unseen(page.rows, seen)
        if fresh:
            await take_fresh(session, work, module, task.source, fresh, in_hand)
    await _note_page(session, work, task, page.rows)


async def take_fresh(
    session: Session,
    work: Slice,
    module: Module,
    source: Source,
    fresh: Sequence[Row],
    in_hand: Mapping[Source, Sequence[Row]],
) -> None:
    """Rows that nobody has seen yet: what they complete is emitted, what they touch is asked about further."""
    shape = SHAPES[module]
    if source is shape.headers and shape.children is not None:
        await hold_records(session, work.run, module, Need.CHILDREN, fresh)
    elif module is Module.CONTACTS:
        await _emit_people(session, work, fresh)
    elif source is shape.headers:
        await emit_records(session, work, module, [assemble(shape, row, None) for row in fresh])
    else:
        parents = {row.parent_id for row in fresh if row.parent_id is not None}
        if source is Source.CONTACTS:
            # Whoever leaves an account changes it too.
            homes = await list_homes(session, work.run.tenant_id, [row.record_id for row in fresh])
            parents |= set(homes.values())
            if not work.run.rehearses:
                await save_homes(session, work.run.tenant_id, fresh)
            if source in work.slow:
                await stage_children(session, work.run, source, fresh)
        known = [row for row in in_hand.get(shape.headers, ()) if row.record_id in parents]
        await hold_records(session, work.run, module, Need.CHILDREN, known)
        await hold_ids(session, work.run, module, parents - {row.record_id for row in known})


async def _emit_people(session: Session, work: Slice, rows: Sequence[Row]) -> None:
    """Contacts of no account go on their own; the others travel with their account."""
    if Module.CONTACTS in work.run.modules:
        alone = [assemble(SHAPES[Module.CONTACTS], row, None) for row in rows if row.parent_id is None]
        await emit_records(session, work, Module.CONTACTS, alone)


async def _emit_headers(session: Session, work: Slice, module: Module, rows: Sequence[Row]) -> None:
    shape = SHAPES[module]
    if shape.children is None:
        await emit_records(session, work, module, [assemble(shape, row, None) for row in rows])
        return
    children_task = next(task for task in work.tasks if task.source is shape.children)
    if children_task.state is TaskState.REFUSED:
        await emit_records(session, work, module, [assemble(shape, row, None) for row in rows])
        return
    children = await list_children(session, work.run, shape.children, [row.record_id for row in rows])
    drafts: list[Draft] = []
    older_lines: list[Row] = []
    unclear: list[Row] = []
    for row in rows:
        lines = children[row.record_id]
        if not shape.is_document:
            drafts.append(assemble(shape, row, lines))
        elif children_task.asked_at is not None and row.modified_at > children_task.asked_at:
            older_lines.append(row)
        elif (
            LINE_TAX in work.left_out.get(shape.children, ())
            or not lines_add_up(row.fields, [line.fields for line in lines])
            or not taxes_add_up(row.fields, [line.fields for line in lines])
        ):
            unclear.append(row)
        else:
            drafts.append(assemble(shape, row, lines))
    await hold_records(session, work.run, module, Need.CHILDREN, older_lines)
    await hold_records(session, work.run, module, Need.WHOLE, unclear)
    await emit_records(session, work, module, drafts)


async def _note_page(session: Session, work: Slice, task: Task, rows: Sequence[Row]) -> None:
    """Keep digests of what the next run's overlap will bring again. `task` is as it stands after the page."""
    if task.asked_at is None or not rows:
        return
    reached = move_watermark(
        None, asked_at=task.asked_at, newest_at=task.newest_at, settled_after=work.pace.settled_after
    )
    modules = list_modules_fed(task.source, work.run.modules)
    keep_from = reached - work.pace.overlap
    if task.rows > len(rows):
        await forget_seen(session, work.run, modules, task.source, before=keep_from)
    await note_seen(session, work.run, modules, task.source, rows, keep_from=keep_from)
