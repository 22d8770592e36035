"""Start the four services with replicas on real engines, and end exactly those."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient
from sync_kit.store.migrate import upgrade
from zoho2xero.engines.addresses import SERVICES, Installation
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.places import find_free_ports, refuse_taken_port
from zoho2xero.engines.starting import Engines
from zoho2xero.home import prepare_home
from zoho2xero.up.environment import Surroundings
from zoho2xero.up.service_process import ServiceProcess, end_leftovers
from zoho2xero.up.workshop import FRONT, Workshop
from zoho2xero.vendors import VendorSettings


@dataclass(frozen=True)
class ServicePlan:
    """How the services shall run.

    `replicas`: processes of each service. `port`: of the front on loopback, None for a free one. `public_url`: under
    which others reach the front, None for loopback. `installation`: several of them share a server and a broker by
    names of their own. `settings`: further settings of every service without prefix, such as LOG_LEVEL.
    """

    vendors: VendorSettings
    replicas: int = 2
    port: int | None = None
    public_url: str | None = None
    installation: str = "zoho2xero"
    partitions: int = 12
    settings: Mapping[str, str] = field(default_factory=dict)


class Services:
    """The running processes. Services go by their import names (`auth`, `xero_writer` ...), replicas are counted from
    0; `front` is the port before them."""

    def __init__(
        self, url: str, folder: Path, installation: Installation, processes: Mapping[str, Sequence[ServiceProcess]]
    ) -> None:
        self.url = url
        self.folder = folder
        self.installation = installation
        self.processes = processes

    def get(self, service: str, replica: int = 0) -> ServiceProcess:
        """One of them. Raises KeyError or IndexError."""
        return self.processes[service][replica]

    def list_all(self) -> list[ServiceProcess]:
        """Every process of every service, and the front."""
        return [process for replicas in self.processes.values() for process in replicas]

    def list_pids(self) -> dict[str, list[int]]:
        """The process ids of each service's replicas that run."""
        return {
            name: [process.pid for process in processes if process.pid is not None]
            for name, processes in self.processes.items()
        }

    async def kill(self, service: str, replica: int = 0) -> None:
        """SIGKILL."""
        await self.get(service, replica).kill()

    async def stop_one(self, service: str, replica: int = 0) -> bool:
        """SIGTERM: whether it ended by itself within the time that it has."""
        return await self.get(service, replica).stop()

    def pause(self, service: str, replica: int = 0) -> None:
        """SIGSTOP."""
        self.get(service, replica).pause()

    def resume(self, service: str, replica: int = 0) -> None:
        """SIGCONT."""
        self.get(service, replica).resume()

    async def start_again(self, service: str, replica: int = 0) -> None:
        """Start one that ended, on its old port, and wait until it is ready. Raises EngineError."""
        process = self.get(service, replica)
        process.launch()
        await process.wait_until_ready()

    async def start(self) -> None:
        """Start all and wait until each is ready. Raises EngineError."""
        every = self.list_all()
        for process in every:
            process.launch()
        await asyncio.gather(*(process.wait_until_ready() for process in every))

    async def stop(self) -> None:
        """End all, the front last, so that services can still reach one another while they end."""
        names = [name for name in self.processes if name != FRONT]
        await asyncio.gather(*(process.stop() for name in names for process in self.processes[name]))
        await asyncio.gather(*(process.stop() for process in self.processes[FRONT]))


@asynccontextmanager
async def running_services(
    engines: Engines,
    home: Path,
    plan: ServicePlan,
    *,
    clock: Clock | None = None,
    tell: Callable[[str], None] | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Services]:
    """The services of `home`, ready, while the context is open: databases and topics made, stores brought up to date.

    Secrets, logs and marks are in `home`; `environment` is what processes inherit. Raises EngineError when one of them
    does not get ready, or when another command runs the services of this home.
    """
    clock = clock or SystemClock()
    environment = os.environ if environment is None else environment
    secrets = prepare_home(home)
    folder = home.resolve() / "up"
    folder.mkdir(exist_ok=True, mode=0o700)
    with _alone_in(folder):
        leftovers = await end_leftovers(folder, clock)
        if leftovers and tell is not None:
            tell(f"Ended what an earlier command had left: {', '.join(leftovers)}.")
        if plan.port is not None:
            refuse_taken_port(plan.port)
        installation = Installation(engines, plan.installation)
        if tell is not None:
            tell("Making databases and topics ...")
        await _prepare_engines(installation, plan.partitions)
        port, *ports = find_free_ports(1 + plan.replicas * len(SERVICES))
        url = f"http://127.0.0.1:{plan.port or port}"
        surroundings = Surroundings(
            installation=installation,
            secrets=secrets,
            vendors=plan.vendors,
            replicas=plan.replicas,
            front_url=url,
            public_url=plan.public_url or url,
            settings=plan.settings,
        )
        http = HttpClient(clock=clock)
        workshop = Workshop(folder, environment, http, clock)
        services = Services(url, folder, installation, workshop.build(surroundings, ports))
        try:
            if tell is not None:
                tell(f"Starting {plan.replicas} processes of each service ...")
            await services.start()
            yield services
        finally:
            await services.stop()
            await http.close()


async def _prepare_engines(installation: Installation, partitions: int) -> None:
    await installation.make_databases()
    for service in SERVICES:
        await asyncio.to_thread(upgrade, installation.build_database_url(service), service)
    await installation.make_topics(partitions=partitions)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EngineError(f"The services of {folder.parent} run already, started by another command.") from error
        yield
