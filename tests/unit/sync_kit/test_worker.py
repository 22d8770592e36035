"""One slice per step, the lease always given back, one tenant's trouble never the others'."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.fixtures.kit_house import House

from sync_kit.errors import LeaseLostError, RateLimitedError
from sync_kit.leases import Lease, check_fence, claim_next, mark_due
from sync_kit.worker import SliceResult, Worker

Work = Callable[[Lease], Awaitable[SliceResult]]


async def mark(house: House, *tenant_ids: str) -> None:
    async with house.store.transaction() as session:
        for tenant_id in tenant_ids:
            await mark_due(session, house.tables, tenant_id)


def open_worker(house: House, work: Work, owner: str = "worker") -> Worker:
    return Worker(house.store, house.tables, house.clock, owner, work)


async def read_wait_seconds(house: House, tenant_id: str) -> float:
    """Until the tenant is due again; fails when somebody holds it or it is not due at all."""
    leases = house.tables.leases
    async with house.store.reading() as session:
        row = await session.fetch_one(select(leases).where(leases.c.tenant_id == tenant_id))
    assert row is not None
    assert row["owner"] is None
    wait: timedelta = row["due_at"] - house.clock.now()
    return wait.total_seconds()


async def test_a_slice_is_worked_for_a_due_tenant_and_the_lease_given_back(house: House) -> None:
    seen: list[Lease] = []

    async def work(lease: Lease) -> SliceResult:
        seen.append(lease)
        return SliceResult(did=7, next_due_at=house.clock.now() + timedelta(seconds=60))

    worker = open_worker(house, work)
    assert await worker.step() == 0
    await mark(house, "t1")
    assert await worker.step() == 7
    assert await worker.step() == 0
    assert [lease.tenant_id for lease in seen] == ["t1"]
    assert await read_wait_seconds(house, "t1") == 60
    house.clock.advance(60)
    assert await worker.step() == 7
    assert worker.counts == {"worked": 2}


async def test_a_slice_that_did_nothing_still_counts_as_a_step(house: House) -> None:
    async def work(lease: Lease) -> SliceResult:
        return SliceResult(did=0, next_due_at=None)

    await mark(house, "t1", "t2")
    worker = open_worker(house, work)
    assert [await worker.step() for _ in range(3)] == [1, 1, 0]


async def test_two_workers_never_work_for_one_tenant_at_once(house: House) -> None:
    at_work: set[str] = set()
    worked: list[str] = []

    async def work(lease: Lease) -> SliceResult:
        assert lease.tenant_id not in at_work
        at_work.add(lease.tenant_id)
        async with house.store.transaction() as session:
            await check_fence(session, house.tables, lease)
        worked.append(lease.tenant_id)
        at_work.remove(lease.tenant_id)
        again = worked.count(lease.tenant_id) < 5
        return SliceResult(did=1, next_due_at=house.clock.now() if again else None)

    async def run(worker: Worker) -> None:
        for _ in range(12):
            await worker.step()

    await mark(house, "t1", "t2")
    workers = [open_worker(house, work, f"worker {number}") for number in range(4)]
    await asyncio.gather(*[run(worker) for worker in workers])
    assert sorted(worked) == ["t1"] * 5 + ["t2"] * 5
    assert sum(worker.counts["failed"] for worker in workers) == 0


async def test_a_tenant_marked_during_its_slice_is_worked_again(house: House) -> None:
    async def work(lease: Lease) -> SliceResult:
        if lease.fence == 1:
            await mark(house, lease.tenant_id)
        return SliceResult(did=1, next_due_at=None)

    await mark(house, "t1")
    worker = open_worker(house, work)
    assert [await worker.step() for _ in range(3)] == [1, 1, 0]


async def test_a_failing_tenant_waits_longer_each_time_and_stops_nobody(house: House) -> None:
    failing = True
    worked: list[str] = []

    async def work(lease: Lease) -> SliceResult:
        if lease.tenant_id == "bad" and failing:
            raise KeyError("Jane Doe")
        worked.append(lease.tenant_id)
        return SliceResult(did=1, next_due_at=None)

    worker = open_worker(house, work)
    await mark(house, "bad", "good")
    assert [await worker.step() for _ in range(3)] == [1, 1, 0]
    assert worked == ["good"]
    waits = [await read_wait_seconds(house, "bad")]
    for _ in range(9):
        house.clock.advance(waits[-1])
        await worker.step()
        waits.append(await read_wait_seconds(house, "bad"))
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert worker.counts["failed"] == 10
    failing = False
    house.clock.advance(300)
    await worker.step()
    failing = True
    await mark(house, "bad")
    await worker.step()
    assert await read_wait_seconds(house, "bad") == 2


async def test_a_limit_that_names_its_end_is_waited_out(house: House) -> None:
    async def work(lease: Lease) -> SliceResult:
        raise RateLimitedError("limit", limit="day", retry_at=house.clock.now() + timedelta(hours=1))

    await mark(house, "t1")
    await open_worker(house, work).step()
    assert await read_wait_seconds(house, "t1") == 3600


async def test_a_worker_that_lost_its_lease_stops_quietly_and_leaves_the_new_owner_alone(house: House) -> None:
    taken_over: list[Lease] = []

    async def work(lease: Lease) -> SliceResult:
        house.clock.advance(121)
        other = await claim_next(house.store, house.tables, "other", 120)
        assert other is not None
        taken_over.append(other)
        async with house.store.transaction() as session:
            await check_fence(session, house.tables, lease)
        raise AssertionError("the fence let it through")

    await mark(house, "t1")
    worker = open_worker(house, work)
    assert await worker.step() == 1
    assert worker.counts == {"lease_lost": 1}
    async with house.store.transaction() as session:
        await check_fence(session, house.tables, taken_over[0])


async def test_a_lease_that_is_too_short_for_the_next_call_is_given_back_at_once(house: House) -> None:
    async def work(lease: Lease) -> SliceResult:
        house.clock.advance(100)
        lease.ensure_time(house.clock, 30)
        raise AssertionError("there was no time left")

    await mark(house, "t1")
    worker = open_worker(house, work)
    assert await worker.step() == 1
    assert await read_wait_seconds(house, "t1") == 0


async def test_a_stopped_worker_gives_the_lease_back(house: House) -> None:
    entered = asyncio.Event()

    async def work(lease: Lease) -> SliceResult:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("never")

    await mark(house, "t1")
    task = asyncio.create_task(open_worker(house, work).step())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await read_wait_seconds(house, "t1") == 0


async def test_a_killed_worker_gives_nothing_back_and_its_tenant_is_served_after_the_lease(house: House) -> None:
    class KilledError(BaseException):
        """Nothing runs after this."""

    async def die(lease: Lease) -> SliceResult:
        raise KilledError

    async def work(lease: Lease) -> SliceResult:
        return SliceResult(did=1, next_due_at=None)

    await mark(house, "t1")
    with pytest.raises(KilledError):
        await open_worker(house, die).step()
    worker = open_worker(house, work, "other")
    assert await worker.step() == 0
    house.clock.advance(120)
    assert await worker.step() == 1


async def test_a_lost_lease_raised_by_the_work_itself_is_no_failure(house: House) -> None:
    async def work(lease: Lease) -> SliceResult:
        raise LeaseLostError("gone")

    await mark(house, "t1")
    worker = open_worker(house, work)
    await worker.step()
    assert worker.counts == {"lease_lost": 1}
