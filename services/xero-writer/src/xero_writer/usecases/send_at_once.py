"""Documents that fill a request leave in the transaction in which they were judged: they are never put down as ready.

Others wait as ready ones: what does not fill a request, what Xero refused in a large one, and bills, of which two may
share a number.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from sync_kit.store import Session
from xero_writer.domain.batches import MAX_ELEMENTS, Batch, Candidate, plan_batches
from xero_writer.domain.lanes import Lane, choose_lane
from xero_writer.domain.verdicts import Action, Ready
from xero_writer.errors import OutOfCallsError
from xero_writer.store import staging
from xero_writer.store.staging import State
from xero_writer.usecases.apply_verdicts import Page
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.flights import Flights

MOST_REQUESTS: Final = 2
"""So many are judged together: while they are on their way the next ones are judged."""


@dataclass(frozen=True)
class Room:
    """What may leave at once. `keys`: by what Xero would take another element for one that is under way."""

    requests: int
    keys: Set[tuple[str, str]]

    @property
    def page_size(self) -> int:
        """How many records to judge for it."""
        return self.requests * MAX_ELEMENTS


def may_go_at_once(desk: Desk, module: Module) -> bool:
    """Whether records of the module are of the kind that may."""
    return module in DOCUMENT_MODULES and not desk.rehearses and choose_lane(module, desk.mapping) is not Lane.BILLS


def find_room(desk: Desk, flights: Flights) -> Room:
    """For how many requests there is room now."""
    try:
        free = min(MOST_REQUESTS, desk.calls_left, desk.allowance.count_free(desk.now()))
    except OutOfCallsError:
        free = 0
    return Room(free, flights.keys)


def plan_at_once(page: Page, room: Room) -> Sequence[Batch]:
    """Full requests of what was judged."""
    candidates = [
        Candidate(page.module, row["record_id"], row["extraction_seq"], row["revision"] + 1, verdict)
        for row, verdict in zip(page.rows, page.verdicts, strict=True)
        if isinstance(verdict, Ready) and verdict.action is not Action.LINK and row["max_batch"] is None
    ]
    return [batch for batch in plan_batches(candidates, room.keys).batches if batch.full][: room.requests]


async def keep_unchanged(desk: Desk, session: Session, module: Module, batches: Sequence[Batch]) -> Sequence[Batch]:
    """Those of which no record got a newer version since it was judged."""
    ids = [each.record_id for batch in batches for each in batch.candidates]
    if not ids:
        return ()
    states = await staging.list_states(session, desk.tenant_id, module, ids)
    staged = {(record_id, row["extraction_seq"]) for record_id, row in states.items() if row["state"] == State.STAGED}
    return [
        batch for batch in batches if all((each.record_id, each.extraction_seq) in staged for each in batch.candidates)
    ]
