"""Whether a Kafka broker answers."""

import asyncio
from collections.abc import Awaitable, Callable

from sync_kit.clock import Clock

START_WITHIN_SECONDS = 90.0


async def wait_for_broker(bootstrap: str, clock: Clock, *, is_running: Callable[[], Awaitable[bool]]) -> bool:
    """Wait until it takes requests; False when it ended or takes too long."""
    give_up_at = clock.monotonic() + START_WITHIN_SECONDS
    while await is_running() and clock.monotonic() < give_up_at:
        if await find_trouble(bootstrap) is None:
            return True
        await clock.sleep(0.2)
    return False


async def find_trouble(bootstrap: str) -> str | None:
    """None when a broker answers at `bootstrap`, else what is wrong."""
    host, _, port = bootstrap.split(",", maxsplit=1)[0].rpartition(":")
    try:  # the library complains in the log of a port where nobody listens, which at a start is no news
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), timeout=5)
    except (OSError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    writer.close()
    # Loading the client takes half a second, which commands that need no broker must not pay.
    from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]  # noqa: PLC0415
    from aiokafka.errors import KafkaError  # type: ignore[import-untyped]  # noqa: PLC0415

    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        await client.bootstrap()
        # A broker that is not yet part of its cluster lists no brokers, and takes no request.
        return None if client.cluster.brokers() else "the broker is not ready"
    except (KafkaError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        await client.close()
