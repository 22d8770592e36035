"""Judge again what a run held back: all of it, or what one cause holds."""

from sqlalchemy import RowMapping

from scheduler.domain.causes import LoggedRecord, find_root
from scheduler.errors import nothing_to_retry
from scheduler.store import log
from scheduler.usecases.start_run import RunOrder
from sync_kit.contracts.vocabulary import HELD, REHEARSALS, Module, RunMode
from sync_kit.errors import Fault, InvalidInputError
from sync_kit.store import Session


async def order_retry(session: Session, run: RowMapping, code: str | None) -> RunOrder:
    """The order for a run that reads nothing and judges this one's held records again.

    Raises ConflictError `nothing_to_retry` for a rehearsal, InvalidInputError for a cause that held nothing in it.
    """
    if RunMode(run["mode"]) in REHEARSALS:
        raise nothing_to_retry(run["run_id"])
    if code is not None and run["ended_at"] is not None:
        caused_some = await log.fold_held(
            session, run["tenant_id"], run["run_id"], HELD, lambda held: any(_is_cause(code, record) for record in held)
        )
        if not caused_some:
            raise InvalidInputError(
                "The request has faults.", faults=[Fault("body.code", "is the cause of no record that this run held")]
            )
    return RunOrder(
        tenant_id=run["tenant_id"],
        modules=tuple(Module(name) for name in run["modules"]),
        retry_of=run["run_id"],
        retry_code=code,
    )


def _is_cause(code: str, record: LoggedRecord) -> bool:
    return any(code in (reason.code, find_root(reason).code) for reason in record.reasons)
