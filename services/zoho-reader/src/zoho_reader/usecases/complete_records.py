"""Ask what is still missing of records that are known in part, 50 at a time (5 when read whole), and emit them."""

from collections.abc import Sequence
from typing import Final

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.answers import Row, WholeRecord
from zoho_reader.domain.assembly import Draft, assemble
from zoho_reader.domain.coql import MOST_IDS, MOST_TOGETHER, ask_by_ids, ask_children
from zoho_reader.domain.line_sums import lines_add_up
from zoho_reader.domain.sources import LINE_TAX, SHAPES, Shape, Source
from zoho_reader.domain.steps import Need
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.run_modules import add_modules, count_asked, list_modules
from zoho_reader.store.staged import hold_ids, hold_records, list_held
from zoho_reader.store.wanted import list_not_taken_up
from zoho_reader.usecases.discover_columns import discover_columns
from zoho_reader.usecases.emit_records import emit_records, settle_missing
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
    most = MOST_TOGETHER if need is Need.WHOLE else MOST_IDS
    async with work.store.reading() as session:
        held = await list_held(session, work.run, module, need, most)
    source = shape.children if need is Need.CHILDREN and shape.children is not None else shape.headers
    try:
        if need is Need.HEADER:
            await _read_headers(work, shape, [row.record_id for row in held])
        elif need is Need.CHILDREN and shape.children is not None:
            await _read_children(work, shape, shape.children, held)
        elif shape.children is not None:
            await _read_wholes(work, shape, shape.children, held)
    except QuestionRefusedError as refusal:
        await discover_columns(work, source, refusal)
    except ModuleRefusedError:
        async with work.committing() as session:
            if source is shape.headers or shape.is_document:
                await fail_module(session, work, module, source)
            else:
                await emit_records(session, work, module, [assemble(shape, row, None) for row in held])


async def _read_headers(work: Slice, shape: Shape, record_ids: Sequence[str]) -> None:
    page = await work.crm.ask(ask_by_ids(shape.headers, work.list_columns(shape.headers), record_ids))
    found = {row.record_id for row in page.rows}
    async with work.committing() as session:
        await count_asked(session, work.run, shape.module, {"asked_headers": len(record_ids)})
        if shape.children is not None:
            await hold_records(session, work.run, shape.module, Need.CHILDREN, page.rows)
        else:
            await emit_records(session, work, shape.module, [assemble(shape, row, None) for row in page.rows])
        await settle_missing(session, work, shape.module, [each for each in record_ids if each not in found])


async def _read_children(work: Slice, shape: Shape, children: Source, headers: Sequence[Row]) -> None:
    rows, pages = await _ask_for_children(work, children, [header.record_id for header in headers])
    drafts: list[Draft] = []
    unclear: list[Row] = []
    for header in headers:
        lines = rows[header.record_id]
        sure = not shape.is_document or (
            LINE_TAX not in work.left_out.get(children, ())
            and lines_add_up(header.fields, [line.fields for line in lines])
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
    )
    cut = [whole.header.record_id for whole in wholes if whole is not None and whole.lines_cut]
    rows: dict[str, list[Row]] = {}
    pages = 0
    if cut:
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
    columns = work.list_columns(children)
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
