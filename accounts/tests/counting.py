"""A password hasher that counts its own work."""

from typing import Any

from django.contrib.auth.hashers import MD5PasswordHasher


class CountingHasher(MD5PasswordHasher):
    counted = 0

    def encode(self, password: str, salt: str) -> Any:
        type(self).counted += 1
        return super().encode(password, salt)
