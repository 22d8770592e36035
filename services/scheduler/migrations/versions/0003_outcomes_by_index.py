"""The outcomes of a run are counted without reading its log."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index that holds all that a run is counted by."""
    op.create_index("log_outcomes", "log_entries", ["run_id", "module", "outcome", "settled_seq"])
