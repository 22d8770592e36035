"""A page of what is to be judged or sent is found without looking at all the others."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the order of judging into the index of states."""
    op.drop_index("ix_staged_records_state", table_name="staged_records")
    op.create_index(
        "ix_staged_records_state", "staged_records", ["tenant_id", "state", "module", "extraction_seq", "record_id"]
    )
