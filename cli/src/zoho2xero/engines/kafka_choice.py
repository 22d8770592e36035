"""Which kind of broker this machine can run."""

from collections.abc import Callable, Mapping
from pathlib import Path

from sync_kit.clock import Clock
from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.kafka_docker import DockerBroker, find_docker
from zoho2xero.engines.kafka_jars import OLDEST_JAVA, find_jars, find_java, read_java_version
from zoho2xero.engines.kafka_java import JavaBroker


async def choose_broker(
    home: Path, *, clock: Clock, tell: Callable[[str], None], environment: Mapping[str, str]
) -> JavaBroker | DockerBroker:
    """Java first, then a Docker engine. Raises EngineError that says what each of them lacks."""
    try:
        java = await _get_java(environment)
        jars = await find_jars(environment, tell)
    except EngineError as error:
        docker = await find_docker(environment)
        if docker is None:
            raise EngineError(
                f"No Kafka: {error}. No Docker engine answers either. Install Java {OLDEST_JAVA} and Maven "
                "(Debian: apt-get install openjdk-17-jre-headless maven), or set KAFKA_BOOTSTRAP to a broker's "
                "host:port."
            ) from error
        tell(f"Kafka runs in a container, since {error}.")
        return DockerBroker(home, docker, clock=clock)
    return JavaBroker(home, java, jars, clock=clock)


async def _get_java(environment: Mapping[str, str]) -> str:
    java = find_java(environment)
    if java is None:
        raise EngineError("there is no Java here")
    version = await read_java_version(java)
    if version < OLDEST_JAVA:
        raise EngineError(f"the Java here is {version}, and Kafka needs {OLDEST_JAVA}")
    return java
