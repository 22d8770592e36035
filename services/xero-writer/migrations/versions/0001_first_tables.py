"""The first tables."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.kit_schema import create_kit_tables_1
from sync_kit.store.types import DecimalText, JsonText, LongInteger, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table of the service."""
    create_kit_tables_1()
    op.create_table(
        "call_budgets",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("minute_remaining", sa.Integer(), nullable=True),
        sa.Column("day_remaining", sa.Integer(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.Column("blocked_by", sa.String(), nullable=True),
        sa.Column("troubles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "digest_keys",
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "intent_records",
        sa.Column("intent_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("extraction_seq", LongInteger, nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=True),
        sa.Column("business_key", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("verdict", JsonText(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("intent_id", "position"),
        sa.UniqueConstraint("tenant_id", "module", "record_id", "revision"),
    )
    op.create_index(
        "one_open_intent_per_record",
        "intent_records",
        ["tenant_id", "module", "record_id"],
        unique=True,
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_table(
        "intents",
        sa.Column("intent_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_sent_at", UtcDateTime(), nullable=False),
        sa.Column("last_sent_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("intent_id"),
    )
    op.create_index("ix_intents_open", "intents", ["tenant_id", "closed_at"], unique=False)
    op.create_table(
        "ledger_contacts",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=True),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("town_key", sa.String(), nullable=True),
        sa.Column("terms_day", sa.Integer(), nullable=True),
        sa.Column("terms_type", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "xero_id"),
    )
    op.create_index("ix_ledger_contacts_email", "ledger_contacts", ["tenant_id", "email_key"], unique=False)
    op.create_index("ix_ledger_contacts_name", "ledger_contacts", ["tenant_id", "name_key"], unique=False)
    op.create_index("ix_ledger_contacts_number", "ledger_contacts", ["tenant_id", "number_key"], unique=False)
    op.create_table(
        "ledger_invoices",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
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
    op.create_index("ix_ledger_invoices_number", "ledger_invoices", ["tenant_id", "number_key"], unique=False)
    op.create_table(
        "ledger_items",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("code_key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("tracked", sa.Boolean(), nullable=False),
        sa.Column("account_code", sa.String(), nullable=True),
        sa.Column("tax_type", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "xero_id"),
    )
    op.create_index("ix_ledger_items_code", "ledger_items", ["tenant_id", "code_key"], unique=False)
    op.create_table(
        "ledger_reads",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("next_page", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "kind"),
    )
    op.create_table(
        "link_actions",
        sa.Column("action_id", LongInteger, autoincrement=True, nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.create_index("ix_link_actions_record", "link_actions", ["tenant_id", "module", "record_id"], unique=False)
    op.create_table(
        "mappings",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mapping", JsonText(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "version"),
    )
    op.create_table(
        "record_links",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("xero_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("agreed_digest", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("agreed_updated_at", UtcDateTime(), nullable=True),
        sa.Column("business_key", sa.String(), nullable=True),
        sa.Column("facts", JsonText(), nullable=True),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
    op.create_index(
        "ix_record_links_business_key", "record_links", ["tenant_id", "module", "business_key"], unique=False
    )
    op.create_index("ix_record_links_xero_id", "record_links", ["tenant_id", "xero_id"], unique=False)
    op.create_table(
        "record_parts",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("extraction_seq", LongInteger, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("record", JsonText(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id", "extraction_seq", "part"),
    )
    op.create_table(
        "reference_parts",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("payload", JsonText(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "part"),
    )
    op.create_table(
        "run_modules",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("emitted", sa.Integer(), nullable=True),
        sa.Column("failure", JsonText(), nullable=True),
        sa.Column("told_emitted", sa.Integer(), nullable=True),
        sa.Column("told_carried", sa.Integer(), nullable=True),
        sa.Column("told_sum", LongInteger, nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module"),
    )
    op.create_table(
        "run_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("emitted", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("settled_seq", LongInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id", "module", "record_id"),
    )
    op.create_index("ix_run_records_settled", "run_records", ["tenant_id", "run_id", "settled", "module"], unique=False)
    op.create_table(
        "runs",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("run_seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request", JsonText(), nullable=True),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("reexamined", sa.Boolean(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("tell_again", sa.Boolean(), nullable=False),
        sa.Column("told", JsonText(), nullable=True),
        sa.Column("moved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "run_id"),
    )
    op.create_table(
        "staged_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("extraction_seq", LongInteger, nullable=False),
        sa.Column("modified_at", UtcDateTime(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("lines_complete", sa.Boolean(), nullable=False),
        sa.Column("payload", JsonText(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("max_batch", sa.Integer(), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("judged_mapping", sa.Integer(), nullable=True),
        sa.Column("judged_settings", sa.String(), nullable=True),
        sa.Column("business_key", sa.String(), nullable=True),
        sa.Column("name_key", sa.String(), nullable=True),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("keys_mapping", sa.Integer(), nullable=True),
        sa.Column("ready", JsonText(), nullable=True),
        sa.Column("facts", JsonText(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reasons", JsonText(), nullable=True),
        sa.Column("watches", JsonText(), nullable=True),
        sa.Column("label", JsonText(), nullable=True),
        sa.Column("taken_in_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
    op.create_index(
        "ix_staged_records_business_key", "staged_records", ["tenant_id", "module", "business_key"], unique=False
    )
    op.create_index("ix_staged_records_email_key", "staged_records", ["tenant_id", "email_key"], unique=False)
    op.create_index("ix_staged_records_state", "staged_records", ["tenant_id", "state", "module"], unique=False)
    op.create_table(
        "tenant_counters",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("settled_seq", LongInteger, nullable=False),
        sa.Column("progress_seq", LongInteger, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_table(
        "waits",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("child_module", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("parent_module", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "child_module", "child_id", "parent_module", "parent_id"),
    )
    op.create_index("ix_waits_parent", "waits", ["tenant_id", "parent_module", "parent_id"], unique=False)
    op.create_table(
        "wanted_records",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("module", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "module", "record_id"),
    )
