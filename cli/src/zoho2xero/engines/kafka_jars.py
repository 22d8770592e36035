"""Apache Kafka's jars, from Maven Central, kept in the cache."""

import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.places import find_cache
from zoho2xero.engines.running import run

KAFKA_VERSION = "4.3.1"
LOG4J_VERSION = "2.25.4"
OLDEST_JAVA = 17

# Kafka's own POM names no logging binding; without one a broker says nothing at all.
_PARTS = (
    ("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
    *(
        ("org.apache.logging.log4j", name, LOG4J_VERSION)
        for name in ("log4j-api", "log4j-core", "log4j-1.2-api", "log4j-slf4j-impl")
    ),
)


def find_java(environment: Mapping[str, str]) -> str | None:
    """The program `java`: of JAVA_HOME, or on the path."""
    if environment.get("JAVA_HOME"):
        return shutil.which("java", path=f"{environment['JAVA_HOME']}/bin")
    return shutil.which("java", path=environment.get("PATH"))


async def read_java_version(java: str) -> int:
    """Its major version; 0 when it does not say."""
    found = re.search(r'version "(\d+)', await run(java, "-version"))
    return int(found[1]) if found else 0


async def find_jars(environment: Mapping[str, str], tell: Callable[[str], None]) -> Path:
    """The folder with all jars. Raises EngineError when it must be fetched and cannot be."""
    folder = find_cache(environment) / f"kafka-{KAFKA_VERSION}"
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if maven is None:
        raise EngineError(f"Kafka's jars are not in {folder}, and there is no Maven (mvn) to fetch them")
    tell(f"Apache Kafka {KAFKA_VERSION} comes from Maven Central (45 MB, once).")
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        (draft / "pom.xml").write_text(_write_pom())
        await run(
            *(maven, "-q", "-B", "--strict-checksums", "-f", "pom.xml", "dependency:copy-dependencies"),
            *("-DincludeScope=runtime", "-DoutputDirectory=jars"),
            folder=draft,
        )
        if not folder.is_dir():  # another start may have been quicker
            (draft / "jars").rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _write_pom() -> str:
    parts = "\n".join(
        f"    <dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>"
        f"<version>{version}</version></dependency>"
        for group, name, version in _PARTS
    )
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>zoho2xero</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{parts}
  </dependencies>
</project>
"""
