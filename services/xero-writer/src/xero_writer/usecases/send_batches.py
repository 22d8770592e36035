"""Send what is ready: intents are committed first, then their requests start, as many as there are free places.

A batch that is not full waits while other records could still join it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from sync_kit.store import Session
from xero_writer.domain.batches import (
    MAX_ELEMENTS,
    Batch,
    BatchPlan,
    Candidate,
    list_keys,
    plan_batches,
)
from xero_writer.domain.lanes import Lane, choose_lane
from xero_writer.errors import SliceOverError
from xero_writer.store import staging
from xero_writer.store.staging import State
from xero_writer.usecases.allowance import MOST_AT_ONCE
from xero_writer.usecases.commit_intents import commit_intents
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.flights import Flights
from xero_writer.usecases.ready_records import ready_from_json
from xero_writer.usecases.sendings import Sending

COMPARED: Final = 5 * MAX_ELEMENTS
"""So many are looked at together where Xero could take one for another: the second is judged again afterwards."""


@dataclass(frozen=True)
class _Chosen:
    """What of a plan goes now, and what must be judged again because its rival goes or is on its way."""

    batches: Sequence[Batch]
    deferred: Sequence[Candidate]

    def __bool__(self) -> bool:
        return bool(self.batches or self.deferred)


async def send_ready(desk: Desk, flights: Flights, ready: Mapping[Module, int], growing: Mapping[Lane, bool]) -> int:
    """Start what may go now; returns how much moved. `ready`: how many records are ready, by module. `growing`: lanes
    whose partial batches may still fill.

    Raises SliceOverError or OutOfCallsError when something may go, no more calls may be made, and none is under way.
    """
    places = MOST_AT_ONCE - desk.allowance.in_flight
    if places <= 0:
        return 0
    under_way = flights.keys
    free = min(desk.calls_left, desk.allowance.count_free(desk.now()))
    if not free and flights:
        return 0

    async def choose(session: Session) -> _Chosen:
        return await _choose(desk, session, ready, growing, places=places, free=free, under_way=under_way)

    # Where perhaps nothing goes, that is found out without a turn to write.
    doubtful = not free or all(_may_wait(desk, module, count, growing) for module, count in ready.items())
    if doubtful and not await desk.look(choose):
        return 0
    if not free:
        raise desk.wait_for_uncertain() if desk.calls_left else SliceOverError("this slice has made its calls")

    async def commit(session: Session) -> tuple[_Chosen, list[Sending]]:
        chosen = await choose(session)
        sendings = await commit_intents(desk, session, chosen.batches)
        for module, deferred in groupby(chosen.deferred, key=lambda each: each.module):
            ids = [each.record_id for each in deferred]
            await staging.restage_ids(session, desk.tenant_id, module, ids, State.READY)
        return chosen, sendings

    chosen, sendings = await desk.write(commit)
    flights.start(sendings)
    if flights:
        flights.rivals |= {candidate.module for candidate in chosen.deferred}
    return len(chosen.batches) + len(chosen.deferred)


def _may_wait(desk: Desk, module: Module, count: int, growing: Mapping[Lane, bool]) -> bool:
    return count < MAX_ELEMENTS and growing.get(choose_lane(module, desk.mapping), False)


async def _choose(
    desk: Desk,
    session: Session,
    ready: Iterable[Module],
    growing: Mapping[Lane, bool],
    *,
    places: int,
    free: int,
    under_way: Set[tuple[str, str]],
) -> _Chosen:
    """Full requests, and partial ones that wait for nothing; as many as there are calls free."""
    plan = await _plan(desk, session, ready, places, under_way)
    batches = [batch for batch in plan.batches if batch.full or not growing.get(batch.lane, False)]
    going = batches[:free] if free else batches
    return _Chosen(going, _list_rivals(plan.deferred, going if free else (), under_way))


def _list_rivals(
    deferred: Sequence[Candidate], chosen: Sequence[Batch], under_way: Set[tuple[str, str]]
) -> list[Candidate]:
    """Those whose rival goes now or is on its way. The others stay ready: their rival waits for its request to fill,
    and judging them again now would say the same, again and again."""
    going = {key for batch in chosen for each in batch.candidates for key in list_keys(each.lane, each.verdict)}
    going |= under_way
    return [each for each in deferred if list_keys(each.lane, each.verdict) & going]


async def _plan(
    desk: Desk,
    session: Session,
    modules: Iterable[Module],
    places: int,
    under_way: Set[tuple[str, str]],
) -> BatchPlan:
    """What so many requests could carry."""
    candidates = []
    for module in modules:
        # The judge holds all but one document of a number, except bills: suppliers share theirs.
        unique = module in DOCUMENT_MODULES and choose_lane(module, desk.mapping) is not Lane.BILLS
        most = places * MAX_ELEMENTS if unique else COMPARED
        for row in await staging.list_ready(session, desk.tenant_id, module, most):
            candidates.append(
                Candidate(
                    module=module,
                    record_id=row["record_id"],
                    extraction_seq=row["extraction_seq"],
                    revision=row["revision"] + 1,
                    verdict=ready_from_json(row["ready"]),
                    max_batch=row["max_batch"] or MAX_ELEMENTS,
                )
            )
    return plan_batches(candidates, under_way)
