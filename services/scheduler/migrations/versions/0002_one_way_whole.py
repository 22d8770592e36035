"""What one way, whole needs: directions instead of modules, rehearsals, what checks found, first applies."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.types import JsonText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ALL_MODULES = (
    "accounts", "contacts", "vendors", "products", "invoices", "purchase_orders", "quotes", "sales_orders",
)  # fmt: skip


def upgrade() -> None:
    """Bring the first tables to their second shape."""
    op.create_table(
        "check_findings",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("progress_seq", sa.Integer(), nullable=False),
        sa.Column("findings", JsonText(), nullable=False),
        sa.Column("facts", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "stage"),
    )
    op.create_index("ix_check_findings_tenant_id", "check_findings", ["tenant_id"], unique=False)
    op.create_table(
        "first_applies",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("zoho_org_id", sa.String(), nullable=False),
        sa.Column("xero_tenant_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "zoho_org_id", "xero_tenant_id"),
    )
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("document", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("status", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("changes", JsonText(), nullable=True))

    with op.batch_alter_table("runs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mode", sa.String(), nullable=False, server_default="apply"))
        batch_op.add_column(sa.Column("retry_code", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("books_start_date", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("sending", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("zoho_org_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("xero_tenant_id", sa.String(), nullable=True))

    with op.batch_alter_table("tenant_settings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("directions", JsonText(), nullable=True))
    _turn_modules_into_directions()
    with op.batch_alter_table("tenant_settings", schema=None) as batch_op:
        batch_op.alter_column("directions", existing_type=JsonText(), nullable=False)
        batch_op.drop_column("modules")
    _remember_who_has_synced()


def _turn_modules_into_directions() -> None:
    """What was chosen goes on; modules that are new stay off until somebody decides: nothing is posted by surprise."""
    settings = sa.table(
        "tenant_settings",
        sa.column("tenant_id", sa.String),
        sa.column("modules", JsonText),
        sa.column("directions", JsonText),
    )
    store = op.get_bind()
    for row in store.execute(sa.select(settings.c.tenant_id, settings.c.modules)).mappings().all():
        directions = {module: "to_xero" if module in row["modules"] else "off" for module in ALL_MODULES}
        store.execute(sa.update(settings).where(settings.c.tenant_id == row["tenant_id"]).values(directions=directions))


def _remember_who_has_synced() -> None:
    """Tenants whose syncs were accepted before there was a readiness check go on without one."""
    tenants = sa.table(
        "tenants", sa.column("tenant_id", sa.String), sa.column("deleted", sa.Boolean), sa.column("event", JsonText)
    )
    runs = sa.table(
        "runs",
        sa.column("tenant_id", sa.String),
        sa.column("run_id", sa.String),
        sa.column("run_seq", sa.Integer),
        sa.column("requested_at", UtcDateTime),
    )
    first_applies = sa.table(
        "first_applies",
        sa.column("tenant_id", sa.String),
        sa.column("zoho_org_id", sa.String),
        sa.column("xero_tenant_id", sa.String),
        sa.column("run_id", sa.String),
        sa.column("accepted_at", UtcDateTime),
    )
    store = op.get_bind()
    first = {
        row["tenant_id"]: row for row in store.execute(sa.select(runs).order_by(runs.c.run_seq.desc())).mappings().all()
    }
    for row in store.execute(sa.select(tenants).where(tenants.c.deleted.is_(False))).mappings().all():
        ids = {facts["vendor"]: facts["external_id"] for facts in row["event"]["connections"]}
        if row["tenant_id"] in first and ids.get("zoho") and ids.get("xero"):
            run = first[row["tenant_id"]]
            store.execute(
                sa.insert(first_applies).values(
                    tenant_id=row["tenant_id"],
                    zoho_org_id=ids["zoho"],
                    xero_tenant_id=ids["xero"],
                    run_id=run["run_id"],
                    accepted_at=run["requested_at"],
                )
            )
