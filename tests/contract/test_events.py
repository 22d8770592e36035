"""The events as a public contract: their page is true, and no change breaks who already speaks them."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from docs.make_events import COMMAND as PAGE_COMMAND
from docs.make_events import PAGE, write_page
from tests.contract.event_schemas import (
    COMMAND,
    SNAPSHOT,
    build_schemas,
    find_breaking_changes,
    read_snapshot,
)

from sync_kit.contracts.events import EVENT_TYPES

WANTED = "zoho.records-wanted.v1"
SETTLED = "sync.records-settled.v1"
Edit = Callable[[dict[str, Any]], Any]


def edit(change: Edit) -> dict[str, Any]:
    """Today's schemas with one change."""
    schemas: dict[str, Any] = copy.deepcopy(build_schemas())
    change(schemas)
    return schemas


def test_no_event_changed_in_a_way_that_breaks_who_speaks_it_already() -> None:
    assert find_breaking_changes(read_snapshot(), build_schemas()) == []


def test_the_snapshot_holds_every_event_as_it_is_now() -> None:
    assert read_snapshot() == build_schemas(), f"take the new fields into {SNAPSHOT.name}: {COMMAND}"


def test_the_page_about_events_is_up_to_date() -> None:
    assert PAGE.read_text() == write_page(), f"write docs/events.md anew: {PAGE_COMMAND}"


def test_the_page_names_every_event_field_and_topic() -> None:
    page = write_page()
    for event in EVENT_TYPES.values():
        assert f"`{event.type}`" in page
        assert f"## {event.topic.name}\n" in page
        section = page.split(f"### {event.__name__}\n")[1].split("\n### ")[0].split("\n## ")[0]
        assert all(f"| `{name}` |" in section for name in event.model_fields)


def test_what_is_written_below_a_field_is_on_the_page() -> None:
    assert "zoho_org_id or xero_tenant_id; None until a person has connected." in write_page()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda now: now.pop(WANTED), f"{WANTED}: the type is gone"),
        (lambda now: now[WANTED]["properties"].pop("page"), f"{WANTED}.page: the field is gone"),
        (
            lambda now: now[WANTED]["properties"].update(page_number=now[WANTED]["properties"].pop("page")),
            f"{WANTED}.page: the field is gone",
        ),
        (
            lambda now: now[WANTED]["properties"]["run_id"].update(type="integer"),
            f"{WANTED}.run_id: the type changed from string to integer",
        ),
        (
            lambda now: now[WANTED]["properties"].update(page={"type": "integer"}),
            f"{WANTED}.page: the type changed",
        ),
        (
            lambda now: now[WANTED]["properties"]["page"]["anyOf"][0].update(type="string"),
            f"{WANTED}.page: the type changed from integer to string",
        ),
        (lambda now: now[WANTED]["required"].append("page"), f"{WANTED}.page: the field is now required"),
        (
            lambda now: (
                now[WANTED]["properties"].update(extra={"type": "string"}),
                now[WANTED]["required"].append("extra"),
            ),
            f"{WANTED}.extra: the field is now required",
        ),
        (lambda now: now[WANTED]["required"].remove("run_id"), f"{WANTED}.run_id: the field may now be absent"),
        (
            lambda now: now[WANTED]["properties"]["module"]["enum"].remove("contacts"),
            f"{WANTED}.module: contacts is no longer allowed",
        ),
        (
            lambda now: now[WANTED]["properties"]["module"].pop("enum"),
            f"{WANTED}.module: the type changed from string to string",
        ),
        (
            lambda now: now[WANTED]["properties"]["record_ids"]["items"].update(type="integer"),
            f"{WANTED}.record_ids[]: the type changed from string to integer",
        ),
        (
            lambda now: now[SETTLED]["properties"]["outcomes"]["items"]["properties"].pop("label"),
            f"{SETTLED}.outcomes[].label: the field is gone",
        ),
        (
            lambda now: now[SETTLED]["properties"]["outcomes"]["items"]["properties"]["settled_at"].update(
                format="date"
            ),
            f"{SETTLED}.outcomes[].settled_at: the type changed from date-time to date",
        ),
    ],
)
def test_a_change_that_breaks_somebody_is_named(change: Edit, fault: str) -> None:
    assert fault in find_breaking_changes(build_schemas(), edit(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda now: now.update({"sync.run-paused.v1": {"type": "object"}}),
        lambda now: now[WANTED]["properties"].update(note={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        lambda now: now[SETTLED]["properties"]["outcomes"]["items"]["properties"].update(note={"type": "string"}),
        lambda now: now[WANTED]["properties"]["module"]["enum"].append("quotes"),
    ],
    ids=["a new type", "a new optional field", "a new optional field of a part", "a new word in a closed set"],
)
def test_a_change_that_everybody_can_live_with_is_accepted(change: Edit) -> None:
    assert find_breaking_changes(build_schemas(), edit(change)) == []


def test_words_about_a_field_are_no_part_of_the_contract() -> None:
    text = str(build_schemas())
    assert "'description'" not in text
    assert "'title'" not in text
    assert "$ref" not in text
