"""The way between services: a durable local log on one machine, Apache Kafka for several, behind one face."""

from sync_kit.bus.local_log import LocalLog
from sync_kit.bus.opening import ensure_topics, open_bus
from sync_kit.bus.protocol import Bus, Delivery, Message, Subscription

__all__ = ["Bus", "Delivery", "LocalLog", "Message", "Subscription", "ensure_topics", "open_bus"]
