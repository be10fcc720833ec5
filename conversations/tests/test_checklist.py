"""The list that brings a new showroom live: each row turns by what is in the database, and then the list goes."""

from __future__ import annotations

from datetime import date

import pytest

from aiconfig.models import BusinessHours, FAQEntry, WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.testing.stage import CITY
from conversations.tests.test_admin import config_form, page_of
from conversations.tests.test_connection import member
from inventory.models import LeasingRate
from tenants.models import Tenant

pytestmark = pytest.mark.django_db
PAGE, HOME = "/admin/persiapan/", "/admin/"
STEPS = [
    "Nomor WhatsApp tersambung", "Alamat dan telepon showroom", "Stok mobil", "Jam buka", "Staf WhatsApp",
    "Bunga leasing yang berlaku", "Tanya jawab", "Pesan percobaan dijawab",
]  # fmt: skip


@pytest.fixture
def fresh(showroom):
    """As the platform admin has founded it."""
    with showroom.scope():
        from inventory.models import Vehicle

        Vehicle.objects.all().delete()
        AimeowAccount.objects.update(connection_status="disconnected", last_connected_at=None)
        Tenant.objects.filter(pk=showroom.tenant.pk).update(address="", phone="", whatsapp_number="")
    return showroom


def done(browser):
    return [step.title for step in browser.get(PAGE).context["steps"] if step.done]


def connects(fresh):
    with fresh.scope():
        AimeowAccount.objects.get().mark_connected()


def settles(fresh):
    with fresh.scope():
        Tenant.objects.filter(pk=fresh.tenant.pk).update(address="Jl. Baru 1", phone="622150000001")


def lends(fresh):
    fresh.lends("BCA Finance", "6")


DO = [
    connects,
    settles,
    lambda fresh: fresh.has(**CITY),
    lambda fresh: fresh.opens({0: ("09:00", "17:00")}),
    lambda fresh: fresh.employs(),
    lends,
    lambda fresh: fresh.answers_faq("Garansi?", "Ada kak."),
    lambda fresh: fresh.hears("Halo, ada mobil apa saja?"),
]


def test_every_step_turns_by_its_own_data_and_then_the_list_is_gone(fresh):
    browser = member(fresh)
    assert done(browser) == []
    for number, do in enumerate(DO, start=1):
        page = browser.get(HOME).content.decode()
        assert f"Persiapan: {number - 1} dari 8 selesai" in page
        do(fresh)
        assert done(browser) == STEPS[:number]
    assert 'id="steps"' not in browser.get(HOME).content.decode()
    assert "Semua siap" in browser.get(PAGE).content.decode()


def test_what_does_not_count_does_not_turn_a_step(fresh, gateway):
    browser = member(fresh)
    with fresh.scope():
        LeasingRate.objects.create(
            tenant=fresh.tenant, valid_from=date(2020, 1, 1), valid_until=date(2020, 2, 1), year_1=6
        )
        FAQEntry.objects.create(tenant=fresh.tenant, question="x", answer="y", is_active=False)
        BusinessHours.objects.all().delete()
    fresh.has(**{**CITY, "status": "DRAFT"})
    fresh.employs(is_active=False)
    gateway.switch(send_error="not_connected")
    fresh.hears("halo")
    assert done(browser) == []


def test_each_row_links_to_where_it_is_done(fresh):
    browser = member(fresh)
    for step in browser.get(PAGE).context["steps"]:
        assert browser.get(step.url, follow=True).status_code == 200, step.title


def test_a_showroom_that_never_closes_says_so_once(fresh):
    browser = member(fresh)
    assert "Jam buka" not in done(browser)
    assert "selalu buka" in browser.post(PAGE, follow=True).content.decode()
    assert done(browser) == ["Jam buka"]


def test_hours_that_are_there_are_not_lost_by_a_late_tap(fresh):
    fresh.opens({0: ("09:00", "17:00")})
    member(fresh).post(PAGE)
    with fresh.scope():
        assert BusinessHours.objects.count() == 1


def test_saving_the_settings_answers_the_hours_only_where_they_changed(fresh):
    browser = member(fresh)
    with fresh.scope():
        page = page_of(WhatsAppAIConfig.objects.get())
    for hours, expected in (
        ({"always_open": "on"}, []),  # as it stood: another setting says nothing of the hours
        ({"day0_opens": "09:00", "day0_closes": "17:00"}, ["Jam buka"]),
        ({"always_open": "on"}, ["Jam buka"]),
    ):
        assert browser.post(page, config_form(**hours)).status_code == 302
        assert done(browser) == expected


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("sales", 403), ("read_only", 403)])
def test_the_list_is_for_who_leads(fresh, role, status):
    browser = member(fresh, role)
    assert browser.get(PAGE).status_code == status
    assert ('id="steps"' in browser.get(HOME).content.decode()) is (status == 200)


def test_over_all_showrooms_there_is_no_list(fresh, admin_client):
    assert admin_client.get(PAGE).url == HOME
    assert 'id="steps"' not in admin_client.get(HOME).content.decode()
