"""Events are taken in once, in any order and number, through crashes; none holds up the others."""

import asyncio
import random
import re
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from tests.fixtures.kit_post import Post, drain, make_run, make_tenant

from sync_kit import points
from sync_kit.bus import Message
from sync_kit.consumer import Consumer, Handler
from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import Event, ModuleExtracted, RunCancelled, TenantChanged
from sync_kit.contracts.vocabulary import Module
from sync_kit.leases import claim_next, mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant, take_in_tenant

DAY = 24 * 3600


class CrashError(BaseException):
    """A killed process runs no handler."""


async def test_events_go_to_the_handler_of_their_type(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "a"), make_run("t1", "b"))
    consumer = post.open_consumer()
    await drain(consumer)
    assert await post.read_runs() == {"t1 a": 1, "t1 b": 1}
    assert consumer.counts["taken_in"] == 3
    assert await drain(post.open_consumer()) == 0


async def test_an_event_without_a_handler_is_passed_over(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "a"))
    consumer = Consumer(post.house.store, post.house.tables, post.bus.subscribe("other", ["sync.runs.v1"]), {})
    await drain(consumer)
    assert consumer.counts == {"ignored": 1, "seen_before": 0}


async def test_an_event_that_comes_twice_is_taken_in_once(post: Post) -> None:
    message = post.make_message(make_run("t1", "a"))
    await post.send(make_tenant("t1"))
    await post.bus.publish([message, message])
    consumer = post.open_consumer()
    await drain(consumer)
    await post.bus.publish([message])
    await drain(consumer)
    assert post.handled == ["a"]
    assert consumer.counts["seen_before"] == 2


async def test_a_story_shuffled_and_doubled_ends_the_same(post: Post) -> None:
    story = [post.make_message(make_tenant(f"t{n}", version)) for n in range(3) for version in (1, 2)]
    story += [post.make_message(make_run(f"t{n}", run, seq)) for n in range(3) for run in "ab" for seq in (1, 2, 3)]
    story += [post.make_message(make_tenant("t2", 3, deleted=True))]
    expected = {"t0 a": 3, "t0 b": 3, "t1 a": 3, "t1 b": 3}
    for seed in range(12):
        dice = random.Random(seed)
        # Another telling of the same story: new tenants, new event ids.
        telling = [rename(message, seed) for message in story] * 2
        dice.shuffle(telling)
        for start in range(0, len(telling), 5):
            await post.bus.publish(telling[start : start + 5])
            if dice.random() < 0.5:
                await drain(post.open_consumer())
        await drain(post.open_consumer())
        runs = await post.read_runs()
        mine = {key: version for key, version in runs.items() if key.startswith(f"{seed}-") and "t2" not in key}
        assert mine == {f"{seed}-{key}": version for key, version in expected.items()}
        assert await post.read_column("parked_events", "tenant_id") == []


def rename(message: Message, telling: int) -> Message:
    key = f"{telling}-{message.key}"
    headers = {**message.headers, "ce_id": f"{telling}-{message.headers['ce_id']}", "ce_subject": key}
    old, new = f'"tenant_id":"{message.key}"', f'"tenant_id":"{key}"'
    return Message(message.topic, key, headers, message.value.replace(old.encode(), new.encode()))


async def test_a_crash_between_the_transaction_and_the_offsets_takes_nothing_in_twice(post: Post) -> None:
    def crash(point: str) -> None:
        if point == "consumer.committed":
            raise CrashError

    await post.send(make_tenant("t1"), make_run("t1", "a"))
    with points.hooked(crash), pytest.raises(CrashError):
        await post.open_consumer().step()
    assert await post.read_runs() == {"t1 a": 1}
    consumer = post.open_consumer()
    await drain(consumer)
    assert post.handled == ["a"]
    assert consumer.counts == {"seen_before": 2}


async def test_a_crash_inside_the_transaction_loses_nothing(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "a"))

    async def crash(session: Session, event: RunCancelled, envelope: Envelope) -> None:
        raise CrashError

    subscription = post.bus.subscribe("service", ["tenants.v1", "sync.runs.v1"])
    crashing = Consumer(post.house.store, post.house.tables, subscription, {RunCancelled: crash})
    with pytest.raises(CrashError):
        await crashing.step()
    assert await post.read_column("inbox", "event_id") == []
    await drain(post.open_consumer())
    assert await post.read_runs() == {"t1 a": 1}


async def test_a_consumer_cancelled_in_the_middle_polls_the_same_events_again(post: Post) -> None:
    entered = asyncio.Event()

    async def hang(session: Session, event: RunCancelled, envelope: Envelope) -> None:
        entered.set()
        await asyncio.Event().wait()

    handlers: dict[type[Event], Handler] = {RunCancelled: hang}
    subscription = post.bus.subscribe("service", ["tenants.v1", "sync.runs.v1"])
    consumer = Consumer(post.house.store, post.house.tables, subscription, handlers)
    await post.send(make_tenant("t1"), make_run("t1", "a"))
    task = asyncio.create_task(consumer.step())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    handlers[RunCancelled] = post.take_run_in
    await drain(consumer)
    assert await post.read_runs() == {"t1 a": 1}


