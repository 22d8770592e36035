"""`python -m zoho2xero.up.front_process --port 8700 auth=http://127.0.0.1:9001,http://127.0.0.1:9002 ...`: one port for
all services and their replicas, in a process of its own.
"""

import argparse
import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import uvicorn

from sync_kit.clock import SystemClock
from sync_kit.http import HttpClient
from zoho2xero.front import Front
from zoho2xero.up.replica_proxy import ReplicaProxy

LOOK_EVERY_SECONDS = 2.0


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="front_process", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("services", nargs="+", metavar="NAME=URL,URL")
    options = parser.parse_args()
    replicas = {name: urls.split(",") for name, _, urls in (entry.partition("=") for entry in options.services)}
    asyncio.run(_serve(options.port, replicas))


async def _serve(port: int, replicas: Mapping[str, Sequence[str]]) -> None:
    clock = SystemClock()
    http = HttpClient(clock=clock, max_connections=500)
    proxies = {name: ReplicaProxy(urls, http) for name, urls in replicas.items()}
    config = uvicorn.Config(
        Front(proxies), host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"
    )

    async def look() -> None:
        while True:
            await asyncio.gather(*(proxy.look() for proxy in proxies.values()))
            await clock.sleep(LOOK_EVERY_SECONDS)

    looking = asyncio.create_task(look(), name="look")
    try:
        await uvicorn.Server(config).serve()
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        await http.close()


if __name__ == "__main__":
    main()
