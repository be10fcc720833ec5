"""What browsers are told: our own files only, no script in a page, and nothing to complain of when it is deployed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client

from autolumiku.testing.browser import log_in
from tenants.models import User
from tenants.tests import cast as casting

DEPLOYED = {
    "PUBLIC_URL": "https://showroom.example.com",
    "SECRET_KEY": "k7Qz-" * 14,
    "SEAL_KEYS": "s9Xw-" * 14,
    "AIMEOW_WEBHOOK_SECRET": "check",
    "DEBUG": "0",
    "SECOND_FACTOR": "1",
}


@pytest.mark.slow
def test_a_deployed_installation_has_nothing_to_complain_of():
    assert settings.SILENCED_SYSTEM_CHECKS == []
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = {**os.environ, **DEPLOYED, "DJANGO_SETTINGS_MODULE": "autolumiku.settings"}
    done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.slow
def test_over_https_cookies_are_secure_and_browsers_stay_there():
    wanted = (
        "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD", "SESSION_COOKIE_HTTPONLY",
    )  # fmt: skip
    code = (
        f"import django.conf as c; print(all(getattr(c.settings, n) for n in {wanted}), c.settings.SECURE_HSTS_SECONDS)"
    )
    env = {**os.environ, **DEPLOYED, "DJANGO_SETTINGS_MODULE": "autolumiku.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True 31536000\n"


PAGES = ("/healthz", "/admin/login/", "/admin/", "/inbox/masuk/", "/inbox/", "/no-such", "/api/v1/whatsapp-ai/docs")


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_every_answer_says_what_may_run(page):
    browser = casting.browser(casting.gather().alice)
    policy = browser.get(page)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]
    assert policy.count("'unsafe-inline'") == ("/admin/" in page or "docs" in page)
    assert ("'unsafe-eval'" in policy) is page.startswith("/admin/")


def test_the_same_headers_stand_on_a_refusal():
    answer = Client().post("/api/v1/webhooks/aimeow", b"", content_type="application/json")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


# --- In a browser ----------------------------------------------------------------------------------------------------


def back_office(browser):
    """The list of every model in the back-office, and the forms that open to this person."""
    for model in admin.site._registry:
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield from (address for address in (start, f"{start}add/") if browser.get(address).status_code == 200)


@pytest.fixture
def addresses(showroom):
    """What there is to see; found out before a browser's loop runs in this thread."""
    showroom.hears("Halo kak, ada Honda City?")
    root = User.objects.create_superuser("root", password="mobil-bekas-77")
    browser = casting.browser(root)
    browser.post("/admin/showroom/", {"showroom": showroom.tenant.slug})
    return ["/inbox/", f"/inbox/{showroom.chat().pk}/", "/admin/", "/admin/mutu/", *back_office(browser)]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_no_page_is_stopped_by_its_own_policy(live_server, showroom, addresses, pages):
    """The fixture fails on anything that the console calls an error, and a refused script or style is one."""
    page = pages()
    page.set_viewport_size({"width": 1440, "height": 900})
    broken = []
    page.on("pageerror", lambda error: broken.append(f"{page.url}: {error}"))
    log_in(page, live_server, User(username="root"))
    page.get_by_role("button", name=showroom.tenant.name).click()
    assert len(addresses) > 30
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
    page.goto(f"{live_server.url}/api/v1/whatsapp-ai/docs")
    page.locator("#swagger-ui .opblock").nth(20).wait_for()
    assert broken == []
