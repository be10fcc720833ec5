"""The front page in a real browser: its figures are accessible and fit the screen; another period is a click away."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from autolumiku.testing.browser import ON_A_SERVER, log_in, may_log_in, too_wide, trouble
from conversations.tests.test_dashboard import fill
from tenants.tests import cast as casting

pytestmark = ON_A_SERVER


@pytest.mark.parametrize("width", [390, 1440])
def test_the_figures_are_readable_on_every_screen(transactional_db, live_server, pages, width):
    cast = casting.gather()
    fill(cast.a, (cast.alice, cast.bob))
    page = pages()
    page.set_viewport_size({"width": width, "height": 844})
    log_in(page, live_server, may_log_in(cast.alice))
    expect(page.locator("#rows")).to_be_visible()
    page.goto(f"{live_server.url}/admin/?dari=2026-11-02&sampai=2026-11-08")
    expect(page.get_by_role("img", name="Percakapan per hari")).to_be_visible()
    page.get_by_text("Per hari", exact=True).click()
    assert (trouble(page), too_wide(page)) == ([], False)
    page.get_by_role("button", name="90 hari").click()
    expect(page.get_by_role("button", name="90 hari")).to_have_attribute("aria-current", "true")
