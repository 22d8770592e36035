"""In which order a run judges and sends where everything goes: parents, then documents, each judged once."""

from collections import Counter

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module, Sending
from xero_writer.domain.judge import judge
from xero_writer.domain.rows import JudgeContext, JudgeInput
from xero_writer.domain.verdicts import Needs, Verdict, WaitsFor
from xero_writer.usecases import judge_records, work_run
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.flights import Flights
from xero_writer.usecases.work_run import Progress

take_step = work_run._take_step


class Watch:
    """Notes each verdict on a document, and whether requests were under way, or not landed, when it was found."""

    def __init__(self) -> None:
        self.verdicts: Counter[str] = Counter()
        self.meanwhile = 0
        self.flights: Flights | None = None

    def judge(self, given: JudgeInput, context: JudgeContext) -> Verdict:
        verdict = judge(given, context)
        if given.record.module in DOCUMENT_MODULES and not isinstance(verdict, Needs):
            self.verdicts[type(verdict).__name__] += 1
            self.meanwhile += bool(self.flights)
        return verdict

    async def take_step(self, desk: Desk, flights: Flights, progress: Progress) -> bool:
        self.flights = flights
        return await take_step(desk, flights, progress)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(judge_records, "judge", watch.judge)
    monkeypatch.setattr(work_run, "_take_step", watch.take_step)
    return watch


async def test_where_everything_goes_a_document_is_judged_once_when_its_parents_have_gone(
    world: World, watch: Watch
) -> None:
    counts = await world.sync(world.sale(60), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 60
    assert watch.verdicts == {"Ready": 60}


async def test_the_next_documents_are_judged_while_others_are_on_their_way(world: World, watch: Watch) -> None:
    counts = await world.sync(world.sale(150), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 150
    assert watch.verdicts == {"Ready": 150}
    assert watch.meanwhile == 50
    writes = [call for call in world.list_calls(method="PUT") if "Invoices" in call.path]
    assert len(writes) == 3
    await world.check_equation()


async def test_a_document_tells_first_which_parents_must_go_where_only_used_ones_do(world: World, watch: Watch) -> None:
    counts = await world.sync(world.sale(3))
    assert counts[Module.INVOICES, "created"] == 3
    assert watch.verdicts[WaitsFor.__name__] == 3


async def test_what_fails_on_its_way_does_not_stop_the_judging_beside_it(world: World) -> None:
    world.fault("status", method="PUT", path="Invoices", times=1, status=429)
    counts = await world.sync(world.sale(120), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 120
    await world.check_equation()
