"""A real browser for tests of pages: Debian's Chromium by Playwright, two people's phones at once, and what axe finds.

The fixture is `pages` (conftest.py). A test with it needs `live_server`, and the marks of `ON_A_SERVER`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connections
from playwright.sync_api import Page, sync_playwright

from tenants.models import User

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PASSWORD = "mobil-bekas-77"  # noqa: S105 - the demo's
ON_A_SERVER = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]

T = TypeVar("T")


@contextmanager
def opened() -> Iterator[Callable[[], Page]]:
    """Gives new pages, each a person of its own on a phone; what a page says in the console is an error of ours."""
    said: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)

        def page() -> Page:
            one = chromium.new_context(viewport=PHONE, locale="id-ID").new_page()  # type: ignore[arg-type]
            one.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
            one.on("pageerror", lambda error: said.append(str(error)))
            return one

        yield page
        chromium.close()
        connections.close_all()  # those opened while Playwright's loop ran are others than the test's
    assert said == []


def may_log_in(person: User) -> User:
    """Give a person the password of `log_in`."""
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return person


def log_in(page: Page, server: Any, person: User, path: str = "/inbox/") -> None:
    """Open a page that asks who one is, the inbox's or the back-office's, and say it."""
    page.goto(f"{server.url}{path}")
    page.get_by_label("Nama pengguna").fill(person.get_username())
    page.get_by_label("Kata sandi").fill(PASSWORD)
    with page.expect_navigation():  # until it is loaded: keys pressed before its script has run are lost
        page.get_by_role("button", name="Masuk").click()


def aside(function: Callable[..., T], *args: Any) -> T:
    """In a thread of its own: Playwright's loop runs in this one, and the worker's tasks need theirs."""

    def run() -> T:
        try:
            return function(*args)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def trouble(page: Page) -> list[str]:
    """What axe finds serious or worse on this page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


ENGLISH = re.compile(
    r"(?<![\w@./-])(?:save|add|delete|changed?|select(?:ed)?|search|filters?|show|hide|close|back|next|previous|required"
    r"|errors?|home|history|today|yes|choose|unknown|none|true|false|please|view|edit|remove|cancel|submit|reset|clear"
    r"|load(?:ing)?|date|time|required|permission|welcome|password|users?|actions?|objects?|no results?|sidebar"
    r"|january|february|march|may|june|july|august|october|december|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|and|the|this|your?|with|from|not|are|was|is)(?![\w@./-])",
    re.IGNORECASE,
)
WORDS_OF_A_PAGE = """() => {
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.parentElement;
        if (at && !at.closest("script, style, template, svg, code, .material-symbols-outlined"))
            found.push(walker.currentNode.nodeValue.trim());
    }
    for (const name of ["title", "aria-label", "placeholder", "alt", "data-label"])
        for (const at of document.querySelectorAll(`[${name}]`)) found.push(at.getAttribute(name));
    return found;
}"""


def english(page: Page) -> list[str]:
    """Texts and labels of this page that look like English."""
    return [f"{page.url}: {words[:80]}" for words in page.evaluate(WORDS_OF_A_PAGE) if ENGLISH.search(words)]


def too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
