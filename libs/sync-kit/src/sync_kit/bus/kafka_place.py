"""Where the broker is and what our names are called there: the URL of a Kafka bus, read once.

`kafka://host:port[,host:port...][?prefix=NAME.]`: the prefix goes before every topic and group, so that several
installations share one broker without knowing of each other.
"""

import re
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import parse_qsl

KAFKA: Final = "kafka://"
DEFAULT_PORT: Final = 9092
_SERVER: Final = re.compile(r"(?P<host>[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>\d{1,5}))?")
_PREFIX: Final = re.compile(r"[A-Za-z0-9._\-]{0,100}")


@dataclass(frozen=True)
class KafkaPlace:
    """Servers as aiokafka takes them, and the prefix of all names, maybe empty."""

    servers: tuple[str, ...]
    prefix: str = ""

    @classmethod
    def of_url(cls, url: str) -> Self:
        """Raises ValueError, which repeats nothing of the URL: there might be a password in it."""
        if not url.startswith(KAFKA):
            raise ValueError("not a kafka:// url")
        hosts, _, query = url.removeprefix(KAFKA).partition("?")
        matches = [_SERVER.fullmatch(server) for server in hosts.rstrip("/").split(",")]
        found = [match for match in matches if match is not None]
        if len(found) < len(matches):
            raise ValueError("a kafka:// url names its servers as host:port, with commas between, and no user")
        options = dict(parse_qsl(query, keep_blank_values=True))
        prefix = options.pop("prefix", "")
        if options or not _PREFIX.fullmatch(prefix):
            raise ValueError("a kafka:// url may have ?prefix= with letters, digits, dots, dashes, and nothing else")
        return cls(tuple(f"{match['host']}:{match['port'] or DEFAULT_PORT}" for match in found), prefix)

    def name(self, ours: str) -> str:
        """What a topic or group of ours is called at the broker."""
        return f"{self.prefix}{ours}"

    def unname(self, theirs: str) -> str:
        """What we call the broker's topic."""
        return theirs.removeprefix(self.prefix)
