"""Put a record together from its header and its children, and cut what is emitted into events."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sync_kit.contracts import codec
from sync_kit.contracts.cutting import ROOM_FOR_THE_REST, cut_by_bytes
from sync_kit.contracts.envelope import count_bytes
from sync_kit.contracts.events import ExtractedRecord, RecordsExtracted
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.answers import Gone, Row
from zoho_reader.domain.sources import Shape

MOST_RECORD_BYTES: Final = MAX_EVENT_BYTES - 2 * ROOM_FOR_THE_REST
"""A record above this travels in parts."""
MOST_IN_EVENT: Final = 500


@dataclass(frozen=True)
class Draft:
    """A record as it will be emitted, without its sequence number. A deleted one has no fields left."""

    module: Module
    record_id: str
    modified_at: datetime
    fields: Mapping[str, Any]
    children_key: str | None = None
    lines_complete: bool = True
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Emission:
    """On which pages of the run's module a record travels."""

    record_id: str
    first_page: int
    last_page: int


def assemble(shape: Shape, header: Row, children: Iterable[Row] | None, *, lines_complete: bool = True) -> Draft:
    """The header with its children under their key; None: they are not known, so the key is left out."""
    fields = dict(header.fields)
    if shape.children_key is not None and children is not None:
        sort = _sort_by_sequence if shape.is_document else _sort_by_age
        fields[shape.children_key] = [dict(child.fields) for child in sorted(children, key=sort)]
    return Draft(
        shape.module, header.record_id, header.modified_at, fields, shape.children_key, lines_complete=lines_complete
    )


def bury(module: Module, gone: Gone) -> Draft:
    """The last word on a record that was deleted."""
    return Draft(module, gone.record_id, gone.deleted_at, {}, deleted_at=gone.deleted_at)


def cut_into_events(
    tenant_id: str, run_id: str, drafts: Sequence[Draft], *, extraction_seq: int, first_page: int
) -> tuple[list[RecordsExtracted], list[Emission]]:
    """Events of one module, each below 512 KiB and with a page number of its own, and where each record went."""
    records = [sized for draft in drafts for sized in _cut_record(draft, extraction_seq)]
    events: list[RecordsExtracted] = []
    pages: dict[str, Emission] = {}
    for page, piece in enumerate(_pack(records), start=first_page):
        events.append(
            RecordsExtracted(
                tenant_id=tenant_id, run_id=run_id, module=drafts[0].module, page=page, records=tuple(piece)
            )
        )
        for record in piece:
            known = pages.get(record.record_id)
            pages[record.record_id] = (
                Emission(record.record_id, page, page) if known is None else replace(known, last_page=page)
            )
    return events, list(pages.values())


def _pack(records: Iterable[tuple[ExtractedRecord, int]]) -> Iterator[list[ExtractedRecord]]:
    """Records in order, as many together as one event holds. Each was written out once already, to know its size."""
    piece: list[ExtractedRecord] = []
    size = 0
    for record, weight in records:
        if piece and (len(piece) == MOST_IN_EVENT or size + weight > MAX_EVENT_BYTES - ROOM_FOR_THE_REST):
            yield piece
            piece, size = [], 0
        piece.append(record)
        size += weight + 1
    if piece:
        yield piece


def _cut_record(draft: Draft, extraction_seq: int) -> Iterator[tuple[ExtractedRecord, int]]:
    """The record, or its parts, each with its bytes as JSON."""
    whole = ExtractedRecord(
        record_id=draft.record_id,
        extraction_seq=extraction_seq,
        modified_at=draft.modified_at,
        deleted=draft.deleted_at is not None,
        lines_complete=draft.lines_complete,
        fields=draft.fields,
    )
    key = draft.children_key
    weight = count_bytes(whole)
    if key is None or not draft.fields.get(key) or weight <= MOST_RECORD_BYTES:
        yield whole, weight
        return
    rest = {name: value for name, value in draft.fields.items() if name != key}
    most_bytes = max(MOST_RECORD_BYTES - len(codec.dumps_loaded(rest)), MOST_RECORD_BYTES // 8)
    pieces = list(cut_by_bytes(draft.fields[key], most_items=100_000, most_bytes=most_bytes))
    for number, piece in enumerate(pieces, start=1):
        fields = {**rest, key: piece} if number == 1 else {key: piece}
        part = whole.model_copy(update={"part": number, "parts": len(pieces), "fields": fields})
        yield part, count_bytes(part)


def _sort_by_sequence(row: Row) -> tuple[bool, int, int]:
    number = row.fields.get("Sequence_Number")
    known = isinstance(number, int) and not isinstance(number, bool)
    return (not known, int(number) if known and number is not None else 0, int(row.record_id))


def _sort_by_age(row: Row) -> tuple[str, int]:
    # The oldest first; Created_Time has one offset within an answer, so its text sorts by time.
    return (str(row.fields.get("Created_Time") or ""), int(row.record_id))