async def test_trouble_of_the_store_tries_the_whole_batch_again_and_blames_no_event(post: Post) -> None:
    troubles = 7

    async def handle(session: Session, event: RunCancelled, envelope: Envelope) -> None:
        nonlocal troubles
        if troubles:
            troubles -= 1
            raise OperationalError("INSERT", {}, Exception("disk I/O error"))
        await post.take_run_in(session, event, envelope)

    subscription = post.bus.subscribe("service", ["tenants.v1", "sync.runs.v1"])
    consumer = Consumer(post.house.store, post.house.tables, subscription, {RunCancelled: handle})
    await post.send(make_tenant("t1"), make_run("t1", "a"))
    for _ in range(7):
        with pytest.raises(OperationalError):
            await consumer.step()
    await drain(consumer)
    assert await post.read_runs() == {"t1 a": 1}
    assert await post.read_column("dead_letters", "reason") == []


async def test_a_poison_event_is_tried_five_times_then_set_aside_and_holds_up_nobody(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "before"), make_run("t1", "poison"), make_run("t1", "after"))
    post.refusing.add("poison")
    consumer = post.open_consumer()
    for _ in range(4):
        await consumer.step()
        assert await post.read_runs() == {"t1 before": 1, "t1 after": 1}
        assert await post.read_column("dead_letters", "reason") == []
    await drain(consumer)
    assert consumer.counts["try_again"] == 4
    assert await post.read_column("dead_letters", "reason") == ["handler_failed"]
    assert post.asked_again == ["event-3"]
    assert await drain(post.open_consumer()) == 0
    assert await post.read_runs() == {"t1 before": 1, "t1 after": 1}


async def test_a_dead_letter_says_where_it_failed_and_quotes_nobody(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "poison"))
    post.refusing.add("poison")
    await drain(post.open_consumer())
    (detail,) = await post.read_column("dead_letters", "detail")
    assert '"type":"KeyError"' in str(detail)
    assert re.search(r"kit_post.py:\d+ take_run_in", str(detail))
    assert "jane" not in str(detail).lower()


async def test_an_event_that_fails_for_a_while_is_taken_in_when_it_no_longer_does(post: Post) -> None:
    await post.send(make_tenant("t1"), make_run("t1", "a"), make_run("t1", "b"))
    post.refusing.add("a")
    consumer = post.open_consumer()
    for _ in range(4):
        assert await consumer.step() > 0
    post.refusing.clear()
    await drain(consumer)
    assert await post.read_runs() == {"t1 a": 1, "t1 b": 1}
    assert await post.read_column("dead_letters", "reason") == []


@pytest.mark.parametrize(
    ("damage", "detail"),
    [
        ({"value": b"{"}, "not JSON"),
        ({"value": b'{"tenant_id": "t1", "run_id": NaN, "run_seq": 1}'}, "not JSON"),
        ({"value": b'{"tenant_id": "t1", "run_id": "a"}'}, "run_seq"),
        ({"value": b'{"tenant_id": "t2", "run_id": "a", "run_seq": 1}'}, "different tenants"),
        ({"value": b"[" * 200_000}, "not JSON"),
        ({"value": b"\xff\xfe"}, "not JSON"),
        ({"ce_type": "sync.run-cancelled.v99"}, "unknown event type"),
        ({"ce_time": "yesterday"}, "damaged envelope"),
        ({"ce_id": None}, "damaged envelope"),
    ],
)
async def test_what_cannot_be_read_is_set_aside_with_its_reason_and_asked_for_again(
    post: Post, damage: dict[str, bytes | str | None], detail: str
) -> None:
    good = post.make_message(make_run("t1", "a"))
    value = damage.get("value")
    headers = {name: text for name, text in {**good.headers, **damage}.items() if isinstance(text, str)}
    bad = Message(good.topic, good.key, headers, value if isinstance(value, bytes) else good.value)
    await post.send(make_tenant("t1"))
    await post.bus.publish([bad, bad])
    await post.send(make_run("t1", "b"))
    consumer = post.open_consumer()
    await drain(consumer)
    assert await post.read_runs() == {"t1 b": 1}
    assert await post.read_column("dead_letters", "reason") == ["unreadable"]
    assert detail in str((await post.read_column("dead_letters", "detail"))[0])
    assert post.asked_again == [bad.headers.get("ce_id", "?")]
    assert consumer.counts["unreadable"] == 1


async def test_a_failing_on_unreadable_does_not_stop_the_consumer(post: Post) -> None:
    async def fail(session: Session, headers: object) -> None:
        raise KeyError("module")

    subscription = post.bus.subscribe("service", ["tenants.v1", "sync.runs.v1"])
    consumer = Consumer(post.house.store, post.house.tables, subscription, {}, on_unreadable=fail)
    await post.bus.publish([replace(post.make_message(make_run("t1", "a")), value=b"{")])
    await post.send(make_tenant("t1"))
    await drain(consumer)
    assert await post.read_column("dead_letters", "reason") == ["unreadable"]
    assert await post.read_column("tenants", "tenant_id") == ["t1"]


