"""What a committed intent is in memory: the exact bytes on their way, and the records that they are about."""

from dataclasses import dataclass

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.batches import WRITE_QUERY
from xero_writer.domain.lanes import LANES, Lane, lane_of
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import Ready
from xero_writer.usecases.ready_records import ready_from_json


@dataclass(frozen=True)
class SentRecord:
    """One record of an intent, in the version that was sent."""

    position: int
    module: Module
    record_id: str
    revision: int
    extraction_seq: int
    xero_id: str | None
    business_key: str
    verdict: Ready

    @property
    def lane(self) -> Lane:
        """Where it went."""
        return lane_of(self.module, self.verdict.facts.kind)

    @property
    def side(self) -> Side:
        """Whether money goes out by it."""
        return LANES[self.lane].side

    @property
    def text(self) -> str:
        """The record as people know it."""
        return describe_record(self.module, self.verdict.label, self.record_id)


def read_sent_record(row: RowMapping) -> SentRecord:
    """From the store's row of an open intent; the element stands in the intent's bytes."""
    return SentRecord(
        position=row["position"],
        module=Module(row["module"]),
        record_id=row["record_id"],
        revision=row["revision"],
        extraction_seq=row["extraction_seq"],
        xero_id=row["xero_id"],
        business_key=row["business_key"],
        verdict=ready_from_json(row["verdict"]),
    )


@dataclass(frozen=True)
class Sending:
    """A committed intent on its way. Its records share one lane."""

    intent_id: str
    method: str
    path: str
    body: bytes
    key: str
    run_id: str | None
    attempts: int
    records: tuple[SentRecord, ...]

    @property
    def lane(self) -> Lane:
        """Where it goes."""
        return self.records[0].lane

    def to_request(self) -> XeroRequest:
        """The call; the same bytes and key each time."""
        return XeroRequest(self.method, self.path, WRITE_QUERY, body=self.body, idempotency_key=self.key)
