"""Ask Xero for records by their ids: the linked documents whose newest state must be known before they are judged."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.store import ledger
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.save_rows import list_rows, save_rows

IDS_PER_CALL: Final = 50
"""About 52 fit into Xero's longest address."""
MOST_BY_ID: Final = 150
"""Documents that are asked for by id, 50 a call; for more, the sweep of what Xero changed is cheaper."""
MOST_ONE_BY_ONE: Final = 3
"""The same for orders and quotes, which can only be asked for one by one."""


def is_cheaper_by_id(lane: Lane, count: int) -> bool:
    """Whether asking by id costs less than a sweep of unknown size."""
    return count <= (MOST_BY_ID if LANES[lane].asked_by_ids else MOST_ONE_BY_ONE)


async def read_documents_by_id(desk: Desk, lane: Lane, xero_ids: Sequence[str]) -> None:
    """Read these documents with their lines; they count as seen in this run, also one that Xero no longer shows."""
    size = IDS_PER_CALL if LANES[lane].asked_by_ids else 1
    for start in range(0, len(xero_ids), size):
        asked = list(xero_ids[start : start + size])
        rows = await fetch_by_id(desk, lane, asked)
        await desk.write(partial(_save_seen, desk, lane, asked, rows))


async def _save_seen(
    desk: Desk, lane: Lane, asked: Sequence[str], rows: Sequence[Mapping[str, Any]], session: Session
) -> None:
    await save_rows(desk, session, LANES[lane].path, rows, seen=True)
    if desk.run_id is not None:
        await ledger.note_seen(session, desk.partition, lane, asked, desk.run_id)


async def fetch_by_id(desk: Desk, lane: Lane, xero_ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """One call: up to 50 where Xero takes lists of ids, else one."""
    words = LANES[lane]
    if words.asked_by_ids:
        params = {"IDs": ",".join(xero_ids), "page": "1", "pageSize": str(words.page_size), "unitdp": "4"}
        if lane is Lane.CONTACTS:
            params["includeArchived"] = "true"
        return list_rows(desk, await desk.read(XeroRequest("GET", words.path, params)), words.path)
    answer = await desk.read(XeroRequest("GET", f"{words.path}/{xero_ids[0]}", {"unitdp": "4"}))
    return [] if answer.status == 404 else list_rows(desk, answer, words.path)
