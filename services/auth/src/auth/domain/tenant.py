"""A tenant: one customer business of a partner."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Tenant:
    """`version` grows with every change that others hear of. A deleted tenant keeps its ids and nothing else."""

    tenant_id: str
    partner_id: str
    name: str
    version: int
    created_at: datetime
    deleted_at: datetime | None = None
