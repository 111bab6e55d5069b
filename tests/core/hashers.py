"""A password hasher that counts its work."""

from typing import Any, ClassVar

from django.contrib.auth.hashers import MD5PasswordHasher


class Counting(MD5PasswordHasher):
    """MD5, counted."""

    count: ClassVar[int] = 0

    def encode(self, password: str, salt: str, *args: Any) -> str:
        """Count one hash."""
        type(self).count += 1
        return super().encode(password, salt, *args)
