"""`/v1/reasons`: the published catalogues. They are no secret and need no credential."""

from fastapi import APIRouter

from scheduler.schemas.reasons import FindingEntryView, FindingList, ReasonEntryView, ReasonList
from sync_kit.contracts.findings import FINDINGS
from sync_kit.contracts.reason_catalogue import CATALOGUE


def make_router() -> APIRouter:
    """The catalogues' routes."""
    router = APIRouter(prefix="/v1/reasons", tags=["reasons"])

    @router.get("")
    async def list_reasons() -> ReasonList:
        """Every reason that a record can be explained by."""
        return ReasonList(items=tuple(ReasonEntryView(**entry.model_dump()) for entry in CATALOGUE.values()))

    @router.get("/findings")
    async def list_findings() -> FindingList:
        """Every finding that a check of a set-up can have."""
        return FindingList(items=tuple(FindingEntryView(**entry.model_dump()) for entry in FINDINGS.values()))

    return router
