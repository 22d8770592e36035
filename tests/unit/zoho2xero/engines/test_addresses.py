"""Each service has a database of its own, and installations on one server do not meet."""

from zoho2xero.engines import Engines
from zoho2xero.engines.addresses import Installation, list_exports

ENGINES = Engines(
    database_url="postgresql://postgres:p%40ss@127.0.0.1:21000/postgres", kafka_bootstrap="127.0.0.1:9092"
)


def test_every_service_is_told_its_database_and_the_bus() -> None:
    exports = list_exports(Installation(ENGINES))
    assert exports["DATABASE_URL"] == ENGINES.database_url
    assert exports["KAFKA_BOOTSTRAP"] == "127.0.0.1:9092"
    assert exports["XERO_WRITER_DATABASE_URL"] == "postgresql://postgres:p%40ss@127.0.0.1:21000/zoho2xero_xero_writer"
    assert exports["AUTH_BUS_URL"] == "kafka://127.0.0.1:9092"
    databases = [value for name, value in exports.items() if name.endswith("_DATABASE_URL")]
    assert len(set(databases)) == 4


def test_two_installations_share_neither_a_database_nor_a_topic() -> None:
    one, two = (list_exports(Installation(ENGINES, name)) for name in ("one", "two"))
    own = [name for name in one if name not in {"DATABASE_URL", "KAFKA_BOOTSTRAP"}]
    assert not {one[name] for name in own} & {two[name] for name in own}
    assert one["AUTH_BUS_URL"] == "kafka://127.0.0.1:9092?prefix=one."
