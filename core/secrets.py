"""Secrets: tokens that are shown once and stored hashed; values that must be read back, encrypted."""

import base64
import hashlib
import secrets as randomness

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.errors import DomainError


class SecretLost(DomainError):
    """A stored secret can't be read with the present keys (a rotated SECRET_KEY without fallback)."""

    status = 500
    code = "secret_lost"


def new_token(prefix: str, nbytes: int = 32) -> str:
    """Return a fresh token: `prefix` and `nbytes` of randomness, URL-safe."""
    return prefix + randomness.token_urlsafe(nbytes)


def new_hex(nbytes: int = 16) -> str:
    """Return `nbytes` of randomness as lower-case hexadecimal (32 characters for 16 bytes)."""
    return randomness.token_hex(nbytes)


def digest(token: str) -> str:
    """Return the SHA-256 of a token as hex. Tokens have at least 128 random bits: a slow hash adds nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"field:{key}".encode()).digest()))
            for key in keys
        ]
    )


def encrypt(plain: str) -> str:
    """Return `plain` encrypted for storage; the empty text stays empty."""
    return _box().encrypt(plain.encode()).decode() if plain else ""


def decrypt(stored: str) -> str:
    """Return what `encrypt` was given; raise SecretLost when no present key fits."""
    if not stored:
        return ""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise SecretLost("A stored secret can't be decrypted; was SECRET_KEY changed?") from error
