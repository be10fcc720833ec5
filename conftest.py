"""What every test starts from: no keys, no outside world; the gateway and the model are doubles on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from aiconfig import llm
from aiconfig.tests.model_server import ModelServer
from aimeow.simulator import Simulator
from autolumiku.testing.web import serving


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """A database of its own for every run: the owner makes and migrates it, the tests work in it as the app role.

    pytest-django's own set-up would leave out `owner`, and with it the test database, where no test names it.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        _keep_statistics()
        yield
        connections.close_all()
        teardown_databases(made, verbosity=0)


def _keep_statistics() -> None:
    """Autovacuum sees only what is committed, nothing: amid a test it would tell the planner that all is empty."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "DO $$ DECLARE one regclass; BEGIN FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace LOOP"
            " EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', one); END LOOP; END $$"
        )


@pytest.fixture(scope="session")
def one_simulator() -> Iterator[Simulator]:
    with Simulator(clients=()) as simulator:
        yield simulator


@pytest.fixture
def gateway(one_simulator: Simulator, settings: Any) -> Simulator:
    """The simulated gateway, empty."""
    one_simulator.clear()
    settings.AIMEOW_BASE_URL = one_simulator.base_url
    return one_simulator


@pytest.fixture(scope="session")
def one_web() -> Iterator[str]:
    """The address of our own web server."""
    with serving() as address:
        yield address


@pytest.fixture
def storage(one_web: str, settings: Any, tmp_path: Path) -> Path:
    """Files of this test alone; the gateway fetches photos from our web server, which no database stands behind."""
    settings.MEDIA_ROOT, settings.PUBLIC_URL = tmp_path, one_web
    return tmp_path


@pytest.fixture(scope="session")
def one_model() -> Iterator[ModelServer]:
    with ModelServer() as model:
        yield model


@pytest.fixture
def model(one_model: ModelServer, settings: Any) -> Iterator[ModelServer]:
    """A model on the wire that says what the test scripts."""
    one_model.reset()
    settings.ZAI_API_KEY = "test-key"
    settings.ZAI_BASE_URL = one_model.base_url
    yield one_model
    asyncio.run(llm.forget())


@pytest.fixture
def showroom(db: Any, gateway: Simulator) -> Any:
    """Prima Mobil of the product's documents, with its two cars."""
    from autolumiku.testing.stage import CITY, FORTUNER, Showroom

    place = Showroom(gateway)
    place.has(**CITY)
    place.has(**FORTUNER)
    return place


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Opens pages in a real browser (autolumiku.testing.browser)."""
    from autolumiku.testing import browser

    if browser.CHROMIUM is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in this thread
    with browser.opened() as page:
        yield page
