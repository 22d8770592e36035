"""Section `engines`: calls and overhead once more, with separate processes on real PostgreSQL and real Kafka."""

from collections.abc import Callable
from typing import Any, Final

from tests.bench.business import Size
from tests.bench.calls import measure_calls
from tests.bench.engine_house import NoEnginesError, open_engines
from tests.bench.overhead import SIZE, measure_overhead

PAIRS: Final = 2

Json = dict[str, Any]


async def measure_engines(
    calls_size: Size, overhead_size: Size = SIZE, pairs: int = PAIRS, tell: Callable[[str], None] = lambda _: None
) -> Json:
    """`calls`, `overhead` and `peak_memory_mb` (the services' processes together); `skipped` where no engines are."""
    try:
        async with open_engines() as bench:
            calls = await measure_calls(calls_size, bench.open_house, tell)
            return {**calls, "overhead": await measure_overhead(overhead_size, pairs, tell, bench.open_house)}
    except NoEnginesError as error:
        tell(f"left out: {error}")
        return {"skipped": str(error)}
