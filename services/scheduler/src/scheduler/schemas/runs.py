"""Runs: asked for and shown."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from scheduler.schemas.fields import Body, Code, Id
from scheduler.schemas.reasons import ReasonView
from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, RunMode, Vendor


class StartRunBody(Body):
    """Ask for a sync, or for a plan: everything but the writing, on a copy.

    No modules: all that are switched on. `since` reads documents modified since then again.
    """

    tenant_id: Id
    mode: Literal[RunMode.APPLY, RunMode.PLAN] = RunMode.APPLY
    modules: Annotated[tuple[Module, ...], Field(max_length=len(MODULE_ORDER))] = ()
    since: AwareDatetime | None = None


class RetryBody(Body):
    """What to judge again: all that the run held, or what is held for one cause."""

    code: Code | None = None


class ModuleView(BaseModel):
    """One module of a run. `extracted` is null until the reader has told; `expected` until both stages have.

    The last three outcomes are a rehearsal's.
    """

    module: Module
    extracted: int | None
    expected: int | None
    settled: int
    created: int
    updated: int
    linked: int
    unchanged: int
    locked: int
    skipped: int
    blocked: int
    failed: int
    would_create: int
    would_update: int
    would_link: int
    failure: ReasonView | None


class CallsView(BaseModel):
    """Vendor calls made for the run, and the least possible for the same work (null until known)."""

    used: int
    least: int | None


class RunResource(BaseModel):
    """A run. `mode`: apply, plan (a rehearsal), or check (a rehearsal that also looks at the set-up)."""

    run_id: str
    tenant_id: str
    mode: RunMode
    state: str
    modules: tuple[ModuleView, ...]
    calls: Mapping[Vendor, CallsView]
    books_start_date: date | None
    since: AwareDatetime | None
    retry_of: str | None
    retry_code: str | None
    requested_at: AwareDatetime
    ended_at: AwareDatetime | None
    cancel_requested_at: AwareDatetime | None
    seconds: Decimal
    waiting_until: AwareDatetime | None
    waiting_for: str | None
    failure: ReasonView | None
