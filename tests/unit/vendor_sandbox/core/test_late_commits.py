"""The queue of late commits."""

from datetime import UTC, datetime, timedelta
from functools import partial

from vendor_sandbox.core.late_commits import LateCommits

START = datetime(2026, 11, 2, tzinfo=UTC)


def test_what_is_due_runs_once_in_the_order_of_due_times() -> None:
    queue = LateCommits()
    done: list[tuple[str, datetime]] = []

    def note(name: str, at: datetime) -> None:
        done.append((name, at))

    for name, seconds in (("b", 20), ("a", 10), ("c", 30)):
        queue.schedule(START + timedelta(seconds=seconds), partial(note, name))
    queue.run_due(START + timedelta(seconds=20))
    assert done == [("a", START + timedelta(seconds=10)), ("b", START + timedelta(seconds=20))]
    queue.run_due(START + timedelta(seconds=25))
    assert len(done) == 2
    assert len(queue) == 1
