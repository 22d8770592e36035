"""Empty vendors to fill, and one company in them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.generator.business import generate_business
from vendor_sandbox.xero.control_edits import list_as_person
from vendor_sandbox.xero.new_organisation import make_organisation
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.writing import WriteContext
from vendor_sandbox.zoho.record_checks import Writing, start_writing
from vendor_sandbox.zoho.rendering import render_whole
from vendor_sandbox.zoho.routes import zoho_handlers

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@dataclass
class Business:
    """A filled pair of vendors and the answer about it."""

    writing: Writing
    organisation: Organisation
    truth: dict[str, Any]

    def list_crm(self, module: str) -> list[dict[str, Any]]:
        return read_module(self.writing, module)

    def get_crm(self, module: str, record_id: str) -> dict[str, Any]:
        return next(record for record in self.list_crm(module) if record["id"] == record_id)

    def list_xero(self, kind: str) -> list[dict[str, Any]]:
        return list_as_person(WriteContext(self.writing.core, self.organisation, NOW, unit_places=4), kind)

    def get_planted(self, kind: str) -> dict[str, Any]:
        (planted,) = (one for one in self.truth["planted"] if one["kind"] == kind)
        found: dict[str, Any] = planted
        return found


def read_module(writing: Writing, module: str) -> list[dict[str, Any]]:
    """All records of a module as a person sees them."""
    table = writing.org.tables[module]
    return [render_whole(writing.org, table, record) for record in table.records.values()]


def make_writing(at: datetime = NOW, *, multi_currency: bool = False) -> Writing:
    """An empty org and a person who writes in it."""
    core = SandboxCore(VirtualClock(at), Switches(), Mint("test"))
    org = zoho_handlers(core).state.add_org(company_name="Acme Ltd", dc="eu", multi_currency=multi_currency)
    return start_writing(core, org, core.clock.now(), 0, by_person=True)


def make_business(at: datetime = NOW, seed: str = "1") -> Business:
    """A company on both sides."""
    writing = make_writing(at, multi_currency=True)
    organisation = make_organisation(writing.core.mint, at, {"name": "Harbour Lane"})
    return Business(writing, organisation, generate_business(writing, organisation, seed=seed))


@pytest.fixture
def writing() -> Writing:
    return make_writing()


@pytest.fixture(scope="module")
def business() -> Business:
    return make_business()
