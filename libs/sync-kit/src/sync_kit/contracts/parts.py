"""Pieces that events are made of, apart from those that belong to one event alone."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """A piece of an event; unknown fields of a newer writer are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CrmField(Part):
    """One field of a CRM module. `values` are a picklist's, at most 200 of them."""

    api_name: str
    label: str
    data_type: str
    custom: bool = False
    values: tuple[str, ...] = ()


class CrmTax(Part):
    """One tax of the CRM; `percent` as Zoho has it."""

    name: str
    percent: Decimal


class FieldChange(Part):
    """One field that a rehearsal would change in Xero; `before` is None where Xero's value is not known or blank."""

    field: str
    before: str | None = None
    after: str | None = None
