"""One event of every type, with every optional field filled."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from sync_kit.contracts import events
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.parts import CrmField, CrmTax, FieldChange
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import (
    MODULE_ORDER,
    ConnectionState,
    Module,
    Outcome,
    Sending,
    Stage,
    Vendor,
    WantedCause,
)

AT: Final = datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=UTC)
REASON: Final = Reason(
    code="total_differs", facts={"xero": Decimal("10.10"), "record": "INV-1"}, vendor_words="The total differs"
)
RECORD: Final = events.ExtractedRecord(
    record_id="4876876000000333002",
    extraction_seq=7,
    modified_at=AT,
    fields={"Grand_Total": Decimal("120.00"), "Subject": "Caf\u00e9", "Lines": [{"id": "1", "Net": Decimal("0.10")}]},
)
_RUN: Final[Mapping[str, str]] = {"tenant_id": "t1", "run_id": "r1"}

SAMPLES: Final[tuple[events.Event, ...]] = (
    events.TenantChanged(
        tenant_id="t1",
        partner_id="p1",
        version=3,
        connections=(
            events.ConnectionFacts(
                vendor=Vendor.ZOHO,
                connection_id="c1",
                state=ConnectionState.CONNECTED,
                generation=2,
                external_id="20067",
                web_url="https://crm.zoho.eu/crm/org20067",
            ),
        ),
    ),
    events.MappingChanged(tenant_id="t1", version=2, fields={Module.INVOICES: ("Number_In_Books",)}),
    events.RunRequested(
        **_RUN,
        run_seq=4,
        modules=MODULE_ORDER,
        since=AT,
        settings=events.RunSettings(books_start_date=date(2026, 1, 1), sending=Sending.ALL),
        retry_of="r0",
        retry_code="status_unmapped",
        requested_at=AT,
    ),
    events.RunCancelled(**_RUN, run_seq=4),
    events.RunEnded(**_RUN, run_seq=4),
    events.StateRequested(**_RUN, run_seq=4),
    events.RecordsExtracted(**_RUN, module=Module.INVOICES, page=2, records=(RECORD,)),
    events.ModuleExtracted(**_RUN, module=Module.INVOICES, emitted=9, watermark=AT, failure=REASON),
    events.RecordsNotFound(**_RUN, module=Module.PRODUCTS, extraction_seq=8, record_ids=("12", "13")),
    events.RecordsWanted(**_RUN, module=Module.ACCOUNTS, cause=WantedCause.PAGE_UNREADABLE, record_ids=("12",), page=3),
    events.RecordsSettled(
        **_RUN,
        outcomes=(
            events.RecordOutcome(
                module=Module.INVOICES,
                record_id="12",
                outcome=Outcome.BLOCKED,
                settled_seq=5,
                reasons=(REASON,),
                label=events.RecordLabel(
                    number="INV-1", name="Caf\u00e9", dated=date(2026, 1, 4), total=Decimal("120.00"), currency="EUR"
                ),
                xero_id="b1b2",
                document="sales_invoice",
                status="DRAFT",
                changes=(FieldChange(field="DueDate", before="2026-01-31", after="2026-02-28"),),
                settled_at=AT,
            ),
        ),
    ),
    events.ExtractionAnnounced(**_RUN, module=Module.CONTACTS, emitted=9, closed=True, failure=REASON),
    events.ModuleAccounted(**_RUN, module=Module.CONTACTS, progress_seq=3, emitted=9, carried=1, settled_sum=55),
    events.StageReported(
        **_RUN,
        stage=Stage.WRITER,
        progress_seq=6,
        state="waiting",
        calls=12,
        least_calls=10,
        waiting_until=AT,
        waiting_for=REASON,
        failure=REASON,
    ),
    events.FindingsReported(
        **_RUN,
        stage=Stage.WRITER,
        progress_seq=2,
        findings=(Finding(code="demo_company", facts={"organisation": "Demo Company (UK)"}),),
        facts={"xero_currency": "GBP", "xero_demo_company": True, "xero_calls_left": 4990, "xero_country": None},
    ),
    events.CrmDescribed(
        tenant_id="t1",
        version=3,
        described_at=AT,
        fields={
            Module.INVOICES: (
                CrmField(api_name="Status", label="Status", data_type="picklist", custom=False, values=("Created",)),
            )
        },
        line_fields={Module.INVOICES: (CrmField(api_name="Quantity", label="Quantity", data_type="double"),)},
        taxes=(CrmTax(name="VAT 20%", percent=Decimal("20")),),
    ),
)
