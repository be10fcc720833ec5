# ruff: noqa: E501 (one row of the table is one line)
"""The simulation for people: by its address, with the figures of the chat; wrong input is said in plain words."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autolumiku.testing.browser import DESK, ON_A_SERVER, PHONE, english, log_in, may_log_in, too_wide, trouble
from autolumiku.testing.stage import CITY, Showroom
from conversations.tests.test_connection import member
from conversations.tests.test_credit import CHEAP, HIGH, LOW
from inventory.models import Vehicle
from tenants.models import Role, User

PAGE = "/admin/simulasi/"
FIGURES = {3: ("4.108.333", "4.308.333"), 4: ("3.350.000", "3.550.000"), 5: ("2.950.000", "3.150.000")}


@pytest.fixture
def lender(gateway: Any) -> Showroom:
    showroom = Showroom(gateway)
    for car in (CITY, CHEAP):
        showroom.has(**car)
    showroom.lends("Satu Finance", *LOW)
    showroom.lends("Dua Leasing", *HIGH)
    return showroom


@pytest.fixture
def browser(lender: Showroom) -> Any:
    return member(lender, role=Role.READ_ONLY)


def seen(browser: Any, **query: Any) -> Any:
    answer = browser.get(PAGE, query)
    assert answer.status_code == 200
    return answer


def told(browser: Any, **query: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen(browser, **query).content.decode()))


@pytest.mark.django_db
def test_chat_command_and_page_show_the_same_figures(lender: Showroom, browser: Any) -> None:
    lender.employs()
    [chat] = lender.hears("bandingkan leasing avanza dp 20% tenor 3,4,5")
    [command] = lender.hears("kkb PM-PST-002 dp 20% tenor 3,4,5", phone="6281298765432")
    page = seen(browser, mobil="PM-PST-002", dp="20%", tenor=[3, 4, 5]).context["shown"]
    assert [(years, row.leasing, row.monthly.removeprefix("Rp ")) for years, rows in page.terms for row in rows] == [
        (years, leasing, monthly)
        for years, both in FIGURES.items()
        for leasing, monthly in zip(("Satu Finance", "Dua Leasing"), both, strict=True)
    ]
    for years, (low, high) in FIGURES.items():
        block = f"*Cicilan {years} tahun per bulan:*\n• Satu Finance: Rp {low}\n• Dua Leasing: Rp {high}"
        assert all(block in text for text in (chat, command, page.text))
    assert ("TDP (ADDM)", "Rp 32.950.000 - Rp 34.308.333") in page.facts
    assert "TDP (ADDM): Rp 32.950.000 - Rp 34.308.333" in chat
    assert "TDP (ADDM): Rp 32.950.000 – Rp 34.308.333" in command
    assert (
        page.text.splitlines()[2:] == chat[chat.index("Perkiraan") :].splitlines()[2:-2]
    )  # but the question at the end


SAID = {
    "nothing asked": ({}, ("Hitung", "Kosong: contoh 25%"), ("Per bulan",)),
    "a car by its id": ({"mobil": "pm-pst-002", "dp": "20%"}, ("Toyota Avanza G MT 2024", "Rp 30 juta", "Rp 4.108.333"), ()),
    "a car by its words": ({"mobil": "avanza 2024"}, ("PM-PST-002", "DP 25%", "Salin teks"), ()),
    "a down payment in rupiah": ({"mobil": "PM-PST-002", "dp": "50 juta", "tenor": 3}, ("DP 33%", "Rp 3.423.611"), ("4 tahun Satu",)),
    "a price": ({"harga": "150 juta", "dp": "20%", "tenor": 3}, ("Simulasi", "Rp 4.108.333", "Rp 34.108.333", "bunga flat 7,75% per tahun"), ()),
    "a price and a year": ({"harga": "150.000.000", "tahun": "2006", "dp": "20%", "tenor": 3}, ("bunga flat 10,75% per tahun",), ()),
    "the lowest": ({"mobil": "PM-PST-002"}, ("Satu Finance paling ringan", "estimasi"), ("Dua Leasing paling ringan",)),
    "too low": ({"mobil": "PM-PST-002", "dp": "5 juta"}, ("di bawah batas terendah leasing (20%)", "Rp 30 juta"), ()),
    "covered": ({"mobil": "PM-PST-002", "dp": "150 juta"}, ("sudah menutup harga mobil",), ("Per bulan", "Salin")),
    "several cars": ({"mobil": "2"}, ("Mobil yang mana?", "Honda City", "Toyota Avanza"), ("Per bulan",)),
    "no such car": ({"mobil": "ferrari"}, ("Tidak ada mobil “ferrari” di stok",), ("Per bulan",)),
    "no down payment": ({"mobil": "PM-PST-002", "dp": "dua ekor"}, ("Tulis DP dalam persen atau rupiah",), ("Per bulan",)),
    "a bare number": ({"mobil": "PM-PST-002", "dp": "20"}, ("Tulis DP dalam persen atau rupiah",), ("Per bulan",)),
    "no price": ({"harga": "murah"}, ("Tulis harga dalam rupiah",), ("Per bulan",)),
    "no year": ({"harga": "150 juta", "tahun": "baru"}, ("Tulis tahunnya",), ("Per bulan",)),
    "a far year": ({"harga": "150 juta", "tahun": "1900"}, ("Tahun mobil dari 1950",), ("Per bulan",)),
    "both": ({"mobil": "PM-PST-002", "harga": "150 juta"}, ("salah satu saja",), ("Per bulan",)),
    "a year alone": ({"tahun": "2020"}, ("Isi juga harganya",), ("Per bulan",)),
    "no such term": ({"mobil": "PM-PST-002", "tenor": "9"}, ("9",), ("Per bulan",)),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "says", "never"), SAID.values(), ids=SAID)
def test_the_page_says(browser: Any, query: dict[str, Any], says: tuple[str, ...], never: tuple[str, ...]) -> None:
    page = told(browser, **query)
    assert [one for one in says if one not in page] == []
    assert [one for one in never if one in page] == []


@pytest.mark.django_db
def test_who_asks_nothing_is_named_with_the_reason(lender: Showroom, browser: Any) -> None:
    lender.lends("Mahal Finance", *LOW, minimum_down=40)
    lender.lends("Muda Finance", *LOW, oldest=6)
    lender.lends("Pendek Finance", *LOW[:3])
    page = told(browser, mobil="PM-PST-002", dp="20%")
    assert "Mahal Finance: DP minimal 40%." in page
    assert "Muda Finance: tenor 5 tahun tidak, mobil paling tua 6 tahun saat lunas." in page
    assert "Pendek Finance: tidak ada tenor 4 dan 5 tahun." in page


@pytest.mark.django_db
def test_a_car_without_a_price_is_said_so(lender: Showroom, browser: Any) -> None:
    lender.has(**{**CHEAP, "model": "Rush", "price": None})
    assert "Harga Toyota Rush" in told(browser, mobil="rush")


@pytest.mark.django_db
def test_without_rates_one_is_shown_where_they_are_added(gateway: Any) -> None:
    showroom = Showroom(gateway)
    showroom.lends("Lama Finance", *LOW, valid_until="2020-12-31")
    assert "/admin/inventory/leasingrate/add/" in seen(member(showroom)).content.decode()
    page = told(member(showroom, role=Role.SALES), mobil="x")
    assert "Minta pemilik atau manajer" in page
    assert "Lama Finance" not in page


@pytest.mark.django_db
def test_another_showrooms_cars_and_rates_are_not_seen(lender: Showroom, browser: Any, gateway: Any) -> None:
    other = Showroom(gateway, slug="lain", name="Lain Motor", number=2)
    other.has(**{**CHEAP, "model": "Rush"})
    other.lends("Asing Finance", *LOW)
    page = told(browser, mobil="rush")
    assert "Tidak ada mobil “rush”" in page
    assert "Asing Finance" not in told(browser, mobil="PM-PST-002")


@pytest.mark.django_db
def test_the_rates_and_the_car_lead_here(lender: Showroom) -> None:
    browser = member(lender)
    assert 'href="/admin/simulasi/"' in browser.get("/admin/inventory/leasingrate/").content.decode()
    with lender.scope():
        pk = Vehicle.objects.get(display_id="PM-PST-002").pk
    assert (
        'href="/admin/simulasi/?mobil=PM-PST-002"'
        in browser.get(f"/admin/inventory/vehicle/{pk}/change/").content.decode()
    )


class TestInABrowser:
    pytestmark = ON_A_SERVER

    def test_by_keys_on_a_phone(self, lender: Showroom, live_server: Any, pages: Any) -> None:
        person = may_log_in(User.objects.get(pk=member(lender).session["_auth_user_id"]))
        page = pages()
        log_in(page, live_server, person, PAGE)
        page.get_by_role("textbox", name="Mobil", exact=True).fill("avanza")
        page.get_by_label("DP").fill("20%")
        page.keyboard.press("Enter")
        page.get_by_text("Rp 4.108.333").first.wait_for()
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            assert [*english(page), *trouble(page)] == []
            assert not too_wide(page)
        page.get_by_role("button", name="Salin teks").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Tersalin").wait_for()
