"""The first shape of auth's store."""

import sqlalchemy as sa
from alembic import op

from sync_kit.store.kit_schema import create_kit_tables_1
from sync_kit.store.types import JsonText, LongInteger, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LIVE = sa.text("state IN ('connected', 'needs_reauthorisation')")
XERO = sa.text("vendor = 'xero'")


def upgrade() -> None:
    """Partners, tenants, connections, grants, the vault, and the kit's tables."""
    create_kit_tables_1()
    op.create_table(
        "grants",
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("app_client_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("accounts_url", sa.String(), nullable=False),
        sa.Column("api_url", sa.String(), nullable=False),
        sa.Column("generation", LongInteger, nullable=False),
        sa.Column("renewed_at", UtcDateTime(), nullable=False),
        sa.Column("access_expires_at", UtcDateTime(), nullable=False),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("grant_id"),
    )
    op.create_index("ix_grants_renewed_at", "grants", ["renewed_at"])
    op.create_index(
        "uq_grants_xero_user",
        "grants",
        ["app_client_id", "subject"],
        unique=True,
        sqlite_where=XERO,
        postgresql_where=XERO,
    )
    op.create_table(
        "partners",
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("return_urls", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id"),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", LongInteger, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("public_jwk", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kid"),
    )
    op.create_table(
        "vault",
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("blob", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "purpose"),
    )
    op.create_index("ix_vault_key_id", "vault", ["key_id"])
    op.create_table(
        "api_clients",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("secret_salt", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", JsonText(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.partner_id"]),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_index("ix_api_clients_partner_id", "api_clients", ["partner_id"])
    op.create_table(
        "refresh_leases",
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("blocked_until_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"]),
        sa.PrimaryKeyConstraint("grant_id"),
    )
    op.create_table(
        "registered_tenants",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("partner_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.partner_id"]),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_index("ix_registered_tenants_partner_id", "registered_tenants", ["partner_id"])
    op.create_table(
        "revocations",
        sa.Column("revocation_id", LongInteger, nullable=False),
        sa.Column("grant_id", sa.String(), nullable=False),
        sa.Column("vendor_connection_id", sa.String(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("give_up_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"]),
        sa.PrimaryKeyConstraint("revocation_id"),
    )
    op.create_index("ix_revocations_due_at", "revocations", ["due_at"])
    op.create_index("ix_revocations_grant_id", "revocations", ["grant_id"])
    op.create_table(
        "connections",
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("data_centre", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("external_name", sa.String(), nullable=True),
        sa.Column("vendor_connection_id", sa.String(), nullable=True),
        sa.Column("grant_id", sa.String(), nullable=True),
        sa.Column("web_url", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"]),
        sa.ForeignKeyConstraint(["tenant_id"], ["registered_tenants.tenant_id"]),
        sa.PrimaryKeyConstraint("connection_id"),
        sa.UniqueConstraint("tenant_id", "vendor", name="uq_connections_tenant_vendor"),
    )
    op.create_index("ix_connections_grant_id", "connections", ["grant_id"])
    op.create_index(
        "uq_connections_live_organisation",
        "connections",
        ["vendor", "external_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_table(
        "connect_attempts",
        sa.Column("attempt_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("data_centre", sa.String(), nullable=True),
        sa.Column("return_url", sa.String(), nullable=True),
        sa.Column("link_digest", sa.String(), nullable=False),
        sa.Column("state_digest", sa.String(), nullable=True),
        sa.Column("choice_digest", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("state_expires_at", UtcDateTime(), nullable=True),
        sa.Column("state_used_at", UtcDateTime(), nullable=True),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("forget_at", UtcDateTime(), nullable=False),
        sa.Column("grant_id", sa.String(), nullable=True),
        sa.Column("choices", JsonText(), nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.connection_id"]),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"]),
        sa.PrimaryKeyConstraint("attempt_id"),
        sa.UniqueConstraint("choice_digest"),
        sa.UniqueConstraint("link_digest"),
        sa.UniqueConstraint("state_digest"),
    )
    op.create_index("ix_connect_attempts_connection_id", "connect_attempts", ["connection_id"])
    op.create_index("ix_connect_attempts_forget_at", "connect_attempts", ["forget_at"])
    op.create_index("ix_connect_attempts_grant_id", "connect_attempts", ["grant_id"])
