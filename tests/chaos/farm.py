"""Many seeds: the founding day is built once in this process, and each story is lived in a fork of it."""

import os
import pickle
import resource
import select
import signal
import tempfile
import time
import traceback
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.chaos.founding import Founded, found
from tests.chaos.logbook import keep_logbook
from tests.chaos.moments import watch_product
from tests.chaos.plan import MATTERS, draw_plan
from tests.chaos.planted import plant
from tests.chaos.repeatable import make_repeatable, run_alone
from tests.chaos.story import Outcome, Story
from tests.chaos.warmth import share_compiled_statements

MOST_CPU_SECONDS: Final = 120
"""A story that takes more hangs."""
MOST_SECONDS: Final = 3600.0
"""By the wall, for one that hangs without computing; machines are busy at times."""
WORTH_WARMING: Final = 5
"""Fewer stories than that are lived faster than prepared."""
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (stores of a story live as long as the story)


@dataclass(frozen=True)
class Lived:
    """One seed: its outcome, or what the story broke off with; and what it cost in processor seconds."""

    seed: int
    outcome: Outcome
    broke_off: str | None
    cpu_seconds: float


class Farm:
    """Lives stories, `jobs` at a time. `planted` names a fault of the product that is planted first."""

    def __init__(self, *, jobs: int, without: Collection[str] = (), planted: str | None = None) -> None:
        self._jobs = jobs
        self._without = without
        self._planted = planted

    def live(self, seeds: Sequence[int]) -> Iterator[Lived]:
        """The stories as they end."""
        for engine in ("TEST_DATABASE_URL", "TEST_KAFKA_BOOTSTRAP"):
            os.environ.pop(engine, None)  # stories are lived on files of this process alone
        make_repeatable()
        watch_product()
        share_compiled_statements()
        keep_logbook()
        parent = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="chaos-", dir=parent) as folder:
            room = Path(folder)
            wanted = sorted({draw_plan(seed, self._without).sending for seed in seeds})
            founded = {sending: found(room / f"founded-{sending}", sending=sending) for sending in wanted}
            if len(seeds) >= WORTH_WARMING:
                self._warm_up(room)
            if self._planted is not None:
                plant(self._planted)
            yield from self._spread(list(seeds), founded, room)

    def _warm_up(self, room: Path) -> None:
        """Live a quiet story on a copy of the vendors, so that its forks find everything compiled."""
        quiet = draw_plan(0, MATTERS)
        run_alone(Story(quiet, found(room / "warm", sending=quiet.sending), room / "warm-up", keep_logbook()).live())

    def _spread(self, seeds: list[int], founded: dict[str, Founded], room: Path) -> Iterator[Lived]:
        running: dict[int, tuple[int, int, float]] = {}
        try:
            while seeds or running:
                while seeds and len(running) < self._jobs:
                    seed = seeds.pop(0)
                    pipe, child = self._fork(seed, founded, room)
                    running[pipe] = (seed, child, time.monotonic())
                ready, _, _ = select.select(list(running), [], [], 1.0)
                for pipe in ready:
                    seed, child, _ = running.pop(pipe)
                    yield _collect(seed, child, pipe)
                for pipe, (seed, child, began) in list(running.items()):
                    if time.monotonic() - began > MOST_SECONDS:
                        os.kill(child, signal.SIGKILL)
                        running.pop(pipe)
                        yield _collect(seed, child, pipe)
        finally:
            for _, child, _ in running.values():
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)

    def _fork(self, seed: int, founded: dict[str, Founded], room: Path) -> tuple[int, int]:
        reading, writing = os.pipe()
        child = os.fork()
        if child:
            os.close(writing)
            return reading, child
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
        status = 1
        try:
            lived = self._live_one(seed, founded, room)
            with os.fdopen(writing, "wb") as pipe:
                pickle.dump(lived, pipe)
            status = 0
        except BaseException:  # noqa: BLE001 (the parent hears of it by the empty pipe)
            traceback.print_exc()
        finally:
            os._exit(status)

    def _live_one(self, seed: int, founded: dict[str, Founded], room: Path) -> Lived:
        plan = draw_plan(seed, self._without)
        story = Story(plan, founded[plan.sending], room / f"seed-{seed}", keep_logbook())
        broke_off = None
        try:
            run_alone(story.live())
        except Exception as error:  # noqa: BLE001 (whatever it is, the seed has failed)
            broke_off = "".join(traceback.format_exception(error)[-8:])
        usage = resource.getrusage(resource.RUSAGE_SELF)  # of this child alone: a fork begins at nothing
        return Lived(seed, story.outcome, broke_off, usage.ru_utime + usage.ru_stime)


def _collect(seed: int, child: int, pipe: int) -> Lived:
    """Read what the child says in its last words: it writes nothing before."""
    with os.fdopen(pipe, "rb") as words:
        said = words.read()
    os.waitpid(child, 0)
    if not said:
        return Lived(seed, Outcome(seed), f"no end within {MOST_CPU_SECONDS} CPU s, or the process died", 0.0)
    lived = pickle.loads(said)  # noqa: S301 (from our own child)
    assert isinstance(lived, Lived)
    return lived
