"""Who may hold which organisation."""

from datetime import UTC, datetime

import pytest

from auth.domain.connection import Connection, check_same_organisation
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import ConflictError

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make_connection(external_id: str | None, state: ConnectionState = ConnectionState.CONNECTED) -> Connection:
    """A connection with names in it."""
    return Connection(
        connection_id="con_1",
        tenant_id="ten_1",
        vendor=Vendor.XERO,
        state=state,
        generation=3,
        created_at=NOW,
        updated_at=NOW,
        external_id=external_id,
        external_name="Northwind Books",
        grant_id="grt_1",
    )


def test_the_first_organisation_is_free_to_choose() -> None:
    check_same_organisation(make_connection(None), "x-1")


@pytest.mark.parametrize("state", list(ConnectionState))
def test_a_tenant_stays_with_its_organisation_whatever_happened(state: ConnectionState) -> None:
    check_same_organisation(make_connection("x-1", state), "x-1")
    with pytest.raises(ConflictError) as refusal:
        check_same_organisation(make_connection("x-1", state), "x-2")
    assert refusal.value.code == "different_organisation"


def test_others_hear_no_names_and_no_grants() -> None:
    told = make_connection("x-1").to_facts().model_dump_json()
    assert "Northwind" not in told
    assert "grt_1" not in told
