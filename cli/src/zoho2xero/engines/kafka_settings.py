"""How a broker on loopback is set up: one node that is its own controller, no topic made by accident."""

from collections.abc import Mapping

HEAP = ("-Xms64m", "-Xmx512m")


def list_broker_settings(port: int, controller_port: int, *, listen_at: str = "127.0.0.1") -> Mapping[str, str]:
    """The broker's properties. `listen_at` is the address inside a container; others reach it at 127.0.0.1."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://{listen_at}:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "auto.create.topics.enable": "false",
        # One broker holds the only copy of everything, of Kafka's own topics too.
        "default.replication.factor": "1",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # A group of one process need not wait for others to join.
        "group.initial.rebalance.delay.ms": "0",
        # Old segments go soon after their time is over, and not within five minutes of it.
        "log.retention.check.interval.ms": "5000",
        "log.cleaner.backoff.ms": "5000",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }
