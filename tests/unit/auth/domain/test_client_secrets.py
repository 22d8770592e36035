"""Secrets are long, salted, and found again only by who knows them."""

from auth.domain.client_secrets import digest_of, hash_secret, is_same, make_id, make_salt, make_secret


def test_secrets_and_ids_are_long_and_never_the_same() -> None:
    assert len({make_secret() for _ in range(100)}) == 100
    assert all(len(make_secret()) >= 43 for _ in range(10))
    assert make_id("ten").startswith("ten_")
    assert len(make_id("ten")) == 36


def test_a_secret_is_proven_by_its_hash_with_its_salt() -> None:
    salt = make_salt()
    kept = hash_secret("open sesame", salt)
    assert is_same(hash_secret("open sesame", salt), kept)
    assert not is_same(hash_secret("open sesam", salt), kept)
    assert not is_same(hash_secret("open sesame", make_salt()), kept)


def test_a_one_time_value_is_looked_up_by_a_digest_that_does_not_tell_it() -> None:
    assert digest_of("value") == digest_of("value")
    assert "value" not in digest_of("value")
