"""`/v1/log`: what became of every record, and what holds the rest back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import RowMapping

from scheduler.domain.causes import roll_up
from scheduler.domain.forecast import forecast
from scheduler.routes.reason_views import show_cause, show_forecast
from scheduler.routes.views import show_entry
from scheduler.schemas.fields import Code, Id
from scheduler.schemas.log import ForecastView, LogEntryView, LogSummary
from scheduler.store import KIT_TABLES, log
from scheduler.store.log import LogFilter
from scheduler.usecases.show_readiness import find_organisation_name
from scheduler.usecases.show_run import get_run_of_partner
from sync_kit.contracts.vocabulary import HELD, REHEARSALS, Module, Outcome, RunMode
from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page, cut_page, decode_cursor
from sync_kit.store import Session, Store
from sync_kit.tenants import get_tenant_of_partner

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]
IdQuery = Annotated[Id | None, Query()]
CodeQuery = Annotated[Code | None, Query()]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/log", tags=["log"])

    @router.get("")
    async def list_log(
        tenant_id: Annotated[Id, Query()],
        caller: Reader,
        run_id: IdQuery = None,
        module: Module | None = None,
        outcome: Outcome | None = None,
        code: CodeQuery = None,
        record_id: IdQuery = None,
        cursor: CursorQuery = None,
        limit: LimitQuery = 50,
    ) -> Page[LogEntryView]:
        """Log entries of a tenant, newest first."""
        before = decode_cursor(cursor, (datetime, str, str, str)) if cursor is not None else None
        wanted = LogFilter(run_id=run_id, module=module, outcome=outcome, code=code, record_id=record_id)
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            found = await log.list_log(session, tenant_id, wanted, before=before, limit=limit + 1)
        rows, next_cursor = cut_page(
            found, limit, lambda row: (row["settled_at"], row["run_id"], row["module"], row["record_id"])
        )
        return Page[LogEntryView](items=[show_entry(row) for row in rows], next_cursor=next_cursor)

    @router.get("/summary")
    async def summarise_log(run_id: Annotated[Id, Query()], caller: Reader) -> LogSummary:
        """What a run holds back and what was not meant to go, rolled up by root cause, the most money first.

        A rehearsal also says what would happen: by kind, status and currency.
        """
        async with store.reading() as session:
            run = await get_run_of_partner(session, caller.partner_id, run_id)
            held = await log.fold_held(session, run["tenant_id"], run_id, HELD, roll_up)
            skipped = await log.fold_held(session, run["tenant_id"], run_id, {Outcome.SKIPPED}, roll_up)
            would_happen = await _foresee(session, caller, run)
        return LogSummary(
            run_id=run_id,
            mode=RunMode(run["mode"]),
            would_happen=would_happen,
            held=tuple(show_cause(cause) for cause in held),
            skipped=tuple(show_cause(cause) for cause in skipped),
        )

    return router


async def _foresee(session: Session, caller: Principal, run: RowMapping) -> ForecastView | None:
    if RunMode(run["mode"]) not in REHEARSALS:
        return None
    tenant = await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, run["tenant_id"])
    lines = await log.fold_foreseen(session, run["tenant_id"], run["run_id"], forecast)
    return show_forecast(lines, await find_organisation_name(session, tenant))
