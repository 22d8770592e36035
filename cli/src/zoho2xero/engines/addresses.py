"""What each service needs to know of the engines: a database of its own on one server, and the bus."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sync_kit.errors import TryLaterError
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.postgres_answers import make_databases
from zoho2xero.engines.starting import DATABASE_VARIABLE, KAFKA_VARIABLE, Engines

SERVICES: Mapping[str, str] = {
    "auth": "AUTH_",
    "scheduler": "SCHEDULER_",
    "zoho_reader": "ZOHO_READER_",
    "xero_writer": "XERO_WRITER_",
}
"""Import name of each service, and what its variables begin with."""

DEFAULT_NAME = "zoho2xero"


@dataclass(frozen=True)
class Installation:
    """One system on the engines. Several share a server and a broker under different names."""

    engines: Engines
    name: str = DEFAULT_NAME

    @property
    def bus_url(self) -> str:
        """The bus of all four services."""
        bus = f"kafka://{self.engines.kafka_bootstrap}"
        return bus if self.name == DEFAULT_NAME else f"{bus}?prefix={self.name}."

    def build_database_url(self, service: str) -> str:
        """The service's own database."""
        return urlunsplit(urlsplit(self.engines.database_url)._replace(path=f"/{self._name_database(service)}"))

    async def make_databases(self) -> list[str]:
        """Make the databases that are not there yet; the names of those that were made. Raises EngineError."""
        return await make_databases(self.engines.database_url, [self._name_database(service) for service in SERVICES])

    async def make_topics(self, *, partitions: int = 12) -> list[str]:
        """Make the topics as they must be; what was done, in words. Raises EngineError."""
        from sync_kit.bus import ensure_topics  # noqa: PLC0415 - it loads a driver that few commands need

        try:
            return await ensure_topics(self.bus_url, partitions=partitions, replication=1)
        except TryLaterError as error:
            raise EngineError(f"The topics could not be made: {error}") from error

    def _name_database(self, service: str) -> str:
        return f"{self.name}_{service}"


def list_exports(installation: Installation) -> Mapping[str, str]:
    """All variables that point to the engines, those of each service among them."""
    engines = installation.engines
    exports = {DATABASE_VARIABLE: engines.database_url, KAFKA_VARIABLE: engines.kafka_bootstrap}
    for service, prefix in SERVICES.items():
        exports[f"{prefix}DATABASE_URL"] = installation.build_database_url(service)
        exports[f"{prefix}BUS_URL"] = installation.bus_url
    return exports
