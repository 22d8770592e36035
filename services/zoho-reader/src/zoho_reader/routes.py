"""HTTP in: how a tenant's reading stands. It changes nothing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from zoho_reader.schemas import StateOut
from zoho_reader.usecases.read_state import read_state


def make_router(store: Store) -> APIRouter:
    """The routes under /v1/zoho."""
    router = APIRouter(prefix="/v1/zoho", tags=["zoho"])

    @router.get("/{tenant_id}/state")
    async def get_zoho_state(
        tenant_id: Annotated[str, Path(min_length=1, max_length=64)],
        principal: Annotated[Principal, Depends(require_scope("syncs:read"))],
    ) -> StateOut:
        """Checkpoints, tasks of the open run, and credits spent in the last 24 hours."""
        return StateOut.build(await read_state(store, principal, tenant_id))

    return router
