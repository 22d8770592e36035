"""The envelope: CloudEvents 1.0 attributes in binary mode, with what must be known of a page that cannot be read.

Attributes travel as `ce_*` headers, the event itself is the value. Nothing personal is ever in a header.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from sync_kit.contracts import codec
from sync_kit.contracts.events import EVENT_TYPES, Event, ExtractedRecord, RecordsExtracted
from sync_kit.errors import UnreadableEventError


@dataclass(frozen=True)
class Envelope:
    """What is known of an event beside its content; `id` is unique for ever, `at` is the writer's store clock."""

    id: str
    type: str
    source: str
    at: datetime
    tenant_id: str
    run_id: str | None = None
    module: str | None = None
    page: int | None = None
    count: int | None = None

    def to_headers(self) -> dict[str, str]:
        """CloudEvents binary mode; absent attributes are left out."""
        headers = {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": self.at.isoformat().replace("+00:00", "Z"),
            "ce_subject": self.tenant_id,
            "content-type": "application/json",
        }
        extensions = {"run": self.run_id, "module": self.module, "page": self.page, "count": self.count}
        headers.update({f"ce_{name}": str(value) for name, value in extensions.items() if value is not None})
        return headers

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "Envelope":
        """Raises UnreadableEventError when a required attribute is missing or damaged."""
        try:
            page, count = headers.get("ce_page"), headers.get("ce_count")
            at = datetime.fromisoformat(headers["ce_time"])
            if at.tzinfo is None:
                raise ValueError("ce_time names no zone")
            if not headers["ce_id"] or not headers["ce_subject"]:
                raise ValueError("ce_id and ce_subject may not be empty")
            return cls(
                id=headers["ce_id"],
                type=headers["ce_type"],
                source=headers["ce_source"],
                at=at,
                tenant_id=headers["ce_subject"],
                run_id=headers.get("ce_run"),
                module=headers.get("ce_module"),
                page=int(page) if page is not None else None,
                count=int(count) if count is not None else None,
            )
        except (KeyError, ValueError) as error:
            raise UnreadableEventError(f"damaged envelope: {error!r}") from error


def seal(event: Event, *, event_id: str, source: str, at: datetime) -> tuple[Envelope, bytes]:
    """The envelope and the value that carry `event`."""
    page, count = (event.page, len(event.records)) if isinstance(event, RecordsExtracted) else (None, None)
    envelope = Envelope(
        id=event_id,
        type=event.type,
        source=source,
        at=at,
        tenant_id=event.tenant_id,
        run_id=getattr(event, "run_id", None),
        module=getattr(event, "module", None),
        page=page,
        count=count,
    )
    return envelope, _write(event)


def count_bytes(record: ExtractedRecord) -> int:
    """How much of an event's value the record takes."""
    return len(codec.dumps_loaded(_to_plain(record)))


def _write(event: Event) -> bytes:
    if not isinstance(event, RecordsExtracted):
        return codec.dumps(event.model_dump())
    # Most of what a sync writes: the vendor's own JSON is not copied field by field first.
    records = [_to_plain(record) for record in event.records]
    return codec.dumps_loaded({**event.model_dump(exclude={"records"}), "records": records})


def _to_plain(record: ExtractedRecord) -> dict[str, object]:
    return {**vars(record), "modified_at": record.modified_at.isoformat()}


def unseal(envelope: Envelope, value: bytes) -> Event:
    """The event of an envelope. Raises UnreadableEventError for an unknown type or a value that does not fit."""
    model = EVENT_TYPES.get(envelope.type)
    if model is None:
        raise UnreadableEventError(f"unknown event type {envelope.type}")
    try:
        event = model.model_validate(codec.loads(value))
    except ValidationError as error:
        places = sorted({".".join(str(step) for step in fault["loc"]) for fault in error.errors()})
        raise UnreadableEventError(f"{envelope.type} does not fit at {', '.join(places[:5])}") from error
    except ValueError as error:
        raise UnreadableEventError(f"{envelope.type} is not JSON") from error
    if event.tenant_id != envelope.tenant_id:
        raise UnreadableEventError(f"{envelope.type}: envelope and content name different tenants")
    return event
