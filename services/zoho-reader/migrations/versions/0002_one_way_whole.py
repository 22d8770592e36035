"""What one way, whole needs: every module, decisions, rehearsals, readiness."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.types import JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the first tables to their second shape."""
    op.create_table(
        "crm_descriptions",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("described_at", UtcDateTime(), nullable=False),
        sa.Column("body", JsonText(), nullable=False),
        sa.Column("organisation", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "deletion_checkpoints",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("watermark", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "source"),
    )
    op.create_table(
        "deletion_tasks",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "source"),
    )
    op.create_table(
        "description_requests",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "known_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
    with op.batch_alter_table("known_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_records_gone_at"), ["gone_at"], unique=False)

    op.create_table(
        "rehearsal_wants",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module", "record_id"),
    )
    with op.batch_alter_table("extraction_tasks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("window_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("window_rows", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("field_cache", schema=None) as batch_op:
        batch_op.add_column(sa.Column("slow_cause", sa.String(), nullable=True))

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(), server_default="apply", nullable=False))
        batch_op.add_column(sa.Column("credits", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("began_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("returns_asked", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("described", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        batch_op.add_column(sa.Column("reported", sa.Boolean(), server_default=sa.text("false"), nullable=False))
