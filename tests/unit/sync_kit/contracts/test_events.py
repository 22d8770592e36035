"""Every event: frozen, exact, and lenient towards newer writers only."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from tests.unit.sync_kit.contracts.samples import AT, REASON, SAMPLES

from sync_kit.contracts import codec, topics
from sync_kit.contracts.envelope import seal, unseal
from sync_kit.contracts.events import EVENT_TYPES, Event, ExtractedRecord, RecordLabel, RecordsExtracted, RecordsSettled
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import UnreadableEventError

EVERY = pytest.mark.parametrize("event", SAMPLES, ids=lambda event: event.type)


def list_subclasses(model: type[BaseModel]) -> set[type[BaseModel]]:
    return {found for direct in model.__subclasses__() for found in {direct, *list_subclasses(direct)}}


def list_schemas(node: Any) -> Iterator[tuple[str, Any]]:
    """Every property of a JSON schema with its name."""
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
        for value in node.values():
            yield from list_schemas(value)
    elif isinstance(node, list):
        for value in node:
            yield from list_schemas(value)


def pass_over_the_wire(event: Event, **changes: object) -> Event:
    envelope, value = seal(event, event_id="e", source="s", at=AT)
    return unseal(envelope, codec.dumps({**codec.loads(value), **changes}))


def test_every_event_is_in_the_catalogue_once_and_has_a_sample_here() -> None:
    assert set(EVENT_TYPES.values()) == list_subclasses(Event)
    assert len({event.type for event in EVENT_TYPES.values()}) == len(EVENT_TYPES)
    assert {type(event) for event in SAMPLES} == set(EVENT_TYPES.values())


def test_a_sample_fills_every_field() -> None:
    """Else the round trip below would prove less than it says."""
    for event in SAMPLES:
        assert set(type(event).model_fields) - event.model_fields_set <= {"mode", "deleted"}, event.type


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_type_names_its_topics_subject_and_its_version(event_type: str) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*\.v[0-9]+", event_type)
    assert EVENT_TYPES[event_type].topic in topics.ALL


@EVERY
def test_an_event_is_the_same_after_the_wire(event: Event) -> None:
    assert pass_over_the_wire(event) == event


@EVERY
def test_unknown_fields_of_a_newer_writer_are_passed_over(event: Event) -> None:
    assert pass_over_the_wire(event, invented_later={"deep": [1]}) == event


@EVERY
def test_events_and_their_parts_are_frozen(event: Event) -> None:
    for name in type(event).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(event, name, getattr(event, name))


@EVERY
def test_a_required_field_that_is_missing_makes_the_event_unreadable(event: Event) -> None:
    envelope, value = seal(event, event_id="e", source="s", at=AT)
    required = [name for name, field in type(event).model_fields.items() if field.is_required()]
    assert required
    for name in required:
        content = codec.loads(value)
        del content[name]
        with pytest.raises(UnreadableEventError, match=name):
            unseal(envelope, codec.dumps(content))


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_ids_are_text(event_type: str) -> None:
    """CRM ids have 18 digits and more: a number would lose some in other readers."""
    kinds = {"string", "null"}
    for name, schema in list_schemas(EVENT_TYPES[event_type].model_json_schema()):
        if name.endswith("_id"):
            assert {option.get("type") for option in schema.get("anyOf", [schema])} <= kinds, name
        if name.endswith("_ids"):
            assert schema["items"] == {"type": "string"}, name


def test_an_id_sent_as_a_number_is_unreadable_and_not_turned_into_text() -> None:
    with pytest.raises(ValidationError):
        ExtractedRecord.model_validate({"record_id": 4876876000000333002, "extraction_seq": 1, "modified_at": AT})


def test_no_field_is_a_float() -> None:
    def names_float(kind: Any) -> bool:
        return kind is float or any(names_float(inner) for inner in get_args(kind))

    models = {model for model in list_subclasses(BaseModel) if model.__module__.startswith("sync_kit.contracts")}
    assert models > set(EVENT_TYPES.values())
    for model in models:
        assert not [name for name, field in model.model_fields.items() if names_float(field.annotation)], model


@pytest.mark.parametrize("amount", ["0.10", "120.00", "1E-30", "123456789012345678901234567890.123456789", "0.00"])
def test_money_keeps_every_digit(amount: str) -> None:
    record = ExtractedRecord(
        record_id="1", extraction_seq=1, modified_at=AT, fields={"Total": Decimal(amount), "Lines": [Decimal(amount)]}
    )
    page = RecordsExtracted(tenant_id="t1", run_id="r1", module=Module.INVOICES, page=1, records=(record,))
    again = pass_over_the_wire(page)
    assert isinstance(again, RecordsExtracted)
    fields = again.records[0].fields
    assert str(fields["Total"]) == str(fields["Lines"][0]) == str(Decimal(amount))


def test_facts_and_totals_of_an_outcome_are_exact() -> None:
    settled = next(event for event in SAMPLES if isinstance(event, RecordsSettled))
    again = pass_over_the_wire(settled)
    assert isinstance(again, RecordsSettled)
    assert str(again.outcomes[0].reasons[0].facts["xero"]) == str(REASON.facts["xero"]) == "10.10"
    assert str(again.outcomes[0].label.total) == "120.00"


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_money_is_a_number(amount: str) -> None:
    with pytest.raises(ValidationError):
        RecordLabel.model_validate({"total": Decimal(amount)})


def test_times_name_their_zone() -> None:
    with pytest.raises(ValidationError):
        ExtractedRecord(record_id="1", extraction_seq=1, modified_at=datetime(2026, 1, 5))  # noqa: DTZ001 - the point
    adapter: TypeAdapter[ExtractedRecord] = TypeAdapter(ExtractedRecord)
    late = {"record_id": "1", "extraction_seq": 1, "modified_at": "2026-01-05T11:00:00+02:00"}
    assert adapter.validate_python(late).modified_at.isoformat() == "2026-01-05T11:00:00+02:00"
