"""Tokens are random and kept as hashes; what must be read back is encrypted and survives a key rotation."""

import pytest
from django.conf import LazySettings

from core.secrets import SecretLost, decrypt, digest, encrypt, new_hex, new_token

OLD, NEW = "old " * 12, "new " * 12


def test_tokens_are_long_and_never_the_same() -> None:
    made = {new_token("wbt_") for _ in range(100)} | {new_hex() for _ in range(100)}

    assert len(made) == 200
    assert all(len(token) >= (47 if token.startswith("wbt_") else 32) for token in made)
    assert all(int(token, 16) >= 0 for token in made if not token.startswith("wbt_"))


@pytest.mark.parametrize("token", ["", "abc", "\x00", "\ud800", "é" * 10_000])
def test_every_text_has_a_digest(token: str) -> None:
    assert len(digest(token)) == 64
    assert digest(token) == digest(token) != digest(token + "x")


@pytest.mark.parametrize("plain", ["whsec_abc", "ä\n", "x" * 5000])
def test_what_is_encrypted_comes_back_and_is_not_readable(plain: str) -> None:
    stored = encrypt(plain)

    assert plain not in stored
    assert encrypt(plain) != stored
    assert decrypt(stored) == plain


def test_nothing_stays_nothing() -> None:
    assert encrypt("") == decrypt("") == ""


def test_a_rotated_key_reads_what_the_former_one_wrote(settings: LazySettings) -> None:
    settings.SECRET_KEY = OLD
    stored = encrypt("x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    assert decrypt(stored) == "x"
    fresh = encrypt("y")

    settings.SECRET_KEY_FALLBACKS = []

    assert decrypt(fresh) == "y"
    with pytest.raises(SecretLost, match="SECRET_KEY"):
        decrypt(stored)


@pytest.mark.parametrize("stored", ["x", "gAAAAA", "é"])
def test_what_was_tampered_with_is_lost_and_says_so(stored: str) -> None:
    with pytest.raises(SecretLost):
        decrypt(stored)
