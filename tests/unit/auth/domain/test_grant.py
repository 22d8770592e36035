"""When a token is lent, refreshed, or a person is asked."""

from datetime import UTC, datetime, timedelta

import pytest

from auth.domain.grant import Grant, HeldTokens, NextAct, TokenPair, decide_next_act
from sync_kit.contracts.vocabulary import Vendor

BORN = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make_grant(refused_at: datetime | None = None) -> Grant:
    """A grant whose seventh token was born just now and lives for half an hour."""
    return Grant("grt_1", Vendor.XERO, "app", "user", "a", "b", 7, BORN, BORN + timedelta(minutes=30), refused_at)


@pytest.mark.parametrize(
    ("failed", "age_seconds", "act"),
    [
        (None, 0, NextAct.LEND),
        (None, 24 * 60, NextAct.LEND),
        (None, 25 * 60, NextAct.REFRESH),
        (None, 31 * 60, NextAct.REFRESH),
        (6, 10, NextAct.LEND),
        (6, 26 * 60, NextAct.REFRESH),
        (7, 59, NextAct.ASK_PERSON),
        (7, 60, NextAct.REFRESH),
        (8, 59, NextAct.ASK_PERSON),
        (8, 61, NextAct.REFRESH),
    ],
)
def test_what_happens_to_a_request_for_a_token(failed: int | None, age_seconds: int, act: NextAct) -> None:
    now = BORN + timedelta(seconds=age_seconds)
    assert decide_next_act(make_grant(), failed_generation=failed, now=now) is act


def test_a_refused_grant_is_never_lent() -> None:
    assert decide_next_act(make_grant(BORN), failed_generation=None, now=BORN) is NextAct.ASK_PERSON


def test_tokens_do_not_show_in_a_repr() -> None:
    shown = repr(HeldTokens("secret-a", "secret-r")) + repr(TokenPair("secret-a", "secret-r", timedelta(1)))
    assert "secret" not in shown
