import pytest

from sync_kit.errors import TooManyRequestsError
from sync_kit.limits import Rate, TokenBuckets
from sync_kit.testing import ManualClock


def take_all(buckets: TokenBuckets, client: str) -> int:
    taken = 0
    while True:
        try:
            buckets.take(client)
        except TooManyRequestsError:
            return taken
        taken += 1


def test_a_burst_is_allowed_and_then_the_rate_holds() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(Rate(per_second=2, burst=5), clock)
    assert take_all(buckets, "a") == 5
    clock.advance(1)
    assert take_all(buckets, "a") == 2
    clock.advance(1000)
    assert take_all(buckets, "a") == 5


def test_one_client_does_not_use_up_another() -> None:
    buckets = TokenBuckets(Rate(per_second=1, burst=1), ManualClock())
    buckets.take("a")
    buckets.take("b")


def test_a_refusal_says_when_to_come_back_and_then_it_works() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(Rate(per_second=0.1, burst=1), clock)
    buckets.take("a")
    with pytest.raises(TooManyRequestsError) as caught:
        buckets.take("a")
    assert caught.value.headers["retry-after"] == "10"
    clock.advance(10)
    buckets.take("a")


def test_refused_calls_do_not_lengthen_the_wait() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(Rate(per_second=1, burst=1), clock)
    buckets.take("a")
    for _ in range(9):
        clock.advance(0.1)
        with pytest.raises(TooManyRequestsError):
            buckets.take("a")
    clock.advance(0.2)
    buckets.take("a")


def test_memory_is_bounded_and_the_longest_unused_client_is_forgotten() -> None:
    buckets = TokenBuckets(Rate(per_second=0.001, burst=1), ManualClock(), max_clients=2)
    buckets.take("a")
    buckets.take("b")
    buckets.take("c")
    buckets.take("a")
    with pytest.raises(TooManyRequestsError):
        buckets.take("c")


def test_a_look_uses_nothing_up_and_what_went_wrong_counts() -> None:
    buckets = TokenBuckets(Rate(per_second=1, burst=2), ManualClock())
    for _ in range(10):
        buckets.check("a")
    buckets.charge("a")
    buckets.charge("a")
    with pytest.raises(TooManyRequestsError):
        buckets.check("a")


def test_failures_beyond_the_allowance_are_waited_out() -> None:
    clock = ManualClock()
    buckets = TokenBuckets(Rate(per_second=1, burst=1), clock)
    for _ in range(5):
        buckets.charge("a")
    with pytest.raises(TooManyRequestsError) as caught:
        buckets.check("a")
    assert caught.value.headers["retry-after"] == "5"
    clock.advance(4.9)
    with pytest.raises(TooManyRequestsError):
        buckets.take("a")
    clock.advance(0.1)
    buckets.take("a")
