"""What ended by itself is started again: at once, then ever more slowly."""

from typing import cast

import pytest

from sync_kit.testing import ManualClock
from zoho2xero.engines import EngineError
from zoho2xero.up.service_process import ServiceProcess
from zoho2xero.up.supervision import Supervisor


class Process:
    """As much of a service's process as a supervisor looks at."""

    name = "auth-0"

    def __init__(self) -> None:
        self.pid: int | None = 1
        self.is_wanted = True
        self.launched = 0
        self.fails = False

    def launch(self) -> None:
        self.launched += 1
        if self.fails:
            raise EngineError("it cannot be started")
        self.pid = 1

    def describe_end(self) -> str:
        return "signal 9"


class Watch:
    """A supervisor of one process, and what it said."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.process = Process()
        self.said: list[str] = []
        self._supervisor = Supervisor([cast(ServiceProcess, self.process)], clock=self.clock, tell=self.said.append)

    def die_and_look(self, *, after_seconds: float = 0) -> None:
        self.process.pid = None
        self.clock.advance(after_seconds)
        self._supervisor.look()

    def look(self, *, after_seconds: float = 0) -> None:
        self.clock.advance(after_seconds)
        self._supervisor.look()


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_one_that_ended_is_started_again_at_once_and_it_is_said(watch: Watch) -> None:
    watch.look()
    assert watch.process.launched == 0
    watch.die_and_look()
    assert watch.process.launched == 1
    assert watch.said == ["auth-0 ended by itself (signal 9); it is started again now."]


def test_one_that_keeps_ending_is_started_ever_more_slowly(watch: Watch) -> None:
    watch.die_and_look()
    watch.die_and_look()
    assert (watch.process.launched, watch.said[-1][-7:]) == (1, "in 1 s.")
    watch.look(after_seconds=1)
    assert watch.process.launched == 2
    watch.die_and_look()
    watch.look(after_seconds=1)
    assert watch.process.launched == 2
    watch.look(after_seconds=1)
    assert watch.process.launched == 3
    for _ in range(8):
        watch.die_and_look()
        watch.look(after_seconds=30)
    assert watch.process.launched == 11


def test_one_that_ran_long_is_forgiven(watch: Watch) -> None:
    watch.die_and_look()
    watch.look(after_seconds=61)
    watch.die_and_look()
    assert watch.process.launched == 2


def test_one_that_was_ended_on_purpose_stays_ended(watch: Watch) -> None:
    watch.process.is_wanted = False
    watch.die_and_look()
    assert (watch.process.launched, watch.said) == (0, [])


def test_one_that_cannot_be_started_is_tried_again_later(watch: Watch) -> None:
    watch.process.fails = True
    watch.die_and_look()
    assert watch.said[-1] == "it cannot be started"
    watch.process.fails = False
    watch.look()
    watch.look(after_seconds=1)
    assert (watch.process.launched, watch.process.pid) == (2, 1)
