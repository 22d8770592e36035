"""`/v1/links`: which Xero record each CRM record has."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sync_kit.contracts.vocabulary import Module
from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page, cut_page, decode_cursor
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.schemas import Id, LinkView
from xero_writer.store import KIT_TABLES
from xero_writer.store.links import list_page

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/links", tags=["links"])

    @router.get("/{tenant_id}")
    async def list_links(
        tenant_id: Id,
        caller: Reader,
        module: Module | None = None,
        record_id: Annotated[Id | None, Query()] = None,
        cursor: CursorQuery = None,
        limit: LimitQuery = 50,
    ) -> Page[LinkView]:
        """Links by module and CRM id."""
        position = decode_cursor(cursor, (str, str)) if cursor is not None else None
        after = (str(position[0]), str(position[1])) if position is not None else None
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            found = await list_page(
                session, tenant_id, module=module, record_id=record_id, after=after, limit=limit + 1
            )
        rows, next_cursor = cut_page(found, limit, lambda row: (row["module"], row["record_id"]))
        items = [
            LinkView(
                module=Module(row["module"]),
                record_id=row["record_id"],
                xero_id=row["xero_id"],
                status=row["status"],
                number=row["business_key"] if Module(row["module"]) not in CONTACT_MODULES else None,
                linked_at=row["linked_at"],
            )
            for row in rows
        ]
        return Page[LinkView](items=items, next_cursor=next_cursor)

    return router
