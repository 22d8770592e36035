"""Ask what is still missing of records that are known in part, 50 at a time (5 when read whole), and emit them."""

from collections.abc import Sequence
from typing import Final

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import Row, WholeRecord
from zoho_reader.domain.assembly import Draft, assemble
from zoho_reader.domain.coql import MOST_IDS, MOST_TOGETHER, ask_children
from zoho_reader.domain.line_sums import lines_add_up, taxes_add_up
from zoho_reader.domain.sources import LINE_TAX, SHAPES, Shape, Source
from zoho_reader.domain.steps import Need
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.contact_homes import list_people, save_homes
from zoho_reader.store.run_modules import add_modules, count_asked, list_modules
from zoho_reader.store.staged import drop_held, hold_ids, hold_records, list_held, list_staged_parents
from zoho_reader.store.wanted import list_not_taken_up, list_wanted_among
from zoho_reader.usecases.discover_columns import discover_columns, leave_names_out
from zoho_reader.usecases.emit_records import emit_records, settle_missing
from zoho_reader.usecases.form_question import ask_ids
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.refuse_source import fail_module

MOST_TAKEN_UP: Final = 1_000


async def take_up_wanted(work: Slice) -> None:
    """Work on wanted records in this run. The debt itself stays noted until they are emitted or known to be gone."""
    async with work.committing() as session:
        modules = await list_modules(session, work.run)
        failed = [module for module, row in modules.items() if row.failure is not None]
        taken = await list_not_taken_up(session, work.run, without=failed, most=MOST_TAKEN_UP)
        for module in {module for module, _ in taken}:
            await add_modules(session, work.run, [module], requested=False)
            await hold_ids(session, work.run, module, [each for of, each in taken if of is module])


async def complete_records(work: Slice, module: Module, need: Need) -> None:
    """One step for one module: headers by id, children of headers, or documents whole."""
    shape = SHAPES[module]
    most = MOST_IDS
    if need is Need.WHOLE:
        most = MOST_TOGETHER if work.composites else 1
    async with work.store.reading() as session:
        held = await list_held(session, work.run, module, need, most)
    source = shape.children if need is Need.CHILDREN and shape.children is not None else shape.headers
    try:
        if need is Need.HEADER:
            await _read_headers(work, shape, [row.record_id for row in held])
        elif need is Need.CHILDREN and shape.children is not None:
            if shape.children not in work.slow:
                await _read_children(work, shape, shape.children, held)
            elif shape.is_document:
                await _hold_wholes(work, shape, held)
            else:
                await _read_people(work, shape, shape.children, held)
        elif shape.children is not None:
            await _read_wholes(work, shape, shape.children, held)
    except QuestionRefusedError as refusal:
        await discover_columns(work, source, refusal)
    except ModuleRefusedError:
        if need is Need.WHOLE or not await leave_names_out(work, source):
            await _do_without(work, shape, source, held)


async def _do_without(work: Slice, shape: Shape, source: Source, held: Sequence[Row]) -> None:
    """The source is closed to us: accounts go without their people, anything else fails."""
    async with work.committing() as session:
        if source is shape.headers or shape.is_document:
            await fail_module(session, work, shape.module, source)
        else:
            await emit_records(session, work, shape.module, [assemble(shape, row, None) for row in held])


async def _read_headers(work: Slice, shape: Shape, record_ids: Sequence[str]) -> None:
    page = await work.crm.ask(ask_ids(work, shape.headers, list(record_ids)))
    found = {row.record_id for row in page.rows}
    async with work.committing() as session:
        await count_asked(session, work.run, shape.module, {"asked_headers": len(record_ids)})
        if shape.children is not None:
            await hold_records(session, work.run, shape.module, Need.CHILDREN, page.rows)
        else:
            rows = await _pass_over_members(session, work, shape, page.rows)
            await emit_records(session, work, shape.module, [assemble(shape, row, None) for row in rows])
        await settle_missing(session, work, shape.module, [each for each in record_ids if each not in found])


async def _pass_over_members(session: Session, work: Slice, shape: Shape, rows: Sequence[Row]) -> Sequence[Row]:
    """People of an account travel with it, unless somebody wants them by themselves."""
    if shape.module is not Module.CONTACTS:
        return rows
    members = [row.record_id for row in rows if row.parent_id is not None]
    wanted = await list_wanted_among(session, work.run, shape.module, members)
    passed = set(members) - wanted
    await drop_held(session, work.run, shape.module, sorted(passed))
    if not work.run.rehearses:
        await save_homes(session, work.run.tenant_id, rows)
    return [row for row in rows if row.record_id not in passed]


