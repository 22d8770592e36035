"""The least number of Xero calls for what a run did, to be shown beside what was used; and what a rehearsed one
needs."""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.call_floor import Reading, Work, least_calls
from xero_writer.domain.lanes import DOCUMENT_LANES, LANES, Lane, choose_lane
from xero_writer.store import ledger_reads, owed, references
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_ledger import is_fresh, name_read

ORGANISATION_AGAIN = 1
"""A run that writes asks for the lock dates once."""


async def count_least_calls(desk: Desk, session: Session) -> int:
    """By the domain's formula, over the outcomes of the run and what had to be read for it."""
    counts = await owed.count_outcomes(session, desk.partition, desk.run_id or "")
    return least_calls(await _find_work(desk, session, counts, Outcome.CREATED, Outcome.UPDATED))


async def estimate_calls(desk: Desk, session: Session) -> int:
    """What an apply run would need for what this rehearsal would do, the reading not counted again."""
    counts = await owed.count_outcomes(session, desk.partition, desk.run_id or "")
    work = await _find_work(desk, session, counts, Outcome.WOULD_CREATE, Outcome.WOULD_UPDATE)
    return least_calls(work) + ORGANISATION_AGAIN


async def _find_work(
    desk: Desk, session: Session, counts: Mapping[tuple[Module, Outcome], int], created: Outcome, updated: Outcome
) -> Work:
    run_id = desk.run_id or ""
    reads = await ledger_reads.list_reads(session, desk.partition)
    changed = _add_up(desk, counts, updated)
    return Work(
        created=_add_up(desk, counts, created),
        updated=changed,
        readings=_list_readings(reads, run_id),
        looked_up=frozenset(
            lane
            for lane, count in changed.items()
            if count and lane in DOCUMENT_LANES and not is_fresh(reads, lane, run_id)
        ),
        reference_parts=await references.count_read_in(session, desk.partition, run_id),
    )


def _add_up(desk: Desk, counts: Mapping[tuple[Module, Outcome], int], outcome: Outcome) -> Counter[Lane]:
    lanes: Counter[Lane] = Counter()
    for (module, told), count in counts.items():
        if told is outcome:
            lanes[choose_lane(module, desk.mapping)] += count
    return lanes


def _list_readings(reads: Mapping[str, RowMapping], run_id: str) -> tuple[Reading, ...]:
    """The run's readings; lanes that were read together count once."""
    found = {}
    for lane in Lane:
        for changes in (False, True):
            read = reads.get(name_read(lane, changes=changes))
            if read is not None and read["run_id"] == run_id:
                path = LANES[lane].path
                found[path, changes, read["began_at"], read["next_page"]] = Reading(path, read["rows"])
    return tuple(found.values())
