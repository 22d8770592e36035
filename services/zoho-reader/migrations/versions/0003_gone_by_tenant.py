"""A tenant's deleted records are found without looking at its living ones."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the tenant before the time in the index of what is gone."""
    op.drop_index("ix_known_records_gone_at", table_name="known_records")
    op.create_index("ix_known_records_gone", "known_records", ["tenant_id", "gone_at"])
