"""`/v1/mappings`: what CRM statuses, taxes, fields and numbers mean in Xero, chosen per tenant, version by version."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query

from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page, cut_page, decode_cursor
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.domain.mapping_change import MappingEffect, describe_effect
from xero_writer.domain.mapping_diff import MappingDifference
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.schemas import (
    DifferenceView,
    FaultView,
    Id,
    MappingChangeView,
    MappingDiffView,
    MappingEffectView,
    MappingVersionView,
    MappingView,
    ReadAgainView,
    ReopenedView,
)
from xero_writer.store import KIT_TABLES, mappings
from xero_writer.usecases.change_mapping import change_mapping
from xero_writer.usecases.index_records import load_mapping
from xero_writer.usecases.show_mapping import compare_versions, get_version

MOST_VERSIONS = 2**31 - 1
Reader = Annotated[Principal, Depends(require_scope("mappings:read"))]
Writer = Annotated[Principal, Depends(require_scope("mappings:write"))]
IfMatch = Annotated[str | None, Header(max_length=32, description="the version that the change is based on, such as 3")]
VersionPath = Annotated[int, Path(ge=0, le=MOST_VERSIONS)]
FromVersion = Annotated[int, Query(alias="from", ge=0, le=MOST_VERSIONS, description="the older version")]
ToVersion = Annotated[
    int | None, Query(alias="to", ge=0, le=MOST_VERSIONS, description="the newer version; the one in force if left out")
]
DryRun = Annotated[bool, Query(description="say what the change would bring about, and change nothing")]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/mappings", tags=["mappings"])

    @router.get("/{tenant_id}")
    async def show_mapping(tenant_id: Id, caller: Reader) -> MappingView:
        """The mapping in force with its version."""
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            version, mapping = await load_mapping(session, tenant_id)
        return MappingView(tenant_id=tenant_id, version=version, mapping=mapping)

    @router.put("/{tenant_id}")
    async def replace_mapping(
        tenant_id: Id, body: TenantMapping, caller: Writer, if_match: IfMatch = None, dry_run: DryRun = False
    ) -> MappingChangeView:
        """Replace the whole mapping; every fault is named. Records held for the mapping are judged again at the next
        run. The answer says what the change brings about; with `dry_run` nothing else happens."""
        async with store.transaction() as session:
            await session.take_turn(tenant_id)
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            change = await change_mapping(session, tenant_id, body, based_on=if_match, dry_run=dry_run)
        return MappingChangeView(
            tenant_id=tenant_id,
            version=change.version,
            mapping=body,
            based_on=change.based_on,
            applied=change.applied,
            changes=[_show_difference(difference) for difference in change.differences],
            effect=_show_effect(change.effect),
            warnings=[FaultView(where=warning.where, what=warning.what) for warning in change.warnings],
            unchecked=list(change.unchecked),
        )

    @router.get("/{tenant_id}/versions")
    async def list_mapping_versions(
        tenant_id: Id, caller: Reader, cursor: CursorQuery = None, limit: LimitQuery = 50
    ) -> Page[MappingVersionView]:
        """Saved versions, the newest first."""
        position = decode_cursor(cursor, (int,)) if cursor is not None else None
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            in_force, _ = await load_mapping(session, tenant_id)
            before = int(str(position[0])) if position is not None else None
            found = await mappings.list_versions(session, tenant_id, before=before, limit=limit + 1)
        rows, next_cursor = cut_page(found, limit, lambda row: (row["version"],))
        items = [
            MappingVersionView(version=row["version"], saved_at=row["saved_at"], in_force=row["version"] == in_force)
            for row in rows
        ]
        return Page[MappingVersionView](items=items, next_cursor=next_cursor)

    @router.get("/{tenant_id}/versions/{version}")
    async def show_mapping_version(tenant_id: Id, version: VersionPath, caller: Reader) -> MappingView:
        """One version; 0 is the default mapping."""
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            mapping = await get_version(session, tenant_id, version)
        return MappingView(tenant_id=tenant_id, version=version, mapping=mapping)

    @router.get("/{tenant_id}/diff")
    async def compare_mapping_versions(
        tenant_id: Id, caller: Reader, older: FromVersion, newer: ToVersion = None
    ) -> MappingDiffView:
        """What differs between two versions, place by place."""
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            to_version, differences = await compare_versions(session, tenant_id, older, newer)
        changes = [_show_difference(difference) for difference in differences]
        return MappingDiffView(from_version=older, to_version=to_version, changes=changes)

    return router


def _show_difference(difference: MappingDifference) -> DifferenceView:
    return DifferenceView(path=difference.path, before=difference.before, after=difference.after)


def _show_effect(effect: MappingEffect) -> MappingEffectView:
    return MappingEffectView(
        reopened_records=effect.reopened_records,
        reopened=[
            ReopenedView(module=each.module, code=each.code, records=each.records, money=dict(each.money))
            for each in effect.reopened
        ],
        read_again=[
            ReadAgainView(
                module=each.module, fields=list(each.fields), records=each.records, zoho_calls=each.zoho_calls
            )
            for each in effect.read_again
        ],
        not_touched=dict(effect.not_touched),
        zoho_calls=effect.zoho_calls,
        xero_calls=effect.xero_calls,
        says=describe_effect(effect),
    )
