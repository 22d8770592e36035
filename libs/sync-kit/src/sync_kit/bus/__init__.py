"""The way between services: a durable local log on one machine, the same face for larger engines."""

from sync_kit.bus.local_log import LocalLog
from sync_kit.bus.opening import open_bus
from sync_kit.bus.protocol import Bus, Delivery, Message, Subscription

__all__ = ["Bus", "Delivery", "LocalLog", "Message", "Subscription", "open_bus"]
