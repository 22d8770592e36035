"""Events in: taken into the service's own store, nothing else."""

from sync_kit.consumer.consuming import Consumer
from sync_kit.consumer.dead_letters import manage_dead_letters
from sync_kit.consumer.letters import Handler, OnUnreadable

__all__ = ["Consumer", "Handler", "OnUnreadable", "manage_dead_letters"]
