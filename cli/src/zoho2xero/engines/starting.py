"""Start and stop both engines, and say where they are."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sync_kit.clock import Clock, SystemClock
from zoho2xero.engines import kafka_answers, kafka_docker, kafka_java, postgres, postgres_answers
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.kafka_choice import choose_broker
from zoho2xero.engines.postgres_programs import find_postgres_programs

DATABASE_VARIABLE = "DATABASE_URL"
KAFKA_VARIABLE = "KAFKA_BOOTSTRAP"
Tell = Callable[[str], None]


class Engine(Protocol):
    """One server on this machine. Every method may be called in any state."""

    @property
    def url(self) -> str:
        """Where it listens: the same after a restart, unless somebody took its port meanwhile."""
        ...

    async def is_running(self) -> bool:
        """Whether its process runs."""
        ...

    async def start(self) -> None:
        """Run it and wait until it answers. Raises EngineError."""
        ...

    async def stop(self) -> None:
        """End it properly."""
        ...

    async def kill(self) -> None:
        """End it as a loss of power would."""
        ...


@dataclass(frozen=True)
class Engines:
    """Where both are. `postgres` or `kafka` is None when the environment named a server, which is not ours to end.

    `database_url` is an account's that may make databases. It holds a password.
    """

    database_url: str
    kafka_bootstrap: str
    postgres: Engine | None = None
    kafka: Engine | None = None
    began: tuple[Engine, ...] = ()
    """Those that did not run before."""

    def __repr__(self) -> str:
        return f"Engines(kafka_bootstrap={self.kafka_bootstrap!r})"


async def start_engines(
    home: Path,
    *,
    clock: Clock | None = None,
    tell: Tell | None = None,
    environment: Mapping[str, str] | None = None,
    durable: bool = True,
) -> Engines:
    """Both engines of `home`, running. What runs already is left as it is; DATABASE_URL and KAFKA_BOOTSTRAP of the
    environment win. `tell` hears of what takes long. `durable=False`: nobody needs the data after a loss of power.

    A start that fails or is cancelled ends what it had started. Raises EngineError.
    """
    clock = clock or SystemClock()
    environment = os.environ if environment is None else environment
    tell = tell or _say_nothing
    home = _make_home(home)
    with _alone_in(home):
        server = await _choose_server(home, clock, tell, environment, durable=durable)
        broker = await _choose_broker(home, clock, tell, environment)
        began: list[Engine] = []
        try:
            for engine in (server, broker):
                if engine is not None:
                    if not await engine.is_running():
                        began.append(engine)
                    await engine.start()
        except BaseException:
            for engine in began:
                await engine.stop()
            raise
    return Engines(
        database_url=server.url if server is not None else environment[DATABASE_VARIABLE],
        kafka_bootstrap=broker.url if broker is not None else environment[KAFKA_VARIABLE],
        postgres=server,
        kafka=broker,
        began=tuple(began),
    )


def list_engines(home: Path, *, clock: Clock | None = None) -> Mapping[str, Engine]:
    """The engines that were ever started in `home`, by name, whether or not they run. Only to look and to end."""
    clock = clock or SystemClock()
    home = home.resolve()
    engines: dict[str, Engine] = {}
    if (home / postgres.FOLDER / "record.json").exists():
        engines["PostgreSQL"] = postgres.PostgresServer(home, Path(), clock=clock)
    if (home / kafka_java.FOLDER / "record.json").exists():
        engines["Kafka"] = kafka_java.JavaBroker(home, "java", Path(), clock=clock)
    elif (home / kafka_docker.FOLDER / "record.json").exists():
        engines["Kafka"] = kafka_docker.DockerBroker(home, "docker", clock=clock)
    return engines


async def stop_engines(home: Path, *, clock: Clock | None = None) -> list[str]:
    """End what runs of `home`; the names of what was ended."""
    if not home.is_dir():
        return []
    with _alone_in(home):
        engines = list_engines(home, clock=clock)
        running = [name for name, engine in engines.items() if await engine.is_running()]
        for name in running:
            await engines[name].stop()
    return running


@asynccontextmanager
async def throwaway_engines(
    *, clock: Clock | None = None, tell: Tell | None = None, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Engines]:
    """Engines in a folder of their own; both are gone with all their data when the context ends."""
    home = Path(tempfile.mkdtemp(prefix="zoho2xero-engines-"))
    try:
        engines = await start_engines(home, clock=clock, tell=tell, environment=environment, durable=False)
        try:
            yield engines
        finally:
            for engine in engines.began:
                await engine.stop()
    finally:
        shutil.rmtree(home)


def _say_nothing(_: str) -> None:
    """For callers that need no progress."""


def _make_home(home: Path) -> Path:
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    return home


async def _choose_server(
    home: Path, clock: Clock, tell: Tell, environment: Mapping[str, str], *, durable: bool
) -> Engine | None:
    given = environment.get(DATABASE_VARIABLE)
    if not given:
        programs = await find_postgres_programs(environment, tell)
        return postgres.PostgresServer(home, programs, clock=clock, durable=durable)
    trouble = await postgres_answers.find_trouble(given)
    if trouble is not None:
        raise EngineError(f"The server that {DATABASE_VARIABLE} names does not answer: {trouble}")
    return None


async def _choose_broker(home: Path, clock: Clock, tell: Tell, environment: Mapping[str, str]) -> Engine | None:
    given = environment.get(KAFKA_VARIABLE)
    if not given:
        return await choose_broker(home, clock=clock, tell=tell, environment=environment)
    trouble = await kafka_answers.find_trouble(given)
    if trouble is not None:
        raise EngineError(f"The broker that {KAFKA_VARIABLE} names does not answer: {trouble}")
    return None


@contextmanager
def _alone_in(home: Path) -> Iterator[None]:
    """One command at a time starts or stops engines of a home; a second one waits."""
    (home / "engines").mkdir(parents=True, exist_ok=True)
    with (home / "engines" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
