"""What one way, whole needs: every module, decisions, rehearsals, readiness."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.types import DecimalText, JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the first tables to their second shape."""
    op.create_table(
        "crm_metadata",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("described_at", UtcDateTime(), nullable=False),
        sa.Column("description", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "decisions",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=True),
        sa.Column("modified_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
    op.create_table(
        "ledger_documents",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("url_key", sa.String(), nullable=True),
        sa.Column("sale_key", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("currency_rate", DecimalText(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("total", DecimalText(), nullable=True),
        sa.Column("amount_due", DecimalText(), nullable=True),
        sa.Column("amount_paid", DecimalText(), nullable=False),
        sa.Column("amount_credited", DecimalText(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=True),
        sa.Column("details", JsonText(), nullable=True),
        sa.Column("seen_run", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "xero_id"),
    )
    with op.batch_alter_table("ledger_documents", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_documents_number", ["tenant_id", "number_key"], unique=False)
        batch_op.create_index("ix_ledger_documents_sale", ["tenant_id", "sale_key"], unique=False)
        batch_op.create_index("ix_ledger_documents_url", ["tenant_id", "url_key"], unique=False)

    with op.batch_alter_table("ledger_invoices", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_invoices_number"))

    op.drop_table("ledger_invoices")
    with op.batch_alter_table("ledger_contacts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loose_key", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("bill_terms_day", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("bill_terms_type", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("merged_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("blanks", JsonText(), nullable=True))
        batch_op.create_index("ix_ledger_contacts_loose", ["tenant_id", "loose_key"], unique=False)

    with op.batch_alter_table("ledger_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purchase_account_code", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("purchase_tax_type", sa.String(), nullable=True))

    with op.batch_alter_table("run_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reasons", JsonText(), nullable=True))

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("findings_digest", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("dropped_at", UtcDateTime(), nullable=True))

    with op.batch_alter_table("staged_records", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loose_key", sa.String(), nullable=True))
