"""A bus is chosen by its URL, and a wrong URL tells no password."""

import pytest

from sync_kit.bus import LocalLog, open_bus
from sync_kit.bus.kafka_bus import KafkaBus
from sync_kit.testing import ManualClock


async def test_the_kind_of_bus_is_told_by_the_url(clock: ManualClock) -> None:
    for url, kind in (("local://", LocalLog), ("kafka://127.0.0.1:9", KafkaBus)):
        bus = open_bus(url, clock)
        assert isinstance(bus, kind)
        await bus.close()


@pytest.mark.parametrize("url", ["amqp://user:secret@host", "kafka://user:secret@host"])
def test_a_url_that_cannot_be_used_is_refused_without_telling_its_password(clock: ManualClock, url: str) -> None:
    with pytest.raises(ValueError, match="kafka://") as caught:
        open_bus(url, clock)
    assert "secret" not in str(caught.value)
