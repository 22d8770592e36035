"""Build the processes of one system: who runs what, on which port, with which environment."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sync_kit.clock import Clock
from sync_kit.http import HttpClient
from zoho2xero.engines.addresses import SERVICES
from zoho2xero.up.environment import Surroundings
from zoho2xero.up.service_process import ServiceProcess

FRONT = "front"


@dataclass(frozen=True)
class Workshop:
    """What every process is built with: `environment` is what all inherit."""

    folder: Path
    environment: Mapping[str, str]
    http: HttpClient
    clock: Clock

    def build(self, surroundings: Surroundings, ports: Sequence[int]) -> dict[str, list[ServiceProcess]]:
        """The replicas of each service on `ports`, and the front before them; none of them runs yet."""
        remaining = iter(ports)
        processes = {
            service: [
                self._build_replica(surroundings, service, number, next(remaining))
                for number in range(surroundings.replicas)
            ]
            for service in SERVICES
        }
        # The front knows services by the names that paths are mapped to.
        upstreams = [
            f"{service.replace('_', '-')}={','.join(process.url for process in replicas)}"
            for service, replicas in processes.items()
        ]
        port = surroundings.front_url.rpartition(":")[2]
        front = self._build_process(
            FRONT, ["zoho2xero.up.front_process", "--port", port, *upstreams], surroundings.front_url, self.environment
        )
        return {**processes, FRONT: [front]}

    def _build_replica(self, surroundings: Surroundings, service: str, number: int, port: int) -> ServiceProcess:
        environment = surroundings.build_environment(self.environment, service, port)
        return self._build_process(f"{service}-{number}", [service], f"http://127.0.0.1:{port}", environment)

    def _build_process(
        self, name: str, module: Sequence[str], url: str, environment: Mapping[str, str]
    ) -> ServiceProcess:
        return ServiceProcess(
            name,
            [sys.executable, "-m", *module],
            url=url,
            health_path="/readyz",
            folder=self.folder,
            environment=environment,
            http=self.http,
            clock=self.clock,
        )