async def _hold_wholes(work: Slice, shape: Shape, headers: Sequence[Row]) -> None:
    """COQL does not tell lines by their documents here, and a list cannot: they are read whole."""
    async with work.committing() as session:
        await hold_records(session, work.run, shape.module, Need.WHOLE, headers)


async def _read_people(work: Slice, shape: Shape, children: Source, headers: Sequence[Row]) -> None:
    """People of accounts by their ids, where COQL cannot serve: who they are is known from where each was last seen."""
    async with work.store.reading() as session:
        homes = dict(await list_people(session, work.run.tenant_id, [header.record_id for header in headers]))
        moved = await list_staged_parents(session, work.run, children)
    homes |= {contact: account for contact, account in moved.items() if account in {h.record_id for h in headers}}
    ids = sorted(homes)
    rows: dict[str, list[Row]] = {header.record_id: [] for header in headers}
    for start in range(0, len(ids), MOST_IDS):
        page = await work.crm.ask(ask_ids(work, children, ids[start : start + MOST_IDS]))
        for row in page.rows:
            if row.parent_id in rows:
                rows[row.parent_id].append(row)
    async with work.committing() as session:
        await count_asked(session, work.run, shape.module, {"asked_groups": len(headers)})
        drafts = [assemble(shape, header, rows[header.record_id]) for header in headers]
        await emit_records(session, work, shape.module, drafts)


async def _read_children(work: Slice, shape: Shape, children: Source, headers: Sequence[Row]) -> None:
    rows, pages = await _ask_for_children(work, children, [header.record_id for header in headers])
    drafts: list[Draft] = []
    unclear: list[Row] = []
    for header in headers:
        lines = rows[header.record_id]
        sure = not shape.is_document or (
            LINE_TAX not in work.left_out.get(children, ())
            and lines_add_up(header.fields, [line.fields for line in lines])
            and taxes_add_up(header.fields, [line.fields for line in lines])
        )
        if sure:
            drafts.append(assemble(shape, header, lines))
        else:
            unclear.append(header)
    async with work.committing() as session:
        await count_asked(session, work.run, shape.module, {"asked_groups": len(headers), "further_pages": pages - 1})
        await hold_records(session, work.run, shape.module, Need.WHOLE, unclear)
        await emit_records(session, work, shape.module, drafts)


async def _read_wholes(work: Slice, shape: Shape, children: Source, headers: Sequence[Row]) -> None:
    record_ids = [header.record_id for header in headers]
    wholes = await work.crm.read_whole_records(
        shape.headers,
        children,
        record_ids,
        columns=work.list_columns(shape.headers),
        # Read whole, a line has what COQL may not select.
        line_columns=work.list_wished(children),
        together=work.composites,
    )
    cut = [whole.header.record_id for whole in wholes if whole is not None and whole.lines_cut]
    rows: dict[str, list[Row]] = {}
    pages = 0
    if cut and children not in work.slow:
        rows, pages = await _ask_for_children(work, children, cut)
    gone = [record_id for record_id, whole in zip(record_ids, wholes, strict=True) if whole is None]
    async with work.committing() as session:
        await count_asked(session, work.run, shape.module, {"asked_wholes": len(headers), "further_pages": pages})
        await emit_records(
            session,
            work,
            shape.module,
            [_judge_whole(work, shape, whole, rows.get(whole.header.record_id)) for whole in wholes if whole],
        )
        await settle_missing(session, work, shape.module, gone)


def _judge_whole(work: Slice, shape: Shape, whole: WholeRecord, all_lines: Sequence[Row] | None) -> Draft:
    """The document with the lines that it came with, or with those of COQL when it came with some of them only."""
    lines, complete = whole.lines, not whole.lines_cut
    if all_lines is not None:
        lines = tuple(all_lines)
        complete = shape.children is not None and LINE_TAX not in work.left_out.get(shape.children, ())
    complete = complete and lines_add_up(whole.header.fields, [line.fields for line in lines], read_whole=True)
    return assemble(shape, whole.header, lines, lines_complete=complete)


async def _ask_for_children(
    work: Slice, children: Source, parent_ids: Sequence[str]
) -> tuple[dict[str, list[Row]], int]:
    """The children of up to 50 headers, and in how many pages they came."""
    rows: dict[str, list[Row]] = {parent_id: [] for parent_id in parent_ids}
    columns = work.list_selected(children)
    position, pages = None, 0
    while True:
        question = ask_children(children, columns, parent_ids, position)
        page = await work.crm.ask(question)
        pages += 1
        for row in page.rows:
            if row.parent_id in rows:
                rows[row.parent_id].append(row)
        position = page.find_end(question)
        if not page.more:
            return rows, pages
