"""Secrets lie sealed in the database; keys change without a secret being lost."""

import pytest
from django.core.management import call_command
from django.db import connection

from autolumiku.lib.sealed import UnreadableError, seal, unseal
from tenants.models import Authenticator, User

OLD, NEW = "an old key, long and random", "a new key, long and random"


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM authenticators")
        return cursor.fetchone()[0]


@pytest.fixture
def device(db, settings):
    settings.SEAL_KEYS = [OLD]
    user = User.objects.create(username="ani")
    return Authenticator.objects.create(user=user, key="00ff" * 10)


def test_what_is_stored_tells_nothing(device):
    assert "00ff" not in stored()
    assert Authenticator.objects.get().key == "00ff" * 10


def test_the_same_secret_is_never_sealed_the_same_way():
    assert seal("x") != seal("x")
    assert unseal(seal("kata sandi ✓")) == "kata sandi ✓"


def test_a_key_is_changed_in_three_steps(device, settings, capsys):
    settings.SEAL_KEYS = [NEW, OLD]
    assert Authenticator.objects.get().key == "00ff" * 10
    call_command("rotate_secrets")
    assert "authenticators: 1 rows" in capsys.readouterr().out
    settings.SEAL_KEYS = [NEW]
    assert Authenticator.objects.get().key == "00ff" * 10


def test_without_its_key_a_secret_is_unreadable_not_empty(device, settings):
    settings.SEAL_KEYS = [NEW]
    with pytest.raises(UnreadableError) as error:
        Authenticator.objects.get()
    assert stored() not in str(error.value)


@pytest.mark.parametrize("text", ["", "x", "gAAAAA" * 10, "\0"])
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(UnreadableError):
        unseal(text)
