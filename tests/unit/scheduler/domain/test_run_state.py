"""A run's state follows from what was told, in whatever order."""

import pytest

from scheduler.domain.run_state import ModuleAccount, RunState, StageAccount, decide_state
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, Stage

DONE = [StageAccount(Stage.READER, "done"), StageAccount(Stage.WRITER, "done")]
REFUSED = Reason(code="permission_missing", facts={"what": "read Invoices"})


def account(**changes: object) -> ModuleAccount:
    complete: dict[str, object] = {
        "module": Module.INVOICES,
        "emitted": 3,
        "closed": True,
        "taken_in": 3,
        "carried": 1,
        "outcomes": {Outcome.CREATED: 3, Outcome.UNCHANGED: 1},
        "settled_sum": 10,
        "logged_sum": 10,
    }
    return ModuleAccount(**{**complete, **changes})  # type: ignore[arg-type]


def decide(*modules: ModuleAccount, stages: list[StageAccount] | None = None, cancelling: bool = False) -> RunState:
    return decide_state(modules, DONE if stages is None else stages, cancelling=cancelling)


def test_a_run_succeeds_when_outcomes_number_emitted_plus_carried() -> None:
    assert decide(account()) == RunState.SUCCEEDED


@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes": {Outcome.CREATED: 3}},
        {"outcomes": {Outcome.CREATED: 5}},
        {"closed": False},
        {"taken_in": None},
        {"carried": None},
        {"emitted": None},
        {"logged_sum": 9},
    ],
)
def test_a_run_goes_on_while_any_part_of_the_equation_is_missing(changes: dict[str, object]) -> None:
    assert decide(account(**changes)) == RunState.RUNNING


def test_a_late_wanted_record_reopens_a_module_although_the_count_is_right() -> None:
    # The reader emitted one more after the writer had accounted: four outcomes are there, one of them is the late one.
    late = account(emitted=4, taken_in=3, carried=0)
    assert decide(late) == RunState.RUNNING


@pytest.mark.parametrize("outcome", [Outcome.BLOCKED, Outcome.LOCKED, Outcome.FAILED])
def test_a_held_record_makes_the_run_partial(outcome: Outcome) -> None:
    assert decide(account(outcomes={Outcome.CREATED: 3, outcome: 1})) == RunState.PARTIAL


def test_a_skipped_record_is_settled() -> None:
    assert decide(account(outcomes={Outcome.CREATED: 3, Outcome.SKIPPED: 1})) == RunState.SUCCEEDED


def test_a_module_that_the_vendor_refused_makes_the_run_partial_and_all_of_them_failed() -> None:
    refused = account(
        module=Module.PRODUCTS,
        failure=REFUSED,
        emitted=0,
        taken_in=0,
        carried=0,
        outcomes={},
        settled_sum=0,
        logged_sum=0,
    )
    assert decide(account(), refused) == RunState.PARTIAL
    assert decide(refused) == RunState.FAILED


def test_a_run_ends_only_when_both_stages_have_ended() -> None:
    assert decide(account(), stages=DONE[:1]) == RunState.RUNNING
    assert decide(account(), stages=[DONE[0], StageAccount(Stage.WRITER, "working")]) == RunState.RUNNING


def test_a_run_waits_while_a_stage_does() -> None:
    stages = [DONE[0], StageAccount(Stage.WRITER, "waiting")]
    assert decide(account(outcomes={}), stages=stages) == RunState.WAITING


def test_a_run_is_queued_until_a_stage_has_told_something() -> None:
    assert decide(account(closed=False), stages=[]) == RunState.QUEUED


def test_a_cancelled_run_ends_when_both_stages_have_stopped() -> None:
    cancelled = [StageAccount(Stage.READER, "cancelled"), StageAccount(Stage.WRITER, "cancelled")]
    assert decide(account(outcomes={}), stages=cancelled, cancelling=True) == RunState.CANCELLED
    assert decide(account(outcomes={}), stages=cancelled[:1], cancelling=True) == RunState.RUNNING


def test_a_failed_stage_fails_the_run() -> None:
    assert decide(account(), stages=[DONE[0], StageAccount(Stage.WRITER, "failed")]) == RunState.FAILED