async def test_events_of_an_unknown_tenant_wait_until_it_is_known(post: Post) -> None:
    await post.send(*[make_run("t1", f"run {number:03}") for number in range(250)], make_run("t9", "other"))
    consumer = post.open_consumer()
    await drain(consumer)
    assert await post.read_runs() == {}
    assert len(await post.read_column("parked_events", "event_id")) == 251
    await post.send(make_tenant("t1"))
    await drain(consumer)
    assert len(await post.read_runs()) == 250
    assert await post.read_column("parked_events", "tenant_id") == ["t9"]
    assert consumer.counts["taken_in"] == 251


async def test_events_let_through_too_early_are_parked_again_and_the_consumer_comes_to_rest(post: Post) -> None:
    await post.send(*[make_run("t1", f"run {number:03}") for number in range(130)])
    consumer = post.open_consumer()
    await drain(consumer)
    await post.send(ModuleExtracted(tenant_id="t1", run_id="run", module=Module.INVOICES, emitted=1))
    await drain(consumer)
    assert consumer.counts["parked"] == 260
    assert await post.read_column("parked_events", "released") == [False] * 130
    assert await drain(post.open_consumer()) == 0
    await post.send(make_tenant("t1"))
    await drain(post.open_consumer())
    assert len(await post.read_runs()) == 130


async def test_released_events_are_taken_in_although_the_process_died_in_between(post: Post) -> None:
    await post.send(make_run("t1", "a"))
    await drain(post.open_consumer())
    await post.send(make_tenant("t1"))
    await post.open_consumer().step()
    assert await post.read_runs() == {}
    await drain(post.open_consumer())
    assert await post.read_runs() == {"t1 a": 1}


async def test_a_parked_event_that_fails_is_tried_five_times_then_set_aside(post: Post) -> None:
    await post.send(make_run("t1", "poison"), make_run("t1", "good"))
    post.refusing.add("poison")
    consumer = post.open_consumer()
    await drain(consumer)
    await post.send(make_tenant("t1"))
    await drain(consumer)
    assert await post.read_runs() == {"t1 good": 1}
    assert await post.read_column("dead_letters", "reason") == ["handler_failed"]
    assert await post.read_column("parked_events", "event_id") == []


async def test_events_of_a_deleted_tenant_are_refused_parked_ones_too(post: Post) -> None:
    await post.send(make_run("t1", "early"))
    consumer = post.open_consumer()
    await drain(consumer)
    await post.send(make_tenant("t1", deleted=True), make_run("t1", "same batch"))
    await drain(consumer)
    await post.send(make_run("t1", "late"), make_tenant("t1", 9))
    await drain(consumer)
    assert await post.read_runs() == {}
    assert await post.read_column("parked_events", "event_id") == []
    assert consumer.counts["refused"] == 4
    assert len(await post.read_column("inbox", "event_id")) == 5


async def test_a_services_own_handler_of_tenants_replaces_the_kits(post: Post) -> None:
    house = post.house

    async def handle(session: Session, event: TenantChanged, envelope: Envelope) -> None:
        await take_in_tenant(session, house.tables, event)
        await mark_due(session, house.tables, event.tenant_id)

    subscription = post.bus.subscribe("service", ["tenants.v1"])
    consumer = Consumer(house.store, house.tables, subscription, {TenantChanged: handle})
    await post.send(make_tenant("t1"))
    await drain(consumer)
    async with house.store.reading() as session:
        assert await find_tenant(session, house.tables, "t1") is not None
    assert await claim_next(house.store, house.tables, "worker", 60) is not None


async def test_a_large_intake_is_cut_into_batches(post: Post) -> None:
    await post.send(make_tenant("t1"), *[make_run("t1", f"{number}") for number in range(249)])
    assert await drain(post.open_consumer()) == 3
    assert len(await post.read_runs()) == 249


async def test_wake_tells_that_events_may_be_there(post: Post) -> None:
    consumer = post.open_consumer()
    await drain(consumer)
    assert consumer.wake is not None
    assert not consumer.wake.is_set()
    await post.send(make_tenant("t1"))
    assert consumer.wake.is_set()


async def test_the_purge_keeps_ids_for_five_days_and_payloads_for_thirty(post: Post) -> None:
    await post.send(make_run("t9", "parked"))
    await post.bus.publish([replace(post.make_message(make_run("t1", "a")), value=b"{")])
    consumer = post.open_consumer()
    await drain(consumer)
    post.house.clock.advance(5 * DAY)
    assert await consumer.purge() == 0
    post.house.clock.advance(1)
    assert await consumer.purge() == 2
    post.house.clock.advance(25 * DAY)
    assert await consumer.purge() == 2
    for table in ("inbox", "parked_events", "dead_letters"):
        assert await post.read_column(table, "event_id") == []
