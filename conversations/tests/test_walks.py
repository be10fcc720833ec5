"""Whole ways through the product, walked in a browser: a new showroom comes to life, a chat changes hands, and nobody
gets through a neighbour's door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from playwright.sync_api import Page, expect

from aimeow.models import AimeowAccount
from autolumiku.testing.browser import DESK, ON_A_SERVER, aside, log_in, may_log_in, too_wide, trouble
from conversations.models import CannedReply
from conversations.tests.test_admin import furnish
from conversations.tests.test_inbox import seller
from inventory.models import Vehicle
from tenants import scope
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

slow, on_a_server = ON_A_SERVER
PHONE = "6281255550001"  # of the new showroom


def leader(showroom: Any, username: str = "mega") -> User:
    """A manager who may open the back-office."""
    person = may_log_in(seller(showroom, username, Role.MANAGER))
    User.objects.filter(pk=person.pk).update(is_staff=True)
    return person


@pytest.fixture
def founded(showroom):
    """As the platform admin leaves it: a name, and a manager."""
    with showroom.scope():
        Vehicle.objects.all().delete()
        AimeowAccount.objects.all().delete()
    return showroom


def account(showroom):
    with showroom.scope():
        return AimeowAccount.objects.get()


# --- a new showroom --------------------------------------------------------------------------------------------------


@slow
@on_a_server
def test_from_the_first_login_to_the_first_answer(live_server, founded, gateway, pages):
    page, manager = pages(), leader(founded)
    page.set_viewport_size(DESK)
    log_in(page, live_server, manager)
    expect(page.locator("#rows")).to_be_attached()
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_role("heading", name="Persiapan: 1 dari 8 selesai")).to_be_visible()
    pairs(page, founded, gateway)
    adds_a_car(page, live_server)
    opens_all_week(page, live_server)
    page.goto(f"{live_server.url}/admin/persiapan/")
    expect(page.get_by_role("heading", name="4 dari 8 selesai")).to_be_visible()
    founded.client_id, founded.phone = aside(account, founded).client_id, PHONE
    answers = aside(lambda: founded.hears("Halo, Avanza ada? berapa harganya?"))
    assert "Rp 150 juta" in answers[0]
    page.reload()
    expect(page.get_by_role("heading", name="5 dari 8 selesai")).to_be_visible()
    expect(page.locator(".al-done", has_text="Pesan percobaan dijawab")).to_be_visible()


def pairs(page: Page, founded, gateway) -> None:
    page.get_by_role("link", name="Sambungkan").click()
    page.get_by_role("button", name="Pasangkan HP").click()
    client = aside(account, founded).client_id
    gateway.age(client, 1)
    expect(page.get_by_alt_text("Kode QR untuk memasangkan WhatsApp")).to_be_visible(timeout=8000)
    gateway.pair(client, PHONE)
    expect(page.get_by_role("heading", name="+62 812-5555-0001")).to_be_visible(timeout=8000)


def adds_a_car(page: Page, server) -> None:
    page.goto(f"{server.url}/admin/persiapan/")
    page.get_by_role("link", name="Tambah mobil").click()
    page.goto(f"{server.url}/admin/inventory/vehicle/add/")
    page.locator("[name=make]").fill("Toyota")
    page.locator("[name=model]").fill("Avanza")
    page.locator("[name=year]").fill("2019")
    page.locator("[name=price]").fill("150 juta")
    page.locator("[name=status]").select_option("AVAILABLE")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Avanza").first).to_be_visible()


def opens_all_week(page: Page, server) -> None:
    page.goto(f"{server.url}/admin/persiapan/")
    page.get_by_role("link", name="Isi jam buka").click()
    page.locator("[name=always_open]").uncheck(force=True)
    page.locator("[name=day0_opens]").fill("00:00")
    page.locator("[name=day0_closes]").fill("23:59")
    page.get_by_role("button", name="Salin ke semua hari").first.click()
    expect(page.locator("[name=day6_closes]")).to_have_value("23:59")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator("body")).to_contain_text("berhasil")


# --- a chat changes hands --------------------------------------------------------------------------------------------


@slow
@on_a_server
def test_a_chat_is_taken_noted_and_given_back_by_keyboard(live_server, showroom, pages):
    aside(lambda: showroom.hears("Saya mau bicara dengan orang"))
    page = pages()
    page.set_viewport_size(DESK)
    log_in(page, live_server, may_log_in(seller(showroom)))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_be_visible()
    presses(page, "Ambil alih")
    expect(page.locator("#head")).to_contain_text("dipegang")
    page.keyboard.press("r")
    page.keyboard.type("Pelanggan lama")
    presses(page, "Catatan")
    expect(page.locator("#lines")).to_contain_text("Pelanggan lama", timeout=6000)
    presses(page, "Kembalikan ke asisten")
    expect(page.locator("#head")).not_to_contain_text("dipegang")


def presses(page: Page, words: str) -> None:
    """Tab until a button with these words has the focus, and press Enter; a menu on the way is opened."""
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate("(document.activeElement.innerText || '').trim()")
        if said == words:
            page.keyboard.press("Enter")
            return
        if page.evaluate("document.activeElement.matches('.moves summary') && !document.activeElement.parentNode.open"):
            page.keyboard.press("Enter")
    raise AssertionError(f"no way to {words!r} by keyboard")


@slow
@on_a_server
def test_the_back_office_is_used_by_keyboard_alone(live_server, showroom, pages):
    page, manager = pages(), leader(showroom)
    log_in(page, live_server, manager)
    page.goto(f"{live_server.url}/admin/inventory/vehicle/")
    reaches(page, "Saringan")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Berdasarkan status")).to_be_visible()
    page.keyboard.press("Escape")
    reaches(page, "Buka atau tutup menu", "Shift+Tab")
    page.keyboard.press("Enter")
    reaches(page, "Prospek", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("leads/lead/$"))
    reaches(page, "Buka atau tutup menu")
    page.keyboard.press("Enter")
    reaches(page, manager.first_name, "Shift+Tab")
    page.keyboard.press("Enter")
    reaches(page, "Keluar", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Anda sudah keluar")).to_be_visible()


FOCUSED = """() => {
    const at = document.activeElement;
    return !at || at === document.body ? "" : (at.ariaLabel || at.innerText).trim();
}"""


def reaches(page: Page, words: str, key: str = "Tab") -> None:
    """Press the key until what is called so has the focus."""
    for _ in range(80):
        page.keyboard.press(key)
        said = page.evaluate(FOCUSED)
        if words in said:
            return
    raise AssertionError(f"no way to {words!r} by keyboard")


# --- the back-office's own pages -------------------------------------------------------------------------------------


@slow
@on_a_server
@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_accessible_and_fit_the_screen(live_server, showroom, gateway, pages, width):
    aside(lambda: showroom.hears("Halo"))
    page, root = pages(), may_log_in(User.objects.create(username="root", is_staff=True, is_superuser=True))
    page.set_viewport_size({"width": width, "height": 844})
    log_in(page, live_server, root)
    expect(page.get_by_role("button", name="Buka").or_(page.get_by_text("Pilih showroom")).first).to_be_visible()
    page.goto(f"{live_server.url}/admin/")
    page.locator("[name=showroom]").select_option("prima-mobil")
    page.get_by_role("button", name="Ganti").click()
    found, wide = [], []
    for path in ("", "persiapan/", "sambungan/", "sambungan/putus/", "coba/", "operasional/"):
        page.goto(f"{live_server.url}/admin/{path}")
        found += trouble(page)
        wide += [path] if too_wide(page) else []
    page.goto(f"{live_server.url}/admin/coba/")
    page.get_by_label("Pesan pelanggan").fill("Honda City berapa?")
    page.get_by_role("button", name="Coba jawab").click()
    expect(page.locator("#answer")).to_contain_text("79 juta")
    found += trouble(page)
    assert found == []
    assert wide == []


# --- a neighbour's door ----------------------------------------------------------------------------------------------


def addresses(patterns: Any, prefix: str = "", names: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(name, route) of every address below these."""
    for one in patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route, (*names, one.namespace or ""))
        elif isinstance(one, URLPattern):
            yield ":".join(filter(None, (*names, one.name or ""))), route


