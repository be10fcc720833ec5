"""Who guesses a password waits; everybody else goes in."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tenants.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def ani(settings):
    settings.AXES_FAILURE_LIMIT = 3
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return User.objects.create_user("ani", password="mobil-bekas", is_staff=True)


def enter(password, name="ani", address="203.0.113.1"):
    return Client(REMOTE_ADDR=address).post(LOGIN, {"username": name, "password": password})


def test_after_some_wrong_passwords_the_right_one_waits_too(ani):
    said = [enter("salah").status_code for _ in range(3)]
    locked = enter("mobil-bekas")
    assert (said[:2], locked.status_code) == ([200, 200], 429)
    assert "Coba lagi 15 menit lagi" in locked.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert enter("mobil-bekas").status_code == 302


def test_nobody_else_is_kept_out(ani):
    for _ in range(4):
        enter("salah")
    assert enter("mobil-bekas", address="203.0.113.2").status_code == 302
    assert enter("salah", name="budi").status_code == 200


def test_a_right_password_forgives_the_wrong_ones(ani):
    for _ in range(3):
        assert [enter("salah").status_code for _ in range(2)] == [200, 200]
        assert enter("mobil-bekas").status_code == 302
