"""The xero-writer's tables. Only `store` touches them.

What lasts for a tenant's life is in `record_links` and `link_actions`, and holds nothing personal. Payloads are in
`staged_records`, `record_parts` and `intents`. The ledger's own records are known by digested keys only.
"""

from sync_kit.store import KitTables
from xero_writer.store.tables import crm as _crm
from xero_writer.store.tables import decisions as _decisions
from xero_writer.store.tables import records as _records
from xero_writer.store.tables import runs as _runs
from xero_writer.store.tables import sending as _sending
from xero_writer.store.tables import xero as _xero
from xero_writer.store.tables.root import METADATA as METADATA

MODELS = (_crm, _decisions, _records, _runs, _sending, _xero)
"""The modules whose classes make the tables."""
KIT_TABLES = KitTables(METADATA)

record_links = METADATA.tables["record_links"]
staged_records = METADATA.tables["staged_records"]
record_parts = METADATA.tables["record_parts"]
waits = METADATA.tables["waits"]
intents = METADATA.tables["intents"]
intent_records = METADATA.tables["intent_records"]
runs = METADATA.tables["runs"]
run_modules = METADATA.tables["run_modules"]
run_records = METADATA.tables["run_records"]
wanted_records = METADATA.tables["wanted_records"]
decisions = METADATA.tables["decisions"]
mappings = METADATA.tables["mappings"]
crm_metadata = METADATA.tables["crm_metadata"]
digest_keys = METADATA.tables["digest_keys"]
reference_parts = METADATA.tables["reference_parts"]
ledger_contacts = METADATA.tables["ledger_contacts"]
ledger_items = METADATA.tables["ledger_items"]
ledger_documents = METADATA.tables["ledger_documents"]
ledger_reads = METADATA.tables["ledger_reads"]
call_budgets = METADATA.tables["call_budgets"]
tenant_counters = METADATA.tables["tenant_counters"]
link_actions = METADATA.tables["link_actions"]
