"""What the API takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.rows import DecisionKind

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
XeroId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
Percent = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""An exact number; text in JSON, since JSON's readers make floats of numbers."""
Amount = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str)]
"""Money to the cent, as text."""


class MappingView(BaseModel):
    """A tenant's mapping. Version 0 is the default mapping of a tenant that has chosen nothing."""

    tenant_id: str
    version: int
    mapping: TenantMapping


class MappingVersionView(BaseModel):
    """One saved version; `in_force` of the highest."""

    version: int
    saved_at: datetime
    in_force: bool


class FaultView(BaseModel):
    """A place in the mapping and what there is to say about it."""

    where: str
    what: str


class DifferenceView(BaseModel):
    """One place that differs, such as `taxes.sales['VAT']`; null: not chosen."""

    path: str
    before: str | int | bool | None
    after: str | int | bool | None


class MappingDiffView(BaseModel):
    """What differs between two versions."""

    from_version: int
    to_version: int
    changes: list[DifferenceView]


class ReopenedView(BaseModel):
    """Records judged again for one reason; `money` by currency, where the records have totals."""

    module: Module
    code: str
    records: int
    money: dict[str, Amount]


class ReadAgainView(BaseModel):
    """A module that the next sync reads whole once more; `fields` are the CRM fields that are new in it."""

    module: Module
    fields: list[str]
    records: int
    zoho_calls: int


class MappingEffectView(BaseModel):
    """What a change brings about. Calls are upper bounds, beyond those of an ordinary sync.

    `reopened_records` counts every record once; in `reopened` a record with two reasons stands under both.
    `not_touched`: agreed records, by module, that stay as they are until they change in the CRM. `says`: the same in
    sentences.
    """

    reopened_records: int
    reopened: list[ReopenedView]
    read_again: list[ReadAgainView]
    not_touched: dict[Module, int]
    zoho_calls: int
    xero_calls: int
    says: list[str]


class MappingChangeView(MappingView):
    """The mapping after a change with what it brings about, or (`applied` false) what it would bring about.

    `unchecked`: sides (xero, crm) that the mapping could not be compared with, since nothing is known of them yet.
    """

    based_on: int
    applied: bool
    changes: list[DifferenceView]
    effect: MappingEffectView
    warnings: list[FaultView]
    unchecked: list[str]


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
    is_demo_company: bool | None
    period_lock_date: str | None
    end_of_year_lock_date: str | None
    pays_tax: bool | None
    fetched_at: datetime


class AccountView(BaseModel):
    """One account of the chart. `usable_for_*`: it may be the mapping's default account of that side."""

    code: str
    name: str
    type: str
    status: str
    system_account: str | None
    usable_for_sales: bool
    usable_for_purchases: bool


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
    applies_to_expenses: bool


class TaxRateList(BaseModel):
    """The tax rates as last read."""

    items: list[TaxRateView]
    fetched_at: datetime


class TrackingCategoryView(BaseModel):
    """One tracking category with the names of its active options."""

    name: str
    status: str
    options: list[str]


class TrackingCategoryList(BaseModel):
    """The tracking categories as last read."""

    items: list[TrackingCategoryView]
    fetched_at: datetime


class CurrencyList(BaseModel):
    """Codes of the currencies that are switched on, the organisation's own among them."""

    base_currency: str
    items: list[str]
    fetched_at: datetime


class MappableFieldView(BaseModel):
    """One Xero field that may be mapped.

    `limit` in characters; `choices` of a closed list; `needs`: fields that must be mapped with it. `only_when_blank`:
    what Xero already has is never overwritten. `rule`: what it takes, in words.
    """

    name: str
    level: str
    type: str
    limit: int | None
    choices: list[str]
    only_when_blank: bool
    needs: list[str]
    rule: str


class MappableFieldList(BaseModel):
    """The Xero fields that may be mapped for a module, and those that never may, with the reason."""

    module: Module
    document: str | None
    items: list[MappableFieldView]
    refused: dict[str, str]


class QuestionReasonView(BaseModel):
    """Why the record is held, in words, and what to do about it."""

    code: str
    sentence: str
    what_to_do: str


class CandidateView(BaseModel):
    """One Xero record that the CRM record could be; what is not known, or does not fit the kind, is null."""

    xero_id: str
    name: str | None = None
    email: str | None = None
    town: str | None = None
    code: str | None = None
    number: str | None = None
    contact: str | None = None
    dated: str | None = None
    total: str | None = None
    currency: str | None = None
    status: str | None = None


class DecisionMadeView(BaseModel):
    """A decision that the next run will carry out."""

    decision: DecisionKind
    xero_id: str | None
    decided_at: datetime


class QuestionLabelView(BaseModel):
    """How people know the record."""

    number: str | None
    name: str | None
    dated: date | None
    total: Amount | None
    currency: str | None


class QuestionView(BaseModel):
    """A held record that waits for a person. `decisions` lists the answers that are taken.

    `candidate_kind`: contact, item, sales_invoice, bill, purchase_order or quote.
    """

    question_id: str
    module: Module
    record_id: str
    label: QuestionLabelView
    reasons: list[QuestionReasonView]
    decisions: list[DecisionKind]
    candidate_kind: str | None
    candidates: list[CandidateView]
    decided: DecisionMadeView | None


class DecisionBody(BaseModel):
    """A decision about one held record. With `question_id`, a question that has changed since is not answered."""

    model_config = ConfigDict(extra="forbid")

    module: Module
    record_id: Id
    decision: DecisionKind
    xero_id: XeroId | None = None
    question_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9a-f]+$")] | None = None


class DecisionView(BaseModel):
    """A decision as it is kept. The next run judges the record again."""

    module: Module
    record_id: str
    decision: DecisionKind
    xero_id: str | None
    decided_at: datetime
