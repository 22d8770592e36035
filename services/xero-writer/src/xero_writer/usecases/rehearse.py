"""A rehearsal's end of the way: what is ready is told as what would become of it, and the copy goes on as if it had.

Nothing is sent. What would be created gets an imagined id and an imagined row in the copy of the ledger, so that what
depends on it, and what would collide with it, is judged as in a run that writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, Outcome
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.answers import agree
from xero_writer.domain.changes import list_changes
from xero_writer.domain.lanes import CONTACT_MODULES, LANES, Lane, lane_of
from xero_writer.domain.verdicts import Action, Ready
from xero_writer.store import links, owed, staging
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_by_id import IDS_PER_CALL, fetch_by_id
from xero_writer.usecases.ready_records import ready_from_json
from xero_writer.usecases.save_rows import list_rows, save_rows
from xero_writer.usecases.settle_records import Settlement, name_would_be, settle_records

PAGE_SIZE: Final = 500
CONTACTS_PAGE_SIZE: Final = 2000
"""Of each page of contacts all others that are ready are judged again: larger pages, fewer times."""
MOST_COMPARED: Final = 500
"""Updates of a run that are told with what stands in Xero now; of more only what would be sent is told."""
MOST_ONE_BY_ONE: Final = 20
"""The same for orders and quotes, which can only be asked for one by one."""


@dataclass(frozen=True)
class _Rehearsed:
    module: Module
    row: RowMapping
    verdict: Ready

    @property
    def record_id(self) -> str:
        return str(self.row["record_id"])

    @property
    def lane(self) -> Lane:
        return lane_of(self.module, self.verdict.facts.kind)

    @property
    def xero_id(self) -> str:
        return self.verdict.xero_id or name_would_be(self.module, self.record_id)


async def settle_would_be(desk: Desk) -> int:
    """Tell a page of what is ready; returns how many records moved. Raises what reads raise."""
    run_id = desk.run_id or ""
    async with desk.tools.store.reading() as session:
        found = await _list_ready(desk, session)
        if not found:
            return 0
        counts = await owed.count_outcomes(session, desk.partition, run_id)
    first, later = _part_by_keys(found)
    compared = sum(count for (_, outcome), count in counts.items() if outcome is Outcome.WOULD_UPDATE)
    shown = await _show_now(desk, [each for each in first if each.verdict.action is Action.UPDATE], compared)
    creates = [each for each in first if each.verdict.action is Action.CREATE]
    async with desk.writing() as session:
        for each in later:
            await staging.restage_ids(session, desk.partition, each.module, [each.record_id], State.READY)
        await links.save_links(session, desk.partition, [_imagine_link(desk, each) for each in creates])
        for path in {LANES[each.lane].path for each in creates}:
            rows = [_imagine_row(each) for each in creates if LANES[each.lane].path == path]
            await save_rows(desk, session, path, rows)
        await settle_records(desk, session, [_settle(each, shown.get(each.xero_id)) for each in first])
        if creates and creates[0].module in CONTACT_MODULES:
            # An account and a vendor may be one firm: what was judged before the first was there is judged anew.
            await staging.restage_state(session, desk.partition, CONTACT_MODULES, State.READY)
    return len(found)


async def _list_ready(desk: Desk, session: Session) -> list[_Rehearsed]:
    for module in MODULE_ORDER:
        size = CONTACTS_PAGE_SIZE if module in CONTACT_MODULES else PAGE_SIZE
        rows = await staging.list_ready(session, desk.partition, module, size)
        if rows:
            return [_Rehearsed(module, row, ready_from_json(row["ready"])) for row in rows]
    return []


def _part_by_keys(found: Sequence[_Rehearsed]) -> tuple[list[_Rehearsed], list[_Rehearsed]]:
    """Of several that Xero would take for one, all but the first are judged again when the first is there."""
    taken: set[str] = set()
    first: list[_Rehearsed] = []
    later: list[_Rehearsed] = []
    for each in found:
        keys = set(each.verdict.uniqueness_keys)
        (later if keys & taken else first).append(each)
        taken |= keys
    return first, later


async def _show_now(desk: Desk, updates: Sequence[_Rehearsed], compared: int) -> Mapping[str, Mapping[str, Any]]:
    """What Xero has now, by id, for as many updates as may be asked for."""
    for lane in sorted({each.lane for each in updates}):
        most = MOST_COMPARED if LANES[lane].asked_by_ids or lane is Lane.ITEMS else MOST_ONE_BY_ONE
        mine = [each.xero_id for each in updates if each.lane is lane][: max(0, most - compared)]
        unknown = [xero_id for xero_id in mine if xero_id not in desk.shown]
        if not unknown:
            continue
        if lane is Lane.ITEMS:
            answer = await desk.read(XeroRequest("GET", "Items", {"unitdp": "4"}))
            _remember(desk, lane, list_rows(desk, answer, "Items"), set(unknown))
            continue
        size = IDS_PER_CALL if LANES[lane].asked_by_ids else 1
        for start in range(0, len(unknown), size):
            asked = unknown[start : start + size]
            _remember(desk, lane, await fetch_by_id(desk, lane, asked), set(asked))
    return desk.shown


def _remember(desk: Desk, lane: Lane, rows: Sequence[Mapping[str, Any]], wanted: set[str]) -> None:
    for row in rows:
        xero_id = str(row.get(LANES[lane].id_field))
        if xero_id in wanted:
            desk.shown[xero_id] = row


def _imagine_link(desk: Desk, each: _Rehearsed) -> dict[str, Any]:
    facts = agree(each.lane, each.verdict.facts, _imagine_row(each), desk.digest_key)
    return {
        "module": each.module.value,
        "record_id": each.record_id,
        "xero_id": each.xero_id,
        "revision": each.row["revision"],
        "agreed_digest": each.verdict.digest,
        "agreed_updated_at": None,
        "status": each.verdict.status,
        "business_key": each.verdict.business_key,
        "facts": facts.to_json(),
    }


def _imagine_row(each: _Rehearsed) -> dict[str, Any]:
    """The element as Xero might show it: with an id, and without lines, whose ids nobody knows."""
    words = LANES[each.lane]
    row = {name: value for name, value in (each.verdict.element or {}).items() if name != "LineItems"}
    row[words.id_field] = each.xero_id
    if words.kind is not None:
        row.setdefault("Status", each.verdict.status or "DRAFT")
        row["Total"] = each.verdict.expected_total
    return row


def _settle(each: _Rehearsed, now: Mapping[str, Any] | None) -> Settlement:
    creates = each.verdict.action is Action.CREATE
    return Settlement(
        module=each.module,
        record_id=each.record_id,
        extraction_seq=each.row["extraction_seq"],
        outcome=Outcome.WOULD_CREATE if creates else Outcome.WOULD_UPDATE,
        label=each.verdict.label,
        reasons=each.verdict.warnings,
        xero_id=each.xero_id,
        document=each.verdict.kind,
        status=each.verdict.status,
        changes=() if creates else list_changes(each.verdict, now),
    )
