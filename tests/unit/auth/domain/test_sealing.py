"""What is sealed opens for its owner and with a living key only."""

import pytest

from auth.domain.sealing import Keyring, SealedValue
from auth.errors import SealBrokenError

OLD, NEW = b"o" * 32, b"n" * 32


def test_a_sealed_value_opens_for_its_owner_and_purpose_only() -> None:
    ring = Keyring({"old": OLD}, "old")
    sealed = ring.seal(b"a refresh token", owner="grt_1", purpose="xero")
    assert b"refresh" not in sealed.blob
    assert ring.open(sealed, owner="grt_1", purpose="xero") == b"a refresh token"
    for owner, purpose in (("grt_2", "xero"), ("grt_1", "zoho"), ("grt_1\nxero", "")):
        with pytest.raises(SealBrokenError):
            ring.open(sealed, owner=owner, purpose=purpose)


def test_one_changed_bit_does_not_open() -> None:
    ring = Keyring({"old": OLD}, "old")
    sealed = ring.seal(b"value", owner="a", purpose="b")
    for place in (0, len(sealed.blob) - 1):
        blob = bytearray(sealed.blob)
        blob[place] ^= 1
        with pytest.raises(SealBrokenError):
            ring.open(SealedValue("old", bytes(blob)), owner="a", purpose="b")


def test_two_keys_live_while_one_is_rotated() -> None:
    before = Keyring({"old": OLD}, "old").seal(b"value", owner="a", purpose="b")
    both = Keyring({"old": OLD, "new": NEW}, "new")
    assert both.open(before, owner="a", purpose="b") == b"value"
    after = both.seal(b"value", owner="a", purpose="b")
    assert after.key_id == "new"
    alone = Keyring({"new": NEW}, "new")
    assert alone.open(after, owner="a", purpose="b") == b"value"
    with pytest.raises(SealBrokenError, match="old"):
        alone.open(before, owner="a", purpose="b")


def test_equal_values_do_not_look_equal() -> None:
    ring = Keyring({"old": OLD}, "old")
    assert ring.seal(b"v", owner="a", purpose="b").blob != ring.seal(b"v", owner="a", purpose="b").blob


@pytest.mark.parametrize(("keys", "current"), [({"a": OLD}, "b"), ({"a": b"short"}, "a")])
def test_a_keyring_refuses_keys_that_do_not_fit(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Keyring(keys, current)
