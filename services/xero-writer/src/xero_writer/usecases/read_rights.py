"""Check runs: ask Xero once what the connected user may do.

Xero: GET /Organisation/Actions lists the key actions, each ALLOWED or NOT-ALLOWED.
"""

from typing import Final

from sync_kit.contracts.codec import content_digest
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.reference import ReferencePart
from xero_writer.store import references
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_reference import read_parts

RIGHTS_PART: Final = "rights"


async def read_rights(desk: Desk) -> bool:
    """Read the rights, and all reference data anew, unless this run has; True when anything was read."""
    async with desk.tools.store.reading() as session:
        fresh = {
            row["part"] for row in await references.list_parts(session, desk.partition) if row["run_id"] == desk.run_id
        }
    stale = [part for part in ReferencePart if part.value not in fresh]
    await read_parts(desk, stale)
    if RIGHTS_PART in fresh:
        return bool(stale)
    answer = await desk.read(XeroRequest("GET", "Organisation/Actions"))
    # A plan or an app without this list is no reason to stop: what may not be done is told by the refusals.
    body = answer.body if answer.status == 200 else {"Actions": []}
    async with desk.writing() as session:
        await references.save_part(
            session, desk.partition, RIGHTS_PART, payload=body, digest=content_digest(body), run_id=desk.run_id
        )
    return True
