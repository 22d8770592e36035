"""What the HTTP API of the zoho-reader answers."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.parts import CrmField
from sync_kit.contracts.vocabulary import Module
from zoho_reader.usecases.read_state import ReadingState


class CheckpointOut(BaseModel):
    """How far a Zoho module has been read for one of ours, by Zoho's clock."""

    module: str
    source: str = Field(description="API name of the Zoho module")
    watermark: datetime
    saved_at: datetime


class TaskOut(BaseModel):
    """One Zoho module in the open run."""

    source: str = Field(description="API name of the Zoho module")
    way: str = Field(description="scan: everything; changes: what changed since a time")
    state: str = Field(description="open, closed or refused")
    rows: int = Field(description="rows read so far")
    means: str = Field(description="coql, or list where COQL cannot serve")
    cause: str | None = Field(description="why COQL cannot serve")


class DeletionOut(BaseModel):
    """Up to when deletions in a Zoho module are known, by Zoho's clock."""

    source: str = Field(description="API name of the Zoho module")
    watermark: datetime


class RunOut(BaseModel):
    """The open run as the reader sees it."""

    run_id: str
    state: str
    calls: int = Field(description="calls to Zoho CRM made for it")
    waiting_until: datetime | None
    tasks: list[TaskOut]


class CreditsOut(BaseModel):
    """What was spent at Zoho in the last 24 hours."""

    calls: int
    credits: int
    credits_remaining: int | None = Field(description="what Zoho last said; it is silent until half are used")


class StateOut(BaseModel):
    """How a tenant's reading stands."""

    checkpoints: list[CheckpointOut]
    deletions: list[DeletionOut]
    run: RunOut | None
    credits: CreditsOut

    @classmethod
    def build(cls, state: ReadingState) -> Self:
        """The answer for a state."""
        remaining = [hour.credits_remaining for hour in state.hours if hour.credits_remaining is not None]
        tasks = [
            TaskOut(
                source=task.source.value,
                way=task.way.value,
                state=task.state.value,
                rows=(task.scanned or 0) + (task.changed or 0),
                means="list" if task.source in state.slow else "coql",
                cause=state.slow.get(task.source),
            )
            for task in state.tasks
        ]
        run = state.run
        return cls(
            checkpoints=[
                CheckpointOut(
                    module=row.module.value, source=row.source.value, watermark=row.watermark, saved_at=row.saved_at
                )
                for row in state.checkpoints
            ],
            deletions=[
                DeletionOut(source=source.value, watermark=watermark)
                for source, watermark in sorted(state.deletions.items())
            ],
            run=None
            if run is None
            else RunOut(
                run_id=run.run_id, state=run.state, calls=run.calls, waiting_until=run.waiting_until, tasks=tasks
            ),
            credits=CreditsOut(
                calls=sum(hour.calls for hour in state.hours),
                credits=sum(hour.credits for hour in state.hours),
                credits_remaining=remaining[-1] if remaining else None,
            ),
        )


class FieldOut(BaseModel):
    """One field of a Zoho module."""

    api_name: str
    label: str
    data_type: str = Field(description="Zoho's word for its type")
    custom: bool
    values: list[str] = Field(description="of a picklist, at most 200")

    @classmethod
    def build(cls, field: CrmField) -> Self:
        """The answer for a field."""
        return cls(**field.model_dump(exclude={"values"}), values=list(field.values))


class FieldsOut(BaseModel):
    """What a module of the CRM has, as last read."""

    module: Module
    described_at: datetime
    fields: list[FieldOut]
    line_fields: list[FieldOut] = Field(description="of a document's lines")

    @classmethod
    def build(cls, described: CrmDescribed, module: Module) -> Self:
        """The answer for a module."""
        return cls(
            module=module,
            described_at=described.described_at,
            fields=[FieldOut.build(field) for field in described.fields.get(module, ())],
            line_fields=[FieldOut.build(field) for field in described.line_fields.get(module, ())],
        )


class TaxOut(BaseModel):
    """One tax of the CRM."""

    name: str
    percent: str = Field(description="a decimal, as Zoho has it")


class TaxesOut(BaseModel):
    """The CRM's taxes, as last read."""

    described_at: datetime
    taxes: list[TaxOut]

    @classmethod
    def build(cls, described: CrmDescribed) -> Self:
        """The answer."""
        taxes = [TaxOut(name=tax.name, percent=str(tax.percent)) for tax in described.taxes]
        return cls(described_at=described.described_at, taxes=taxes)


class RefreshOut(BaseModel):
    """The fields will be read again; look at `described_at` later."""

    requested_at: datetime
