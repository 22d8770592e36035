"""How far a source has been read, by the vendor's clock alone, and what is read again to be sure.

The watermark is never ahead of the vendor's clock and never goes back. What lies in the overlap before it comes again
with every question and is recognised by digests.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sync_kit.contracts import codec
from zoho_reader.domain.answers import Row


def move_watermark(
    before: datetime | None,
    *,
    asked_at: datetime,
    newest_at: datetime | None,
    settled_after: timedelta,
) -> datetime:
    """The watermark after a source was read to its end.

    `asked_at` is the vendor's clock when the first page was answered: later changes may lie behind a page already
    read, so nothing beyond it counts. `newest_at` is the newest change that was seen. What is older than
    `settled_after` by the vendor's clock is settled even if nothing changed since: without that, a bulk import would be
    read again by every run until somebody edits something.
    """
    candidates = [asked_at - settled_after]
    if before is not None:
        candidates.append(before)
    if newest_at is not None:
        candidates.append(min(newest_at, asked_at))
    return max(candidates)


def digest_row(row: Row) -> str:
    """Equal content, equal digest. A name of another record is no content of this one."""
    return codec.content_digest({name: _leave_name_out(value) for name, value in row.fields.items()})


def list_unseen(rows: Iterable[Row], seen: Mapping[str, str]) -> list[Row]:
    """The rows whose content is not what was already read; `seen` is record id -> digest."""
    return [row for row in rows if row.record_id not in seen or seen[row.record_id] != digest_row(row)]


def _leave_name_out(value: object) -> object:
    return {"id": value["id"]} if isinstance(value, Mapping) and "id" in value else value
