"""The state of a run, computed from what both stages have told: pure, so that any order of events ends the same.

Accounting is an equation. Per module the reader announces E, the distinct records it emitted; the writer says that it
has taken in that same E, that it carried over C records more, and every one of them has an outcome. A module has ended
when reader and writer agree on E and the log holds E + C outcomes. An outcome may be replaced while the run is open,
and the replacement may come late: the writer also names the sum of the outcomes' sequence numbers, which only the
newest of each add up to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import HELD, Module, Outcome, Stage


class RunState(StrEnum):
    """Where a run is. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINAL = frozenset({RunState.SUCCEEDED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED})
BROKEN_OFF = frozenset({RunState.FAILED, RunState.CANCELLED})
"""Ended although some outcomes may still be on their way."""
STAGE_ENDED = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True)
class ModuleAccount:
    """What is known of one module of a run. None: not announced yet."""

    module: Module
    emitted: int | None = None
    closed: bool = False
    failure: Reason | None = None
    taken_in: int | None = None
    carried: int | None = None
    settled_sum: int | None = None
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    logged_sum: int = 0

    @property
    def announced(self) -> bool:
        """Reader and writer have both spoken, and of the same records."""
        return self.closed and self.emitted is not None and self.taken_in == self.emitted and self.carried is not None

    @property
    def expected(self) -> int | None:
        """E + C, once both sides are known and agree."""
        if not self.announced or self.emitted is None or self.carried is None:
            return None
        return self.emitted + self.carried

    @property
    def settled(self) -> int:
        """Records that have an outcome."""
        return sum(self.outcomes.values())

    @property
    def ended(self) -> bool:
        """The equation holds, and with the newest outcome of every record."""
        return self.expected == self.settled and self.settled_sum == self.logged_sum

    @property
    def held(self) -> int:
        """Records that are not settled although they have an outcome."""
        return sum(count for outcome, count in self.outcomes.items() if outcome in HELD)


@dataclass(frozen=True)
class StageAccount:
    """The newest report of one stage."""

    stage: Stage
    state: str
    calls: int = 0
    least_calls: int | None = None
    waiting_until: datetime | None = None
    waiting_for: Reason | None = None
    failure: Reason | None = None


def could_have_ended(modules: Sequence[ModuleAccount], stages: Sequence[StageAccount]) -> bool:
    """Whether counting outcomes can change anything: cheap to ask after every event."""
    return all(account.announced for account in modules) and _stages_ended(stages)


def decide_state(
    modules: Sequence[ModuleAccount],
    stages: Sequence[StageAccount],
    *,
    cancelling: bool,
    findings_awaited: bool = False,
) -> RunState:
    """The run's state. `cancelling`: a person has asked to stop it; `findings_awaited`: a check is not over before
    both stages have told what they found."""
    if cancelling:
        return RunState.CANCELLED if _stages_ended(stages) else RunState.RUNNING
    if any(stage.state == "failed" for stage in stages):
        return RunState.FAILED
    if not findings_awaited and could_have_ended(modules, stages) and all(account.ended for account in modules):
        return _final_state(modules)
    if any(stage.state == "waiting" for stage in stages):
        return RunState.WAITING
    return RunState.RUNNING if stages else RunState.QUEUED


def _final_state(modules: Sequence[ModuleAccount]) -> RunState:
    if modules and all(account.failure for account in modules):
        return RunState.FAILED
    if any(account.failure or account.held for account in modules):
        return RunState.PARTIAL
    return RunState.SUCCEEDED


def _stages_ended(stages: Sequence[StageAccount]) -> bool:
    return len(stages) == len(Stage) and all(stage.state in STAGE_ENDED for stage in stages)
