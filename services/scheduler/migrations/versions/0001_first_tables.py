"""The first tables."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.kit_schema import create_kit_tables_1
from sync_kit.store.types import DecimalText, JsonText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the service."""
    create_kit_tables_1()
    op.create_table(
        "idempotent_answers",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("answer", JsonText(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "idempotency_key"),
    )
    op.create_table(
        "log_entries",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("settled_seq", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("reasons", JsonText(), nullable=False),
        sa.Column("label", JsonText(), nullable=False),
        sa.Column("total", DecimalText(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("xero_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "module", "record_id"),
    )
    op.create_index(
        "log_newest_first", "log_entries", ["tenant_id", "settled_at", "run_id", "module", "record_id"], unique=False
    )
    op.create_table(
        "run_modules",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("emitted", sa.Integer(), nullable=True),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("failure", JsonText(), nullable=True),
        sa.Column("accounted_seq", sa.Integer(), nullable=False),
        sa.Column("taken_in", sa.Integer(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=True),
        sa.Column("settled_sum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "module"),
    )
    op.create_table(
        "run_stages",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("progress_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("least_calls", sa.Integer(), nullable=True),
        sa.Column("waiting_until", UtcDateTime(), nullable=True),
        sa.Column("waiting_for", JsonText(), nullable=True),
        sa.Column("failure", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", "stage"),
    )
    op.create_table(
        "runs",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_seq", sa.Integer(), nullable=False),
        sa.Column("modules", JsonText(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("retry_of", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_requested_at", UtcDateTime(), nullable=True),
        sa.Column("progressed_at", UtcDateTime(), nullable=False),
        sa.Column("state_asked_at", UtcDateTime(), nullable=True),
        sa.Column("failure", JsonText(), nullable=True),
        sa.PrimaryKeyConstraint("run_id"),
        sa.UniqueConstraint("tenant_id", "run_seq"),
    )
    op.create_index(
        "one_open_run_per_tenant",
        "runs",
        ["tenant_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("runs_newest_first", "runs", ["tenant_id", "requested_at"], unique=False)
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("books_start_date", sa.Date(), nullable=True),
        sa.Column("modules", JsonText(), nullable=False),
        sa.Column("sending", sa.String(), nullable=False),
        sa.Column("go_ahead_xero_tenant_id", sa.String(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
