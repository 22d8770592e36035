"""`/v1/reasons`: the published catalogue. It is no secret and needs no credential."""

from fastapi import APIRouter

from scheduler.schemas import ReasonEntryView, ReasonList
from sync_kit.contracts.reason_catalogue import CATALOGUE


def make_router() -> APIRouter:
    """The catalogue's route."""
    router = APIRouter(prefix="/v1/reasons", tags=["reasons"])

    @router.get("")
    async def list_reasons() -> ReasonList:
        """Every reason that a record can be explained by."""
        return ReasonList(items=tuple(ReasonEntryView(**entry.model_dump()) for entry in CATALOGUE.values()))

    return router
