"""A stage in a process of its own: a fork of this one, which has everything built and compiled; called by name.

So an example leaves nothing behind, Hypothesis keeps its own randomness and loop, and each example begins the same way.
"""

import os
import resource
import shutil
import signal
import traceback
from collections import Counter
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from tests.chaos.founding import Founded, found
from tests.chaos.plan import MATTERS, draw_plan
from tests.chaos.repeatable import run_alone
from tests.chaos.story import Story
from tests.state.stage import Stage

MOST_CPU_SECONDS: Final = 120
"""An example that takes more hangs."""


class StageBrokeError(Exception):
    """The story itself broke off: an act raised what it should not, the house never rests, or the process died."""


class StageForks:
    """Makes stages out of what was founded once."""

    def __init__(self, founded: Founded, room: Path, logged: Counter[str]) -> None:
        self.count = 0
        self.met: Counter[str] = Counter()
        """What the examples met that were judged."""
        self._founded = founded
        self._room = room
        self._logged = logged

    def fork(self) -> "StageFork":
        """A new stage, like the others at its beginning."""
        self.count += 1
        return StageFork(self._founded, self._room / f"example-{self.count}", self._logged, self.met)

    def warm_up(self) -> None:
        """Live a quiet story on a copy of the vendors, so that forks find everything compiled."""
        quiet = draw_plan(0, MATTERS)
        spare = found(self._room / "spare", sending=quiet.sending)
        run_alone(Story(quiet, spare, self._room / "warm-up", self._logged).live())


class StageFork:
    """The child lives as long as somebody calls it."""

    def __init__(self, founded: Founded, folder: Path, logged: Counter[str], met: Counter[str]) -> None:
        self._met = met
        self._folder = folder
        self._pipe, theirs = Pipe()
        self._child = os.fork()
        if not self._child:
            self._pipe.close()
            _live(Stage(draw_plan(0, MATTERS), founded, folder, logged), theirs)
        theirs.close()

    def call(self, act: str, *given: Any) -> Any:
        """Have the stage do something; what it tells. Raises StageBrokeError."""
        try:
            self._pipe.send((act, given))
            went_well, told = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise StageBrokeError(f"{act}: no end within {MOST_CPU_SECONDS} CPU s, or the process died") from error
        if not went_well:
            raise StageBrokeError(f"{act}: {told}")
        return told

    def judge(self) -> list[str]:
        """What is wrong once everything has come to rest."""
        faults: list[str] = self.call("list_faults_at_rest")
        self._met.update(self.call("tell"))
        return faults

    def close(self) -> None:
        """The example is over, however it went."""
        self._pipe.close()
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        shutil.rmtree(self._folder, ignore_errors=True)


def _live(stage: Stage, pipe: Connection) -> None:
    """The child's whole life. It never returns."""

    async def serve() -> None:
        while True:
            act, given = pipe.recv()
            try:
                reply = (True, await getattr(stage, act)(*given))
            except Exception as error:  # noqa: BLE001 (whatever it is, the example has failed)
                reply = (False, "".join(traceback.format_exception(error)[-8:]))
            pipe.send(reply)

    try:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
        stage.serve = serve
        run_alone(stage.live())
    except (EOFError, OSError):
        pass
    except BaseException:  # noqa: BLE001 (the parent hears of it by the broken pipe)
        traceback.print_exc()
    finally:
        os._exit(0)
