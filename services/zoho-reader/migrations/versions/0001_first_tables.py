"""The first tables."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.kit_schema import create_kit_tables_1
from sync_kit.store.types import JsonText, LongInteger, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the service."""
    create_kit_tables_1()
    op.create_table(
        "checkpoints",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("watermark", UtcDateTime(), nullable=False),
        sa.Column("columns", JsonText(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "source"),
    )
    op.create_table(
        "contact_homes",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "contact_id"),
    )
    op.create_table(
        "credit_ledger",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("hour_at", UtcDateTime(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("credits_remaining", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "hour_at"),
    )
    op.create_table(
        "emissions",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("emitted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module", "record_id"),
    )
    op.create_index(op.f("ix_emissions_emitted_at"), "emissions", ["emitted_at"], unique=False)
    op.create_table(
        "extraction_tasks",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("later_only", sa.Boolean(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("position_id", sa.String(), nullable=True),
        sa.Column("position_at", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("newest_at", UtcDateTime(), nullable=True),
        sa.Column("scanned", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "source"),
    )
    op.create_table(
        "field_cache",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("left_out", JsonText(), nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "source"),
    )
    op.create_table(
        "mapping_fields",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "overlap_digests",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "source", "run_id", "row_id"),
    )
    op.create_table(
        "pending_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=True),
        sa.Column("fields", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module", "record_id"),
    )
    op.create_table(
        "run_modules",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("requested", sa.Boolean(), nullable=False),
        sa.Column("emitted", sa.Integer(), nullable=False),
        sa.Column("next_page", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("failure", JsonText(), nullable=True),
        sa.Column("asked_headers", sa.Integer(), nullable=False),
        sa.Column("asked_groups", sa.Integer(), nullable=False),
        sa.Column("asked_wholes", sa.Integer(), nullable=False),
        sa.Column("further_pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module"),
    )
    op.create_table(
        "runs",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("run_seq", sa.Integer(), nullable=False),
        sa.Column("requested", sa.Boolean(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("modules", JsonText(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("retry_of", sa.String(), nullable=True),
        sa.Column("planned", sa.Boolean(), nullable=False),
        sa.Column("extra_fields", JsonText(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("progress_seq", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("waiting_until", UtcDateTime(), nullable=True),
        sa.Column("waiting_for", JsonText(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("taken_in_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id"),
    )
    op.create_index(op.f("ix_runs_taken_in_at"), "runs", ["taken_in_at"], unique=False)
    op.create_index("ix_runs_tenant_seq", "runs", ["tenant_id", "run_seq"], unique=False)
    op.create_table(
        "staged_lines",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("row_id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=False),
        sa.Column("fields", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "source", "row_id"),
    )
    op.create_index(
        "ix_staged_lines_parent", "staged_lines", ["tenant_id", "run_id", "source", "parent_id"], unique=False
    )
    op.create_table(
        "tenant_counters",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("extraction_seq", LongInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "wanted",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("wanted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
