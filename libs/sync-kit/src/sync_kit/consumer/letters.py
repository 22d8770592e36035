"""One event as it came, with the bytes kept until it is known what becomes of it."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_kit.bus import Message
from sync_kit.contracts import codec
from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import Event
from sync_kit.errors import UnreadableEventError
from sync_kit.store import Session

Handler = Callable[[Session, Any, Envelope], Awaitable[None]]
"""Takes one event in, inside the given transaction. `Any`: each handler names the one event type that it is for."""

OnUnreadable = Callable[[Session, Mapping[str, str]], Awaitable[None]]
"""Told of each event that is set aside for ever, so that what it carried can be asked for again."""

Handlers = Mapping[type[Event], Handler]


@dataclass(frozen=True)
class Letter:
    """A message with its identity. `envelope` is None when the headers are damaged; `fault` then says how."""

    event_id: str
    tenant_id: str | None
    topic: str
    headers: Mapping[str, str]
    value: bytes
    envelope: Envelope | None
    fault: str | None = None


def open_letter(message: Message) -> Letter:
    """Read the envelope only. Without a readable one the identity is a digest of all that came."""
    try:
        envelope = Envelope.from_headers(message.headers)
    except UnreadableEventError as error:
        digest = hashlib.sha256(codec.dumps_canonical([message.topic, message.key, dict(message.headers)]))
        digest.update(message.value)
        return Letter(
            event_id=f"unreadable-{digest.hexdigest()}",
            tenant_id=message.key or None,
            topic=message.topic,
            headers=message.headers,
            value=message.value,
            envelope=None,
            fault=str(error),
        )
    return Letter(
        event_id=envelope.id,
        tenant_id=envelope.tenant_id,
        topic=message.topic,
        headers=message.headers,
        value=message.value,
        envelope=envelope,
    )
