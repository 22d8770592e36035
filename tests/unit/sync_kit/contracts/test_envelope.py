"""The envelope: CloudEvents in binary mode, as others read it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from tests.unit.sync_kit.contracts.samples import AT, RECORD, SAMPLES

from sync_kit.contracts import codec
from sync_kit.contracts.envelope import Envelope, count_bytes, seal, unseal
from sync_kit.contracts.events import Event, RecordsExtracted, RunCancelled
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import UnreadableEventError

CANCELLED = RunCancelled(tenant_id="t1", run_id="r1", run_seq=1)
EXTRACTED = RecordsExtracted(tenant_id="t1", run_id="r1", module=Module.INVOICES, page=2, records=(RECORD, RECORD))


def seal_it(event: Event) -> tuple[Envelope, bytes]:
    return seal(event, event_id="e-1", source="zoho-reader", at=AT)


def to_kafka(envelope: Envelope, value: bytes) -> KafkaMessage:
    return KafkaMessage({name: text.encode() for name, text in envelope.to_headers().items()}, None, value)


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_the_official_reader_of_cloudevents_understands_every_event(event: Event) -> None:
    envelope, value = seal_it(event)
    read = from_binary(to_kafka(envelope, value), JSONFormat())
    assert read.get_specversion() == "1.0"
    assert (read.get_id(), read.get_type(), read.get_source()) == ("e-1", event.type, "zoho-reader")
    assert (read.get_subject(), read.get_time()) == ("t1", AT)
    assert read.get_datacontenttype() == "application/json"
    data = read.get_data()
    assert isinstance(data, dict)
    assert data["tenant_id"] == "t1"


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)
def test_what_the_official_writer_writes_is_the_same_headers(event: Event) -> None:
    envelope, value = seal_it(event)
    written = to_binary(from_binary(to_kafka(envelope, value), JSONFormat()), JSONFormat())
    headers = {name: text.decode() for name, text in written.headers.items()}
    assert headers == envelope.to_headers()
    assert Envelope.from_headers(headers) == envelope


def test_extension_names_are_lower_case_letters_and_digits() -> None:
    """CloudEvents 1.0, naming conventions: no dash, no underscore, no capital."""
    names = [name.removeprefix("ce_") for name in seal_it(EXTRACTED)[0].to_headers() if name != "content-type"]
    assert {"run", "module", "page", "count"} <= set(names)
    assert all(name.isalnum() and name.islower() for name in names)


def test_a_page_that_cannot_be_read_is_known_by_its_headers() -> None:
    headers = seal_it(EXTRACTED)[0].to_headers()
    again = Envelope.from_headers(headers)
    assert (again.run_id, again.module, again.page, again.count) == ("r1", "invoices", 2, 2)


def test_what_an_event_does_not_have_is_no_header() -> None:
    headers = seal_it(SAMPLES[0])[0].to_headers()
    assert not {"ce_run", "ce_module", "ce_page", "ce_count"} & set(headers)


def test_no_header_carries_a_field_of_a_record() -> None:
    text = " ".join(seal_it(EXTRACTED)[0].to_headers().values())
    assert "Caf" not in text
    assert RECORD.record_id not in text


def test_times_of_other_zones_are_the_same_moment() -> None:
    elsewhere = datetime(2026, 1, 5, 11, tzinfo=timezone(timedelta(hours=2)))
    envelope, _ = seal(CANCELLED, event_id="e", source="s", at=elsewhere)
    assert Envelope.from_headers(envelope.to_headers()).at == datetime(2026, 1, 5, 9, tzinfo=UTC)


def test_unknown_headers_of_a_newer_writer_are_passed_over() -> None:
    envelope, _ = seal_it(CANCELLED)
    assert Envelope.from_headers({**envelope.to_headers(), "ce_color": "blue", "traceparent": "00-1"}) == envelope


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_subject"])
def test_an_envelope_without_a_required_attribute_is_unreadable(missing: str) -> None:
    headers = seal_it(CANCELLED)[0].to_headers()
    del headers[missing]
    with pytest.raises(UnreadableEventError, match=missing):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_time", "yesterday"),
        ("ce_time", ""),
        ("ce_time", "2026-01-05T09:00:00"),
        ("ce_page", "two"),
        ("ce_count", "1.5"),
        ("ce_id", ""),
        ("ce_subject", ""),
    ],
)
def test_a_damaged_attribute_makes_the_envelope_unreadable(name: str, value: str) -> None:
    headers = {**seal_it(EXTRACTED)[0].to_headers(), name: value}
    with pytest.raises(UnreadableEventError, match="damaged envelope"):
        Envelope.from_headers(headers)


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"null", b"[]", b'"text"', b"NaN", b"\xff", b"[" * 200_000, b'{"tenant_id":1e99999999999999999999}'],
    ids=lambda value: value[:12].decode(errors="replace"),
)
def test_a_value_that_is_no_event_is_unreadable(value: bytes) -> None:
    with pytest.raises(UnreadableEventError):
        unseal(seal_it(CANCELLED)[0], value)


def test_an_unknown_type_is_unreadable() -> None:
    envelope = Envelope(id="e", type="sync.run-paused.v1", source="s", at=AT, tenant_id="t1")
    with pytest.raises(UnreadableEventError, match=r"unknown event type sync\.run-paused\.v1"):
        unseal(envelope, b"{}")


def test_an_event_of_another_tenant_than_its_envelope_is_unreadable() -> None:
    _, value = seal_it(CANCELLED)
    envelope, _ = seal_it(RunCancelled(tenant_id="t2", run_id="r1", run_seq=1))
    with pytest.raises(UnreadableEventError, match="different tenants"):
        unseal(envelope, value)


def test_why_an_event_is_unreadable_names_places_and_never_values() -> None:
    content = {"tenant_id": "t1", "run_id": ["Ada Lovelace"], "run_seq": "Ada Lovelace"}
    with pytest.raises(UnreadableEventError, match=r"does not fit at run_id, run_seq") as caught:
        unseal(seal_it(CANCELLED)[0], codec.dumps(content))
    assert "Ada" not in str(caught.value)


def test_records_are_written_as_any_event_is() -> None:
    assert seal_it(EXTRACTED)[1] == codec.dumps(EXTRACTED.model_dump())


def test_a_record_takes_as_many_bytes_of_an_event_as_are_counted() -> None:
    (record, *_) = EXTRACTED.records
    alone = seal_it(EXTRACTED.model_copy(update={"records": (record,)}))[1]
    without = seal_it(EXTRACTED.model_copy(update={"records": ()}))[1]
    assert len(alone) - len(without) == count_bytes(record)
