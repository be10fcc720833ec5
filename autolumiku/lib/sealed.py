"""Secrets in the database: encrypted at rest, readable with this installation's keys only (SEAL_KEYS).

The first key seals, all of them open, so a key is changed in three steps: put the new one in front, run
`manage.py rotate_secrets`, take the old one away.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableError(ValueError):
    """None of the keys opens this: the key that sealed it is missing in SEAL_KEYS."""


def seal(text: str) -> str:
    return _box(tuple(settings.SEAL_KEYS)).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    try:
        return _box(tuple(settings.SEAL_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise UnreadableError("a sealed value cannot be read with SEAL_KEYS") from None


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """A key may be any text that is long and random; its digest has the form that Fernet wants."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys])


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Text that is sealed on its way into the database; "" stays "". It cannot be searched for."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return seal(text) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return unseal(value) if value else value
