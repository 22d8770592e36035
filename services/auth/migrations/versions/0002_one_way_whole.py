"""A client's secret before the current one, while it is replaced."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the first tables to their second shape."""
    with op.batch_alter_table("api_clients", schema=None) as batch_op:
        batch_op.add_column(sa.Column("old_salt", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("old_hash", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("old_until_at", UtcDateTime(), nullable=True))
        batch_op.create_index(batch_op.f("ix_api_clients_old_until_at"), ["old_until_at"], unique=False)
