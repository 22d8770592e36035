"""Open a run: carry over what earlier runs left, and re-open what was held for a cause that may be gone.

What is held is watched by its reasons. A change of the mapping, of the settings or a decision shows without asking
anybody; what is held because of something in Xero is looked at in `reexamine_held`. A rehearsal re-opens all that is
held: it tells what would be held, and why.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import HELD, MODULE_ORDER, Module, Outcome, ReopenedBy
from sync_kit.store import Session
from xero_writer.store import decisions, owed, runs, staging
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.index_records import index_again
from xero_writer.usecases.settle_records import digest_settings

_LOCK_POLICY_CODES: Final = frozenset({"locked_in_xero"})
"""The lock policy is part of the mapping."""
_AT_ONCE: Final = frozenset({ReopenedBy.TIME, ReopenedBy.CONNECTION})


async def open_run(desk: Desk) -> None:
    """Once per run: owe it all that is staged, judge again what was waiting or ready, re-open what needs no asking."""
    run_id = desk.run_id
    if run_id is None:
        return
    while await _index_page(desk):
        pass
    async with desk.writing() as session:
        for state in (State.WAITING, State.READY):
            await staging.restage_state(session, desk.partition, MODULE_ORDER, state)
        for module in desk.modules:
            left = await staging.list_unsettled(session, desk.partition, module)
            await owed.owe(session, desk.partition, run_id, module, left)
        held = await staging.list_held(session, desk.partition, desk.modules)
        await reopen(desk, session, run_id, [row for row in held if _opens_by_itself(desk, row)])
        await reopen(desk, session, run_id, await decisions.list_decided(session, desk.partition, desk.modules))
        await runs.change_run(session, desk.tenant_id, run_id, opened=True)


async def _index_page(desk: Desk) -> int:
    async with desk.writing() as session:
        return await index_again(session, desk.partition, desk.mapping, desk.mapping_version, desk.digest_key)


def _opens_by_itself(desk: Desk, row: RowMapping) -> bool:
    watches = {ReopenedBy(name) for name in row["watches"]}
    held = Outcome(row["outcome"]) in HELD
    if held and (desk.rehearses or desk.request.get("retry_of") is not None or watches & _AT_ONCE):
        return True
    if held and ReopenedBy.DECISION in watches and not any(reason["facts"] for reason in row["reasons"] or ()):
        # What a person would choose between has been forgotten with everything of that age: it is gathered again.
        return True
    by_mapping = ReopenedBy.MAPPING in watches or any(
        reason["code"] in _LOCK_POLICY_CODES for reason in row["reasons"] or ()
    )
    if by_mapping and row["judged_mapping"] != desk.mapping_version:
        return True
    return ReopenedBy.SETTINGS in watches and row["judged_settings"] != digest_settings(desk.request)


async def reopen(desk: Desk, session: Session, run_id: str, rows: Iterable[RowMapping]) -> None:
    """Judge these settled records again in the run."""
    by_module: dict[Module, list[str]] = defaultdict(list)
    for row in rows:
        by_module[Module(row["module"])].append(row["record_id"])
    for module, ids in by_module.items():
        await staging.restage_ids(session, desk.partition, module, ids, State.SETTLED)
        await owed.owe(session, desk.partition, run_id, module, ids)
        await owed.reopen_owed(session, desk.partition, run_id, module, ids)
