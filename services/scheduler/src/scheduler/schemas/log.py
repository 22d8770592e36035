"""The sync log and its roll-up."""

from collections.abc import Mapping
from datetime import date

from pydantic import AwareDatetime, BaseModel

from scheduler.schemas.fields import Money
from scheduler.schemas.reasons import ReasonView
from sync_kit.contracts.vocabulary import Module, Outcome, RunMode


class LabelView(BaseModel):
    """How people know the record."""

    number: str | None
    name: str | None
    dated: date | None
    total: Money | None
    currency: str | None


class ChangeView(BaseModel):
    """One field that a rehearsal would change in Xero; `before` is null where Xero's value is blank or not known."""

    field: str
    before: str | None
    after: str | None


class LogEntryView(BaseModel):
    """What became of one record in one run, and why.

    `document` is what it is, or would be, in Xero (sales_invoice, bill, purchase_order, quote), `status` its status
    there.
    """

    run_id: str
    module: Module
    record_id: str
    outcome: Outcome
    label: LabelView
    reasons: tuple[ReasonView, ...]
    xero_id: str | None
    document: str | None
    status: str | None
    changes: tuple[ChangeView, ...]
    settled_at: AwareDatetime


class CauseView(BaseModel):
    """One thing to mend. `headline` says it with the number of records and the money that it holds; `sentence` is the
    reason of one such record. `waiting` are records that only wait for such a record."""

    code: str
    headline: str
    sentence: str
    who: str
    what_to_do: str
    records: int
    waiting: int
    money: Mapping[str, Money]


class ForecastLineView(BaseModel):
    """So many records that would be created, updated or linked. `kind`: sales_invoice, bill, purchase_order, quote,
    contact or item; the last two have no status, currency and money."""

    act: str
    kind: str
    status: str | None
    currency: str | None
    records: int
    money: Money | None
    sentence: str


class ForecastView(BaseModel):
    """What a rehearsal would have done to the ledger."""

    sentence: str
    lines: tuple[ForecastLineView, ...]


class LogSummary(BaseModel):
    """What did not go in a run, by cause, the most money first: held back, and not meant to go. A rehearsal also says
    what would happen."""

    run_id: str
    mode: RunMode
    would_happen: ForecastView | None
    held: tuple[CauseView, ...]
    skipped: tuple[CauseView, ...]
