"""Every page of the inbox in a browser: accessible, usable by keyboard alone, and no wider than the screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from autolumiku.testing.browser import ON_A_SERVER, aside, log_in, may_log_in, too_wide, trouble
from autolumiku.testing.stage import run_jobs
from conversations.models import CannedReply
from conversations.tests.test_enclosures import picture, stored
from conversations.tests.test_inbox import seller
from inventory.models import Vehicle, VehiclePhoto

pytestmark = ON_A_SERVER
WIDTHS = (390, 1440)


@pytest.fixture
def busy(showroom, storage):
    """A chat that waits, one that is drafted, and one that was answered; a ready reply and a car with a photo."""
    with showroom.scope():
        CannedReply.objects.create(tenant=showroom.tenant, shortcut="alamat", text="Halo {kak}, kami di {alamat}.")
        car = Vehicle.objects.get(display_id="PM-PST-001")
        name = stored(f"vehicles/{showroom.tenant.pk}/city.jpg", picture())
        VehiclePhoto.objects.create(tenant=showroom.tenant, vehicle=car, image=name, is_main=True)
    showroom.hears("Halo kak, ada Honda City?")
    showroom.hears("Saya mau bicara dengan orang", phone="6281234560001")
    showroom.set(draft_price=True)
    showroom.hears("Berapa harga Fortuner?", phone="6281234560002")
    return showroom


@pytest.fixture
def dewi(busy):
    return may_log_in(seller(busy))


def addresses(busy):
    chats = [busy.chat(phone).pk for phone in ("6281234567890", "6281234560001", "6281234560002")]
    folders = [f"/inbox/?f={folder}" for folder in ("menunggu", "saya", "semua", "bot", "selesai", "spam")]
    return [*folders, "/inbox/?f=semua&q=tidakada", *(f"/inbox/{pk}/?f=semua" for pk in chats), "/inbox/showroom/"]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_and_fits_the_screen(live_server, busy, dewi, pages, width):
    page = pages()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{live_server.url}/inbox/masuk/")
    found = trouble(page)
    log_in(page, live_server, dewi)
    wide = []
    for address in aside(addresses, busy):
        page.goto(f"{live_server.url}{address}")
        found += trouble(page)
        wide += [address] if too_wide(page) else []
    page.goto(f"{live_server.url}/inbox/{aside(lambda: busy.chat('6281234560002').pk)}/?f=semua")
    page.get_by_role("button", name="Siap pakai").click()
    expect(page.locator("#found button").first).to_be_visible()
    found += trouble(page)
    page.locator("#head summary").click()
    found += trouble(page)
    menu = page.locator("#head .menu").bounding_box()
    assert menu["x"] >= 0
    assert menu["x"] + menu["width"] <= width
    assert found == []
    assert wide == []


def test_a_chat_is_answered_with_the_keyboard_alone(live_server, busy, dewi, pages):
    page = pages()
    page.set_viewport_size({"width": 1440, "height": 900})
    log_in(page, live_server, dewi)
    page.goto(f"{live_server.url}/inbox/?f=menunggu")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.className")
    assert "row" in focused
    page.keyboard.press("Enter")
    expect(page.locator("#head")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.type("Halo kak, saya Dewi")
    page.keyboard.press("Enter")
    expect(page.locator(".by-human")).to_contain_text("Halo kak, saya Dewi", timeout=6000)
    aside(run_jobs)
    assert busy.gateway.sent[-1].text == "Halo kak, saya Dewi"


def test_a_cars_card_and_a_chosen_file_go_out_from_the_composer(live_server, busy, dewi, pages):
    page = pages()
    log_in(page, live_server, dewi)
    page.goto(f"{live_server.url}/inbox/{aside(lambda: busy.chat('6281234560001').pk)}/")
    page.get_by_role("button", name="Siap pakai").click()
    page.locator("#found button[data-unit]").first.click()
    expect(page.locator("#enclosed")).to_contain_text("Foto PM-PST-001")
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.locator(".by-human .photo")).to_be_visible(timeout=6000)
    page.locator("#file").set_input_files({"name": "Brosur.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(page.locator("#enclosed")).to_contain_text("Brosur.pdf")
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(page.get_by_text("Buka dokumen")).to_be_visible(timeout=6000)
    aside(run_jobs)
    assert [sent.path for sent in busy.gateway.sent[-2:]] == ["send-image", "send-document-base64"]


def test_a_draft_is_sent_by_a_tap(live_server, busy, dewi, pages):
    page = pages()
    log_in(page, live_server, dewi)
    page.locator("#rows .row", has_text="konsep jawaban").click()
    page.get_by_role("button", name="Kirim konsep").click()
    expect(page.get_by_text("Jawaban asisten dikirim")).to_be_visible()
    aside(run_jobs)
    assert "Fortuner" in busy.gateway.sent[-1].text


# what the browser is told to play and to show, kept where a test sees it
SPIED = """
    const said = () => document.documentElement.dataset;
    const Sound = AudioContext, shows = ServiceWorkerRegistration.prototype.showNotification;
    window.AudioContext = class extends Sound {
        constructor() { super(); said().rung = Number(said().rung || 0) + 1; }
    };
    ServiceWorkerRegistration.prototype.showNotification = async function (...words) {
        await shows.apply(this, words);
        said().shown = words[0];
    };
"""


def test_a_new_hand_over_rings_and_is_shown_where_that_is_wanted(live_server, busy, dewi, pages):
    page = pages()
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.add_init_script(SPIED)
    log_in(page, live_server, dewi)
    aside(lambda: busy.hears("Minta orang dong, saya mau bicara", phone="6281234560003"))
    expect(page.locator("#rows .row")).to_have_count(3, timeout=6000)
    expect(page.locator("html")).not_to_have_attribute("data-rung", "1")
    page.get_by_role("button", name="Notifikasi mati").click()
    expect(page.get_by_role("button", name="Notifikasi nyala")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-rung", "1")  # so that one knows how it sounds
    aside(lambda: busy.hears("Minta orang dong, saya mau bicara", phone="6281234560004"))
    expect(page.locator("html")).to_have_attribute("data-rung", "2", timeout=6000)
    expect(page.locator("html")).to_have_attribute("data-shown", "Ada pelanggan yang menunggu")


def test_a_shortcut_becomes_its_words_and_what_is_not_sent_outlives_the_page(live_server, busy, dewi, pages):
    page = pages()
    log_in(page, live_server, dewi)
    page.goto(f"{live_server.url}/inbox/{aside(lambda: busy.chat('6281234560001').pk)}/")
    field = page.get_by_label("Balasan untuk pelanggan")
    field.press_sequentially("/")
    expect(page.locator("#tools [data-shortcut=alamat]")).to_be_visible(timeout=6000)
    with page.expect_response("**/konsep/"):
        field.press_sequentially("alamat ")
        expect(field).to_have_value(re.compile("Halo Kak.*, kami di Jl. Contoh Raya No. 1, Jakarta Pusat."))
    page.reload()
    expect(field).to_have_value(re.compile("kami di Jl. Contoh Raya No. 1"))
