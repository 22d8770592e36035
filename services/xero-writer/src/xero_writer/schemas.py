"""What the API takes and gives."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, Field, PlainSerializer

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_model import TenantMapping

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Percent = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""An exact number; text in JSON, since JSON's readers make floats of numbers."""


class MappingView(BaseModel):
    """A tenant's mapping. Version 0 is the default mapping of a tenant that has chosen nothing."""

    tenant_id: str
    version: int
    mapping: TenantMapping


class LinkView(BaseModel):
    """A CRM record and its counterpart in Xero."""

    module: Module
    record_id: str
    xero_id: str
    status: str | None
    number: str | None
    linked_at: datetime


class OrganisationView(BaseModel):
    """The books that we write into."""

    name: str
    base_currency: str
    country_code: str | None
    period_lock_date: str | None
    end_of_year_lock_date: str | None
    pays_tax: bool | None
    fetched_at: datetime


class AccountView(BaseModel):
    """One account of the chart."""

    code: str
    name: str
    type: str
    status: str
    system_account: str | None


class AccountList(BaseModel):
    """The chart of accounts as last read."""

    items: list[AccountView]
    fetched_at: datetime


class TaxRateView(BaseModel):
    """One tax rate; `effective_rate` in percent."""

    tax_type: str
    name: str
    status: str
    effective_rate: Percent
    applies_to_revenue: bool


class TaxRateList(BaseModel):
    """The tax rates as last read."""

    items: list[TaxRateView]
    fetched_at: datetime
