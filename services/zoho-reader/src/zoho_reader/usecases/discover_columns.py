"""Zoho finds fault with a question: find out which columns this CRM does not have, and ask without them.

A column that is there and that COQL cannot carry makes the source be read by lists where it is needed.
"""

from collections.abc import Collection, Mapping

from zoho_reader.domain.sources import LINE_SOURCES, LINE_TAX, NEEDED_COLUMNS, Source
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.columns import save_left_out
from zoho_reader.usecases.go_slow import read_by_lists
from zoho_reader.usecases.open_slice import Slice

_NOT_PLAIN = ("jsonarray", "jsonobject")


async def discover_columns(work: Slice, source: Source, refusal: QuestionRefusedError) -> None:
    """Look the module's fields up once and leave out what does not exist, or what COQL cannot select.

    Raises the refusal again when no column explains it: then asking differently is not in our power.
    """
    work.metrics.refusals.labels(kind="question").inc()
    if refusal.column in work.list_names(source):
        await _leave_out(work, source, {refusal.column})
        return
    asked = set(work.list_columns(source)) - NEEDED_COLUMNS
    try:
        types = await work.crm.list_field_types(source)
    except ModuleRefusedError:
        types = dict.fromkeys(asked, "")  # the metadata may not be read: only what Zoho itself names can be left out
    if source not in work.slow:
        cause = _find_slow_cause(work, source, refusal, types)
        if cause is not None:
            # What COQL does not carry for the lines of one module, it carries for none.
            alike = work.scanning & LINE_SOURCES if refusal.column == LINE_TAX else {source}
            await read_by_lists(work, dict.fromkeys(alike, cause))
            return
    suspects = {column for column in asked if column not in types}
    if not suspects and refusal.column in asked:
        suspects = {refusal.column}
    if not suspects and await leave_names_out(work, source):
        return
    if not suspects:
        suspects = {column for column in asked if types[column] in _NOT_PLAIN and column.endswith("Tax")}
    if not suspects:
        raise refusal
    await _leave_out(work, source, suspects)


async def leave_names_out(work: Slice, source: Source) -> bool:
    """Ask without names of other records from now on: their modules may be closed to us. False: there were none."""
    names = work.list_names(source)
    if names:
        await _leave_out(work, source, names)
    return bool(names)


async def _leave_out(work: Slice, source: Source, columns: Collection[str]) -> None:
    async with work.committing() as session:
        known = work.left_out.get(source, frozenset())
        await save_left_out(session, work.run.tenant_id, source, known | set(columns))
    await work.load_left_out()


def _find_slow_cause(
    work: Slice, source: Source, refusal: QuestionRefusedError, types: Mapping[str, str]
) -> str | None:
    """Why COQL cannot serve the source: a column that we cannot do without, or that is cheaper to list than to read
    document by document."""
    column = refusal.column
    if column is None or column not in types:
        return None
    needed = column in NEEDED_COLUMNS or column in work.run.extra_fields.get(source, ())
    taxes = column == LINE_TAX and source in work.scanning
    return f"the field {column}" if needed or taxes else None