@pytest.fixture
def doors(db):
    """Every address of the back-office and the inbox that names a row, with the rows of showroom B in it."""
    cast = casting.gather()
    rows = furnish(cast.b)
    furnish(cast.a)
    with scope.of(cast.b):
        rows[CannedReply] = CannedReply.objects.create(tenant=cast.b, shortcut="rahasia", text="RAHASIA")
    return cast, rows


def filled(route: str, rows: dict[type, Any]) -> str | None:
    """The address with ids of these rows; None where it names none."""
    by_table = {f"{model._meta.app_label}/{model._meta.model_name}": row.pk for model, row in rows.items()}
    table = "/".join(route.split("/")[1:3])
    if "<" not in route or not route.startswith(("admin/", "inbox/")):
        return None
    chat = by_table["conversations/whatsappconversation"]
    ids = {"object_id": by_table.get(table), "pk": by_table.get(table, chat)}
    ids["message"] = by_table["conversations/whatsappmessage"]
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids.get(found[1])), route)
    return None if "None" in path else f"/{path}"


def test_a_manager_of_a_comes_through_no_door_of_b(doors):
    cast, rows = doors
    mega = User.objects.create(username="mega", is_staff=True)
    with scope.of(cast.a):
        Membership.objects.create(tenant=cast.a, user=mega, role=Role.MANAGER)
    browser = casting.browser(mega)
    paths = {path for _, route in addresses(get_resolver().url_patterns) if (path := filled(route, rows))}
    assert len(paths) > 60
    through = []
    for path in sorted(paths):
        for answer in (
            browser.get(path, follow=True),
            browser.post(path, {"post": "yes", "move": "take", "text": "halo"}, follow=True),
        ):
            refused = answer.status_code in (403, 404, 405)
            if not refused or "RAHASIA-showroom-b" in answer.content.decode():
                through.append((path, answer.status_code))
    assert through == []


def test_the_table_of_doors_is_not_empty_for_the_owner(doors):
    """The same addresses open for who works at B, so the ids are right."""
    cast, rows = doors
    charlie = casting.browser(cast.charlie)
    paths = {path for _, route in addresses(get_resolver().url_patterns) if (path := filled(route, rows))}
    opened = [path for path in paths if charlie.get(path, follow=True).status_code == 200]
    assert len(opened) > 30
