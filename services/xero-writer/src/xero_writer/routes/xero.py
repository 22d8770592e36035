"""`/v1/xero`: Xero's reference data as it was last read, to choose from when a mapping is made."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from sync_kit.errors import ConflictError
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.domain.reference import ReferencePart, parse_accounts, parse_organisation, parse_tax_rates
from xero_writer.schemas import AccountList, AccountView, Id, OrganisationView, TaxRateList, TaxRateView
from xero_writer.store import KIT_TABLES, references

Reader = Annotated[Principal, Depends(require_scope("mappings:read"))]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/xero", tags=["xero"])

    async def get_part(tenant_id: str, caller: Principal, part: ReferencePart) -> tuple[object, datetime]:
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            row = await references.find_part(session, tenant_id, part.value)
        if row is None:
            raise ConflictError("Xero was not asked for it yet; the first run does", code="not_fetched_yet")
        return row["payload"], row["fetched_at"]

    @router.get("/{tenant_id}/organisation")
    async def show_organisation(tenant_id: Id, caller: Reader) -> OrganisationView:
        """The organisation, with its lock dates."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.ORGANISATION)
        found = parse_organisation(body)
        return OrganisationView(
            name=found.name,
            base_currency=found.base_currency,
            country_code=found.country_code,
            period_lock_date=_show(found.period_lock_date),
            end_of_year_lock_date=_show(found.end_of_year_lock_date),
            pays_tax=found.pays_tax,
            fetched_at=fetched_at,
        )

    @router.get("/{tenant_id}/accounts")
    async def list_accounts(tenant_id: Id, caller: Reader) -> AccountList:
        """The chart of accounts; accounts without a code cannot be mapped and are left out."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.ACCOUNTS)
        items = [
            AccountView(
                code=account.code,
                name=account.name,
                type=account.type,
                status=account.status,
                system_account=account.system_account,
            )
            for _, account in sorted(parse_accounts(body).items())
        ]
        return AccountList(items=items, fetched_at=fetched_at)

    @router.get("/{tenant_id}/tax-rates")
    async def list_tax_rates(tenant_id: Id, caller: Reader) -> TaxRateList:
        """The tax rates."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.TAX_RATES)
        items = [
            TaxRateView(
                tax_type=rate.tax_type,
                name=rate.name,
                status=rate.status,
                effective_rate=rate.effective_rate,
                applies_to_revenue=rate.applies_to_revenue,
            )
            for _, rate in sorted(parse_tax_rates(body).items())
        ]
        return TaxRateList(items=items, fetched_at=fetched_at)

    return router


def _show(moment: date | None) -> str | None:
    return moment.isoformat() if moment is not None else None
