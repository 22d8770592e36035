"""What every route that starts a run does: the Idempotency-Key first, then the run and its first answer."""

from typing import Annotated

from fastapi import Header

from scheduler.routes.views import show_run
from scheduler.schemas.runs import RunResource
from scheduler.store import KIT_TABLES
from scheduler.usecases.show_run import get_run_of_partner, view_run
from scheduler.usecases.start_run import Caller, RunOrder, find_first_answer, start_run
from sync_kit.identity import Principal
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner

IdempotencyKey = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$"),
]


async def start_and_show(store: Store, caller: Principal, key: str | None, order: RunOrder) -> RunResource:
    """The new run, or the one that this key started before."""
    who = Caller(caller.client_id, key)
    async with store.transaction() as session:
        await session.take_turn(order.tenant_id, *([f"{caller.client_id} {key}"] if key is not None else []))
        tenant = await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, order.tenant_id)
        run_id = await find_first_answer(session, who, order) or await start_run(
            session, order, caller=who, connections=tenant.event.connections
        )
        return show_run(await view_run(session, await get_run_of_partner(session, caller.partner_id, run_id)))
