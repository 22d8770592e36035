"""The tables that every service keeps for the kit, added to the service's own MetaData."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

from sync_kit.store.types import JsonText, LongInteger, UtcDateTime


class KitTables:
    """`outbox`, `inbox`, `dead_letters`, `parked_events`, `leases` and `tenants` of one service."""

    def __init__(self, metadata: MetaData) -> None:
        self.outbox = Table(
            "outbox",
            metadata,
            Column("id", LongInteger, primary_key=True, autoincrement=True),
            Column("event_id", String, nullable=False, unique=True),
            Column("topic", String, nullable=False),
            Column("key", String, nullable=False),
            Column("headers", JsonText, nullable=False),
            Column("value", LargeBinary, nullable=False),
            Column("written_at", UtcDateTime, nullable=False),
            Column("published_at", UtcDateTime, nullable=True),
        )
        Index("ix_outbox_published_at", self.outbox.c.published_at)
        self.inbox = Table(
            "inbox",
            metadata,
            Column("event_id", String, primary_key=True),
            Column("received_at", UtcDateTime, nullable=False, index=True),
        )
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("event_id", String, primary_key=True),
            Column("tenant_id", String, nullable=True, index=True),
            Column("topic", String, nullable=False),
            Column("headers", JsonText, nullable=False),
            Column("value", LargeBinary, nullable=False),
            Column("reason", String, nullable=False),
            Column("detail", Text, nullable=False),
            Column("set_aside_at", UtcDateTime, nullable=False, index=True),
        )
        self.parked_events = Table(
            "parked_events",
            metadata,
            Column("event_id", String, primary_key=True),
            Column("tenant_id", String, nullable=False, index=True),
            Column("topic", String, nullable=False),
            Column("headers", JsonText, nullable=False),
            Column("value", LargeBinary, nullable=False),
            Column("parked_at", UtcDateTime, nullable=False, index=True),
            Column("released", Boolean, nullable=False, index=True),
        )
        self.leases = Table(
            "leases",
            metadata,
            Column("tenant_id", String, primary_key=True),
            Column("due_at", UtcDateTime, nullable=True, index=True),
            Column("owner", String, nullable=True),
            Column("expires_at", UtcDateTime, nullable=True, index=True),
            Column("fence", Integer, nullable=False),
            Column("served_at", UtcDateTime, nullable=True),
            Column("closed", Boolean, nullable=False),
        )
        self.tenants = Table(
            "tenants",
            metadata,
            Column("tenant_id", String, primary_key=True),
            Column("partner_id", String, nullable=False, index=True),
            Column("version", Integer, nullable=False),
            Column("deleted", Boolean, nullable=False),
            Column("event", JsonText, nullable=False),
            Column("updated_at", UtcDateTime, nullable=False),
        )
