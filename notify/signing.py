"""Signatures of outgoing webhooks, by the Standard Webhooks specification (standardwebhooks.com).

A secret is `whsec_` and the base64 of 24 to 64 bytes. During a rotation several stand side by side,
separated by spaces; each gives one signature, so that old and new receivers both verify.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64


def new_secret() -> str:
    """Return a fresh secret of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(message_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """Return the three headers that prove `body` came from us.

    `message_id`: the same on every retry. `at`: the instant of this attempt, aware. `secret`: one or
    more, separated by spaces. Raises ValueError for a secret that is malformed, without showing it.
    """
    stamp = str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), stamp.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(_signature(key, signed) for key in _keys(secret)),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _keys(secret: str) -> list[bytes]:
    keys = [_key(one) for one in secret.split()]
    if not keys:
        raise ValueError("There is no signing secret.")
    return keys


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(PREFIX)
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if encoded == secret or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(
            f"A signing secret is {PREFIX} and the base64 of {SHORTEST} to {LONGEST} bytes."
        )
    return key
