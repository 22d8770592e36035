"""What the HTTP API of the zoho-reader answers."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

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
