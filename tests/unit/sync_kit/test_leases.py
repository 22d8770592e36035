"""One worker at a time for a tenant, nothing forgotten, and a paused worker stopped."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from tests.fixtures.kit_house import House

from sync_kit.errors import LeaseLostError
from sync_kit.leases import (
    DUE_SIGNAL,
    Lease,
    check_fence,
    claim_next,
    close_tenant,
    find_lease_end,
    mark_due,
    release,
    renew,
)


async def mark(house: House, *tenant_ids: str, at: datetime | None = None) -> None:
    async with house.store.transaction() as session:
        for tenant_id in tenant_ids:
            await mark_due(session, house.tables, tenant_id, at)


async def claim(house: House, owner: str = "worker", seconds: float = 120) -> Lease | None:
    return await claim_next(house.store, house.tables, owner, seconds)


async def get_lease(house: House, owner: str = "worker", seconds: float = 120) -> Lease:
    lease = await claim(house, owner, seconds)
    assert lease is not None
    return lease


async def give_back(house: House, lease: Lease, next_due_at: datetime | None = None) -> bool:
    async with house.store.transaction() as session:
        return await release(session, house.tables, lease, next_due_at)


async def is_held(house: House, lease: Lease) -> bool:
    async with house.store.transaction() as session:
        try:
            await check_fence(session, house.tables, lease)
        except LeaseLostError:
            return False
    return True


async def read_due_at(house: House, tenant_id: str = "t1") -> datetime | None:
    leases = house.tables.leases
    async with house.store.reading() as session:
        due_at: datetime | None = await session.fetch_value(
            select(leases.c.due_at).where(leases.c.tenant_id == tenant_id)
        )
    return due_at


async def test_no_tenant_is_due_unless_marked(house: House) -> None:
    assert await claim(house) is None


async def test_a_marked_tenant_is_leased_once_with_a_growing_fence(house: House) -> None:
    await mark(house, "t1")
    first = await get_lease(house)
    assert (first.tenant_id, first.owner, first.fence) == ("t1", "worker", 1)
    assert first.expires_at == house.clock.now() + timedelta(seconds=120)
    assert await claim(house, "other") is None
    assert await give_back(house, first)
    assert await claim(house) is None
    await mark(house, "t1")
    assert (await get_lease(house)).fence == 2


async def test_many_workers_at_once_share_the_tenants_without_overlap(house: House) -> None:
    tenants = [f"t{number}" for number in range(12)]
    await mark(house, *tenants)
    leases = await asyncio.gather(*[claim(house, f"worker {number}") for number in range(20)])
    assert sorted(lease.tenant_id for lease in leases if lease is not None) == sorted(tenants)


async def test_a_tenant_is_due_only_when_its_time_has_come(house: House) -> None:
    await mark(house, "t1", at=house.clock.now() + timedelta(seconds=30))
    house.clock.advance(29)
    assert await claim(house) is None
    house.clock.advance(1)
    assert await claim(house) is not None


async def test_of_several_marks_the_earliest_stays(house: House) -> None:
    start = house.clock.now()
    for seconds in (60, 30, 90):
        await mark(house, "t1", at=start + timedelta(seconds=seconds))
    assert await read_due_at(house) == start + timedelta(seconds=30)
    await mark(house, "t1")
    assert await read_due_at(house) == start


async def test_the_tenant_served_longest_ago_comes_first(house: House) -> None:
    served: list[str] = []
    await mark(house, "big", "small 1", "small 2")
    for _ in range(7):
        lease = await get_lease(house)
        served.append(lease.tenant_id)
        house.clock.advance(1)
        await give_back(house, lease, house.clock.now())
    assert served == ["big", "small 1", "small 2", "big", "small 1", "small 2", "big"]


async def test_who_was_served_longest_ago_comes_first_however_long_the_others_are_due(house: House) -> None:
    start = house.clock.now()
    await mark(house, "big")
    await give_back(house, await get_lease(house), start)
    house.clock.advance(60)
    await mark(house, "small")
    assert [(await get_lease(house)).tenant_id for _ in range(2)] == ["small", "big"]


async def test_a_mark_made_during_a_slice_is_not_lost(house: House) -> None:
    await mark(house, "t1")
    lease = await get_lease(house)
    await mark(house, "t1")
    assert await claim(house, "other") is None
    await give_back(house, lease, None)
    assert await claim(house) is not None


@pytest.mark.parametrize(("marked", "wished", "due"), [(10, 60, 10), (60, 10, 10), (None, 60, 60), (60, None, 60)])
async def test_a_release_keeps_the_earlier_of_its_own_time_and_a_mark(
    house: House, marked: int | None, wished: int | None, due: int
) -> None:
    start = house.clock.now()
    await mark(house, "t1")
    lease = await get_lease(house)
    if marked is not None:
        await mark(house, "t1", at=start + timedelta(seconds=marked))
    await give_back(house, lease, None if wished is None else start + timedelta(seconds=wished))
    assert await read_due_at(house) == start + timedelta(seconds=due)


async def test_the_work_of_a_worker_that_died_is_due_again_when_its_lease_runs_out(house: House) -> None:
    await mark(house, "t1")
    lost = await get_lease(house)
    house.clock.advance(119)
    assert await claim(house, "other") is None
    house.clock.advance(1)
    taken_over = await get_lease(house, "other")
    assert taken_over.fence == lost.fence + 1


async def test_a_worker_paused_past_its_lease_can_write_nothing_and_release_nothing(house: House) -> None:
    await mark(house, "t1")
    paused = await get_lease(house, "paused")
    assert await is_held(house, paused)
    house.clock.advance(120)
    assert not await is_held(house, paused)
    other = await get_lease(house, "other")
    assert not await is_held(house, paused)
    assert not await give_back(house, paused, house.clock.now())
    assert await is_held(house, other)


async def test_an_earlier_lease_of_the_same_worker_is_worth_nothing(house: House) -> None:
    await mark(house, "t1")
    earlier = await get_lease(house)
    house.clock.advance(120)
    later = await get_lease(house)
    assert not await is_held(house, earlier)
    assert not await give_back(house, earlier)
    assert await is_held(house, later)


async def test_a_lost_lease_undoes_the_whole_write(house: House) -> None:
    await mark(house, "t1")
    lease = await get_lease(house)
    house.clock.advance(121)

    async def write() -> None:
        async with house.store.transaction() as session:
            await session.insert(house.things, [{"tenant_id": "t1", "record_id": "r", "version": 1}])
            await check_fence(session, house.tables, lease)

    with pytest.raises(LeaseLostError):
        await write()
    async with house.store.reading() as session:
        assert await session.fetch_all(select(house.things)) == []


async def test_the_last_look_before_a_socket_write_is_at_the_monotonic_clock(house: House) -> None:
    await mark(house, "t1")
    lease = await get_lease(house)
    lease.ensure_time(house.clock, 120)
    with pytest.raises(LeaseLostError):
        lease.ensure_time(house.clock, 120.1)
    house.clock.advance(100)
    house.clock.set_back(3600)
    lease.ensure_time(house.clock, 20)
    with pytest.raises(LeaseLostError):
        lease.ensure_time(house.clock, 20.1)


async def test_a_renewed_lease_lasts_longer_and_a_lost_one_cannot_be_renewed(house: House) -> None:
    await mark(house, "t1")
    lease = await get_lease(house)
    house.clock.advance(100)
    async with house.store.transaction() as session:
        renewed = await renew(session, house.tables, lease, 120)
    assert (renewed.fence, renewed.expires_at) == (lease.fence, house.clock.now() + timedelta(seconds=120))
    renewed.ensure_time(house.clock, 120)
    house.clock.advance(119)
    assert await is_held(house, renewed)
    assert await claim(house, "other") is None
    house.clock.advance(2)
    async with house.store.transaction() as session:
        with pytest.raises(LeaseLostError):
            await renew(session, house.tables, renewed, 120)


async def test_leases_end_within_a_quarter_of_an_hour_at_most(house: House) -> None:
    await mark(house, "t1")
    with pytest.raises(ValueError, match="900 s"):
        await claim(house, seconds=901)
    lease = await get_lease(house, seconds=900)
    async with house.store.transaction() as session:
        with pytest.raises(ValueError, match="900 s"):
            await renew(session, house.tables, lease, 901)


async def test_a_clock_that_went_back_does_not_lock_a_tenant_for_long(house: House) -> None:
    await mark(house, "t1")
    await get_lease(house, "died")
    house.clock.set_back(3600)
    assert await claim(house, "other") is not None


async def test_a_closed_tenant_stops_its_worker_who_can_still_give_the_lease_back(house: House) -> None:
    await mark(house, "t1", "t2")
    lease = await get_lease(house)
    async with house.store.transaction() as session:
        await close_tenant(session, house.tables, lease.tenant_id)
        assert await find_lease_end(session, house.tables, lease.tenant_id) == lease.expires_at
    assert not await is_held(house, lease)
    assert await give_back(house, lease, house.clock.now())
    async with house.store.reading() as session:
        assert await find_lease_end(session, house.tables, lease.tenant_id) is None
    assert await read_due_at(house, lease.tenant_id) is None
    assert (await get_lease(house)).tenant_id != lease.tenant_id
    assert await claim(house) is None


async def test_only_a_mark_of_a_tenant_that_nobody_works_for_wakes_the_workers(house: House) -> None:
    woken = house.store.watch(DUE_SIGNAL)
    assert await claim(house) is None
    assert not woken.is_set()
    await mark(house, "t1")
    assert woken.is_set()
    woken.clear()
    lease = await get_lease(house)
    await mark(house, "t1")
    assert not woken.is_set()
    await give_back(house, lease, None)
    assert not woken.is_set()
    assert (await get_lease(house)).tenant_id == "t1"
