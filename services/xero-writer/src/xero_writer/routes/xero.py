"""`/v1/xero`: Xero's reference data as it was last read, and the fields that may be mapped, to make a mapping from."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from sync_kit.errors import ConflictError
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.domain.accounts import explain_unusable_account, explain_wrong_side
from xero_writer.domain.document_kinds import choose_kind
from xero_writer.domain.mappable_fields import REFUSED, list_mappable
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.reference import (
    Organisation,
    Reference,
    ReferencePart,
    parse_accounts,
    parse_currencies,
    parse_organisation,
    parse_tax_rates,
    parse_tracking,
)
from xero_writer.schemas import (
    AccountList,
    AccountView,
    CurrencyList,
    Id,
    MappableFieldList,
    MappableFieldView,
    OrganisationView,
    TaxRateList,
    TaxRateView,
    TrackingCategoryList,
    TrackingCategoryView,
)
from xero_writer.store import KIT_TABLES, references
from xero_writer.usecases.index_records import load_mapping

Reader = Annotated[Principal, Depends(require_scope("mappings:read"))]
ModuleQuery = Annotated[Module, Query(description="the CRM module whose records are mapped")]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/xero", tags=["xero"])

    async def get_part(tenant_id: str, caller: Principal, part: ReferencePart) -> tuple[object, datetime]:
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            row = await references.find_part(session, tenant_id, part.value)
        if row is None:
            raise ConflictError("Xero was not asked for it yet; the first check or sync does", code="not_fetched_yet")
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
            is_demo_company=found.is_demo_company,
            period_lock_date=_show(found.period_lock_date),
            end_of_year_lock_date=_show(found.end_of_year_lock_date),
            pays_tax=found.pays_tax,
            fetched_at=fetched_at,
        )

    @router.get("/{tenant_id}/accounts")
    async def list_accounts(tenant_id: Id, caller: Reader) -> AccountList:
        """The chart of accounts; accounts without a code cannot be mapped and are left out."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.ACCOUNTS)
        chart = Reference(Organisation("", ""), accounts=parse_accounts(body))
        items = [
            AccountView(
                code=account.code,
                name=account.name,
                type=account.type,
                status=account.status,
                system_account=account.system_account,
                usable_for_sales=_may_be_default(account.code, chart, Side.SALES),
                usable_for_purchases=_may_be_default(account.code, chart, Side.PURCHASES),
            )
            for _, account in sorted(chart.accounts.items())
        ]
        return AccountList(items=items, fetched_at=fetched_at)

    @router.get("/{tenant_id}/tax-rates")
    async def list_tax_rates(tenant_id: Id, caller: Reader) -> TaxRateList:
        """The tax rates, of sales and of purchases."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.TAX_RATES)
        items = [
            TaxRateView(
                tax_type=rate.tax_type,
                name=rate.name,
                status=rate.status,
                effective_rate=rate.effective_rate,
                applies_to_revenue=rate.applies_to_revenue,
                applies_to_expenses=rate.applies_to_expenses,
            )
            for _, rate in sorted(parse_tax_rates(body).items())
        ]
        return TaxRateList(items=items, fetched_at=fetched_at)

    @router.get("/{tenant_id}/tracking-categories")
    async def list_tracking_categories(tenant_id: Id, caller: Reader) -> TrackingCategoryList:
        """The tracking categories with their active options."""
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.TRACKING)
        items = [
            TrackingCategoryView(name=each.name, status=each.status, options=sorted(each.active_options))
            for _, each in sorted(parse_tracking(body).items())
        ]
        return TrackingCategoryList(items=items, fetched_at=fetched_at)

    @router.get("/{tenant_id}/currencies")
    async def list_currencies(tenant_id: Id, caller: Reader) -> CurrencyList:
        """The currencies that are switched on."""
        organisation, _ = await get_part(tenant_id, caller, ReferencePart.ORGANISATION)
        base = parse_organisation(organisation).base_currency
        body, fetched_at = await get_part(tenant_id, caller, ReferencePart.CURRENCIES)
        return CurrencyList(base_currency=base, items=sorted(parse_currencies(body) | {base}), fetched_at=fetched_at)

    @router.get("/{tenant_id}/fields")
    async def list_mappable_fields(tenant_id: Id, caller: Reader, module: ModuleQuery) -> MappableFieldList:
        """The Xero fields that may be mapped for a module, and those that never may; for purchase orders those of what
        they become under the mapping in force."""
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            _, mapping = await load_mapping(session, tenant_id)
        kind = choose_kind(module, mapping) if module in DOCUMENT_MODULES else None
        items = [
            MappableFieldView(
                name=field.name,
                level=field.level.value,
                type=field.rule.type.value,
                limit=field.rule.limit,
                choices=list(field.rule.choices),
                only_when_blank=field.only_when_blank,
                needs=list(field.needs),
                rule=field.rule.words,
            )
            for field in list_mappable(module, kind)
        ]
        document = kind.value if kind is not None else None
        return MappableFieldList(module=module, document=document, items=items, refused=dict(REFUSED))

    return router


def _may_be_default(code: str, chart: Reference, side: Side) -> bool:
    return explain_unusable_account(code, chart) is None and explain_wrong_side(code, chart, side) is None


def _show(moment: date | None) -> str | None:
    return moment.isoformat() if moment is not None else None
