"""When a link opens and when an answer counts."""

from datetime import UTC, datetime, timedelta

import pytest

from auth.domain.attempt import ATTEMPT_LIFE, Attempt, check_link, check_state, find_choice
from auth.domain.connection import Organisation
from auth.errors import ConnectLinkError
from sync_kit.contracts.vocabulary import Vendor

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def make_attempt(**changes: object) -> Attempt:
    """An attempt whose link was just opened."""
    values: dict[str, object] = {
        "attempt_id": "att_1",
        "connection_id": "con_1",
        "tenant_id": "ten_1",
        "vendor": Vendor.XERO,
        "data_centre": None,
        "return_url": None,
        "expires_at": NOW + ATTEMPT_LIFE,
        "state_expires_at": NOW + ATTEMPT_LIFE,
    }
    return Attempt(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (None, "link_unknown"),
        (make_attempt(completed_at=NOW), "link_used"),
        (make_attempt(choices=(Organisation("x", "X", ""),)), "link_used"),
        (make_attempt(expires_at=NOW), "link_expired"),
    ],
)
def test_a_link_that_cannot_be_opened_says_why(attempt: Attempt | None, code: str) -> None:
    with pytest.raises(ConnectLinkError) as refusal:
        check_link(attempt, NOW)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("attempt", "code"),
    [
        (None, "state_unknown"),
        (make_attempt(vendor=Vendor.ZOHO), "state_unknown"),
        (make_attempt(state_used_at=NOW - timedelta(seconds=1)), "state_used"),
        (make_attempt(state_expires_at=NOW), "state_expired"),
        (make_attempt(state_expires_at=None), "state_expired"),
    ],
)
def test_an_answer_that_does_not_count_says_why(attempt: Attempt | None, code: str) -> None:
    with pytest.raises(ConnectLinkError) as refusal:
        check_state(attempt, Vendor.XERO, NOW)
    assert refusal.value.code == code


def test_a_link_may_be_opened_again_until_it_has_succeeded() -> None:
    attempt = make_attempt(state_used_at=NOW)
    assert check_link(attempt, NOW + ATTEMPT_LIFE - timedelta(seconds=1)) is attempt


def test_only_what_was_offered_can_be_chosen() -> None:
    offered = Organisation("x-1", "North", "")
    attempt = make_attempt(choices=(offered,))
    assert find_choice(attempt, "x-1") is offered
    assert find_choice(attempt, "x-2") is None
