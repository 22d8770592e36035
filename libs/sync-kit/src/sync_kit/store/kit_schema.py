"""The kit's tables as migrations make them, one function per version of the kit's schema.

A function here is never changed once released: a later change is a function of its own, called by a later migration
of each service. A test holds them against `KitTables`.
"""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.types import JsonText, LongInteger, UtcDateTime


def create_kit_tables_1() -> None:
    """Version 1: for the first migration of a service."""
    op.create_table(
        "outbox",
        sa.Column("id", LongInteger, primary_key=True, autoincrement=True),
        sa.Column("event_id", sa.String(), nullable=False, unique=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("headers", JsonText(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_outbox_published_at", "outbox", ["published_at"])
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
    op.create_table(
        "dead_letters",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("tenant_id", sa.String(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("headers", JsonText(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("set_aside_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_dead_letters_tenant_id", "dead_letters", ["tenant_id"])
    op.create_index("ix_dead_letters_set_aside_at", "dead_letters", ["set_aside_at"])
    op.create_table(
        "parked_events",
        sa.Column("event_id", sa.String(), primary_key=True),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("headers", JsonText(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("parked_at", UtcDateTime(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_parked_events_tenant_id", "parked_events", ["tenant_id"])
    op.create_index("ix_parked_events_parked_at", "parked_events", ["parked_at"])
    op.create_index("ix_parked_events_released", "parked_events", ["released"])
    op.create_table(
        "leases",
        sa.Column("tenant_id", sa.String(), primary_key=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("served_at", UtcDateTime(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_leases_due_at", "leases", ["due_at"])
    op.create_index("ix_leases_expires_at", "leases", ["expires_at"])
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String(), primary_key=True),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("event", JsonText(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_tenants_partner_id", "tenants", ["partner_id"])
