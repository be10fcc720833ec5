"""The back-office over all showroom tables: what each role sees, what nobody sees of others, and the chat's moves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.db import connection
from django.utils import timezone
from django.utils.html import escape

from aiconfig.models import BusinessHours, FAQEntry, LLMCall, WhatsAppAIConfig
from aimeow.models import AimeowAccount, UnknownClient
from conversations import turns, verdicts
from conversations.admin import SHOWN, TROUBLE, bubble, timeline
from conversations.models import ConversationEvent, Holder, Reason, Status, WhatsAppConversation, WhatsAppMessage
from inventory import models as inventory
from inventory.models import LeasingRate, Vehicle, VehicleHistory
from leads.models import Lead
from staffcommands.models import StaffCommandLog, StaffWhatsAppAuth
from tenants import scope
from tenants.models import Membership, Role, Tenant
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
CHATS = "/admin/conversations/whatsappconversation/"
CARS = "/admin/inventory/vehicle/"
CONFIG = "/admin/aiconfig/whatsappaiconfig/"


def furnish(tenant: Tenant) -> dict[type, object]:
    """One row of every table, each with the mark RAHASIA-<slug>."""
    mark, number = f"RAHASIA-{tenant.slug}", 6281200000000 + tenant.pk * 10
    with scope.of(tenant):
        account = AimeowAccount.objects.create(tenant=tenant, client_id=f"{mark}-client", phone_number=str(number))
        car = inventory.add(
            tenant.pk, by="test", make="Toyota", model=mark, year=2019, price=172_000_000, cost_price=150_123_456,
            staff_notes="catatan dalam", status="AVAILABLE",
        )  # fmt: skip
        car.change({"cost_price": 149_765_432}, by="test")
        lead = Lead.objects.create(tenant=tenant, phone=str(number + 1), name=mark, vehicle=car)
        staff = StaffWhatsAppAuth.objects.create(tenant=tenant, phone_number=str(number + 2), name=mark)
        call = LLMCall.objects.create(tenant=tenant, purpose=mark[:20], model=mark, outcome="ok", latency_ms=1200)
        chat = WhatsAppConversation.objects.create(
            tenant=tenant, account=account, customer_phone=str(number + 1), chat_jid="x", customer_name=mark, lead=lead,
            last_message_at=timezone.now(),
        )  # fmt: skip
        message = WhatsAppMessage.objects.create(
            tenant=tenant, account=account, conversation=chat, direction="inbound", sender_type="customer", content=mark
        )
        rows = [
            account, car, lead, staff, call, chat, message,
            WhatsAppAIConfig.objects.create(tenant=tenant, ai_name=mark, welcome_message=mark),
            BusinessHours.objects.create(tenant=tenant, weekday=0, opens=time(9), closes=time(17)),
            FAQEntry.objects.create(tenant=tenant, question=mark, answer=mark),
            LeasingRate.objects.create(tenant=tenant, partner=mark, valid_from=date(2026, 1, 1), year_3="7.75"),
            StaffCommandLog.objects.create(
                tenant=tenant, staff=staff, staff_phone=str(number + 2), command=mark[:40], success=True,
                result_message=f"modal Rp 150.123.456 {mark}", vehicle=car,
            ),
            Membership.objects.first(),
        ]  # fmt: skip
    return {type(row): row for row in (*rows, tenant)}


@pytest.fixture
def cast():
    return casting.gather()


@pytest.fixture
def two(cast):
    """Both showrooms furnished: two.a and two.b map models to their one row."""
    return SimpleNamespace(cast=cast, a=furnish(cast.a), b=furnish(cast.b))


def page_of(row, what="change"):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/{what}/"


def list_of(model):
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def text(response):
    return response.content.decode()


# --- every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "bob", "rani", "root"])
def test_every_page_opens_or_refuses_by_role(two, name):
    browser = casting.browser(two.cast.person(name))
    for model in admin.site._registry:
        answer = browser.get(list_of(model))
        platforms, leaders = ("User", "UnknownClient", "PlatformUse"), ("ApiToken", "AuditEntry")
        closed = {"root": (), "alice": platforms}.get(name, (*platforms, *leaders))
        if model.__name__ in closed:
            assert answer.status_code == 403
            continue
        if name in ("bob", "rani") and model.__name__ in FOR_LEADERS:
            assert answer.status_code == 403  # for those who lead
            continue
        assert answer.status_code in (200, 302), model
        assert browser.get(list_of(model) + "add/").status_code in (200, 302, 403), model
        row = two.a.get(model)
        if row is not None:
            assert browser.get(page_of(row)).status_code == 200, model
            assert browser.get(page_of(row, "history")).status_code in (200, 403), model
            assert browser.get(page_of(row, "delete")).status_code in (200, 403), model


FOR_LEADERS = ("Confirmation", "Notice", "Replay", "Split", "WebhookDelivery", "WebhookEndpoint")


@pytest.mark.parametrize(("name", "seen"), [("alice", True), ("bob", False)])
def test_the_menu_shows_only_what_opens(cast, name, seen):
    assert ("/admin/tenants/apitoken/" in text(casting.browser(cast.person(name)).get("/admin/"))) == seen


def test_nothing_of_another_showroom_is_shown_taken_or_confirmed(two):
    """Charlie manages B; every address with an id of A answers 403 or 404, and no page holds a word of A's."""
    browser = casting.browser(two.cast.charlie)
    for model, row in two.a.items():
        for what in ("change", "delete", "history"):
            for answer in (browser.get(page_of(row, what)), browser.post(page_of(row, what), {"post": "yes"})):
                assert answer.status_code in (403, 404, 405), (model, what)
                assert "RAHASIA-showroom-a" not in text(answer)
        listed = text(browser.get(list_of(model), {"q": "RAHASIA"}, follow=True)) + text(
            browser.get(list_of(model), follow=True)
        )
        assert "RAHASIA-showroom-a" not in listed, model
        assert "Showroom A" not in listed, model
        assert "RAHASIA-showroom-b" in listed or model in (Membership, BusinessHours, Tenant, AimeowAccount), model
    chat = two.a[WhatsAppConversation]
    assert browser.post(f"{CHATS}{chat.pk}/langkah/", {"move": "take"}).status_code == 404
    with scope.of(two.cast.a):
        assert WhatsAppConversation.objects.get().holder == Holder.BOT
        assert all(model.objects.filter(pk=row.pk).exists() for model, row in two.a.items())


def test_bulk_actions_with_foreign_ids_do_nothing(two):
    browser = casting.browser(two.cast.charlie)
    for model, action in (
        (WhatsAppConversation, "close_all"),
        (WhatsAppConversation, "delete_selected"),
        (Vehicle, "mark_sold"),
        (Lead, "delete_selected"),
        (FAQEntry, "delete_selected"),
    ):
        form = {"action": action, "_selected_action": [two.a[model].pk], "post": "yes", "select_across": "0"}
        assert browser.post(list_of(model), form).status_code in (200, 302)
    with scope.of(two.cast.a):
        assert WhatsAppConversation.objects.get().status == Status.ACTIVE
        assert Vehicle.objects.get().status == "AVAILABLE"
        assert Lead.objects.exists()
        assert FAQEntry.objects.exists()


@pytest.mark.parametrize("name", ["charlie", "root"])
def test_choices_and_posted_references_stay_inside_the_showroom(two, name):
    """Root works over all showrooms here and must choose one; a car of A is no choice for a lead of B."""
    browser = casting.browser(two.cast.person(name))
    form = {
        "tenant": two.cast.b.pk, "phone": "081234567801", "status": "NEW", "priority": "HIGH", "source": "phone",
        "vehicle": two.a[Vehicle].pk, "assigned_to": two.cast.alice.pk,
    }  # fmt: skip
    answer = browser.post("/admin/leads/lead/add/", form)
    assert answer.status_code == 200
    assert {"vehicle", "assigned_to"} <= set(answer.context["adminform"].form.errors)
    good = form | {"vehicle": two.b[Vehicle].pk, "assigned_to": two.cast.charlie.pk}
    assert browser.post("/admin/leads/lead/add/", good).status_code == 302
    with scope.of(two.cast.b):
        assert Lead.objects.get(phone="6281234567801").vehicle_id == two.b[Vehicle].pk


def test_a_members_posted_tenant_is_ignored(two):
    form = {"tenant": two.cast.a.pk, "question": "q", "answer": "a", "position": 0, "is_active": "on"}
    assert casting.browser(two.cast.charlie).post("/admin/aiconfig/faqentry/add/", form).status_code == 302
    with scope.of(two.cast.b):
        assert FAQEntry.objects.filter(question="q").exists()


def test_the_platform_admin_sees_all_until_one_is_chosen(two):
    browser = casting.browser(two.cast.root)
    both = text(browser.get(CARS))
    assert "RAHASIA-showroom-a" in both
    assert "RAHASIA-showroom-b" in both
    browser.post("/admin/showroom/", {"showroom": "showroom-a"})
    one = text(browser.get(CARS))
    assert "RAHASIA-showroom-a" in one
    assert "RAHASIA-showroom-b" not in one
    assert browser.get(page_of(two.b[Vehicle])).status_code == 404


def test_two_values_that_the_whole_platform_shares_collide_with_a_sentence(two):
    browser = casting.browser(two.cast.root)
    browser.post("/admin/showroom/", {"showroom": "showroom-a"})
    account = two.a[AimeowAccount]
    form = {"client_id": two.b[AimeowAccount].client_id, "phone_number": "", "is_active": "on"}
    answer = browser.post(page_of(account), form, follow=True)
    assert "Belum tersimpan" in text(answer)


def test_the_same_phone_twice_is_a_plain_error(two):
    form = {"phone": f"+{two.a[Lead].phone}", "status": "NEW", "priority": "HIGH", "source": "phone"}
    answer = casting.browser(two.cast.alice).post("/admin/leads/lead/add/", form)
    assert "sudah ada" in str(answer.context["errors"])


# --- what sales may not ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "seen"), [("alice", True), ("bob", False), ("rani", False)])
def test_cost_price_and_notes_are_for_owners_and_managers(two, name, seen):
    browser = casting.browser(two.cast.person(name))
    shown = "".join(
        text(browser.get(address))
        for address in (CARS, page_of(two.a[Vehicle]), CARS + "add/", page_of(two.a[StaffCommandLog]))
        if browser.get(address).status_code == 200
    )
    for secret in ("149.765.432", "149765432", "150.123.456", "catatan dalam", "cost_price"):
        assert (secret in shown) is seen or (seen and secret == "149765432"), secret


@pytest.mark.parametrize(
    "lookup", ["cost_price__gte", "cost_price", "staff_notes__contains", "photos__vehicle__cost_price"]
)
def test_a_hidden_price_cannot_be_found_out_by_filtering(two, lookup):
    answer = casting.browser(two.cast.bob).get(CARS, {lookup: "1"})
    assert answer.status_code in (302, 400, 403)
    assert "RAHASIA" not in text(answer)


def car_form(**fields):
    inlines = {f"{prefix}-{part}_FORMS": 0 for prefix in ("photos", "history") for part in ("TOTAL", "INITIAL")}
    return {"make": "Toyota", "model": "Avanza", "year": "2019", "status": "AVAILABLE", **inlines, **fields}


def test_sales_change_a_car_and_the_history_says_who(two):
    car = two.a[Vehicle]
    answer = casting.browser(two.cast.bob).post(
        page_of(car), car_form(price="Rp 168 juta", cost_price="1", status="SOLD")
    )
    assert answer.status_code == 302
    with scope.of(two.cast.a):
        car.refresh_from_db()
        last = VehicleHistory.objects.first()
    assert (car.price, car.cost_price, car.status, car.sold_at is not None) == (168_000_000, 149_765_432, "SOLD", True)
    assert last.changed_by == "bob"
    assert {"price", "status"} <= set(last.changed_fields)


def test_a_new_car_gets_its_id_and_its_first_history_row(two):
    assert casting.browser(two.cast.alice).post(CARS + "add/", car_form(price="175.000.000")).status_code == 302
    with scope.of(two.cast.a):
        car = Vehicle.objects.get(model="Avanza")
        assert (car.display_id, car.price) == ("A-002", 175_000_000)
        assert car.history.get().changed_by == "alice"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("price", "murah"),
        ("price", "0"),
        ("price", "999 miliar"),
        ("year", "1890"),
        ("mileage", "9999999"),
        ("make", ""),
    ],
)
def test_nonsense_is_refused_at_its_field(two, field, value):
    answer = casting.browser(two.cast.alice).post(CARS + "add/", car_form(**{field: value}))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors


def test_bulk_marking_writes_history_too(two):
    form = {"action": "mark_booked", "_selected_action": [two.a[Vehicle].pk]}
    assert casting.browser(two.cast.bob).post(CARS, form).status_code == 302
    with scope.of(two.cast.a):
        assert VehicleHistory.objects.first().new_values == {"status": "BOOKED"}


@pytest.mark.parametrize("name", ["bob", "rani"])
def test_only_owners_and_managers_change_settings_staff_and_questions(two, name):
    browser = casting.browser(two.cast.person(name))
    for model in (WhatsAppAIConfig, FAQEntry, BusinessHours, StaffWhatsAppAuth, AimeowAccount, Membership, Tenant):
        assert browser.post(page_of(two.a[model]), {"ai_name": "X"}).status_code == 403, model
        assert browser.post(page_of(two.a[model], "delete"), {"post": "yes"}).status_code == 403, model
    with scope.of(two.cast.a):
        assert WhatsAppAIConfig.objects.get().ai_name.startswith("RAHASIA")


@pytest.mark.parametrize("model", [LLMCall, StaffCommandLog, WhatsAppMessage])
def test_logs_are_for_reading(two, model):
    browser = casting.browser(two.cast.alice)
    assert browser.post(page_of(two.a[model]), {"content": "X"}).status_code == 403
    assert browser.get(list_of(model) + "add/").status_code == 403


def test_a_staff_phone_is_normalised_and_nonsense_refused(two):
    browser = casting.browser(two.cast.alice)
    add = "/admin/staffcommands/staffwhatsappauth/add/"
    assert browser.post(add, {"name": "Dedi", "phone_number": "0812-3456-7811", "role": "staff"}).status_code == 302
    with scope.of(two.cast.a):
        assert StaffWhatsAppAuth.objects.filter(phone_number="6281234567811").exists()
    assert "Nomor ini tidak dikenali" in text(browser.post(add, {"name": "X", "phone_number": "12", "role": "staff"}))


def test_unknown_clients_are_the_platform_admins(two):
    UnknownClient.objects.create(client_id="stranger-client")
    assert "stranger-client" in text(casting.browser(two.cast.root).get("/admin/aimeow/unknownclient/"))
    assert casting.browser(two.cast.alice).get("/admin/aimeow/unknownclient/").status_code == 403


QR = {
    "waiting": ("2@abc,def,ghi", 60, "data:image/svg"),
    "expired": ("2@abc", -60, "kedaluwarsa"),
    "none": ("", 60, "tidak ada kode"),
    "too long": ("x" * 4_000, 60, "terlalu panjang"),
}


@pytest.mark.parametrize(("code", "seconds", "shown"), QR.values(), ids=QR)
def test_the_pairing_code_is_a_picture_while_it_lives_and_for_leaders_only(two, code, seconds, shown):
    account = two.a[AimeowAccount]
    until = timezone.now() + timedelta(seconds=seconds)
    with scope.of(two.cast.a):
        AimeowAccount.objects.update(qr_code=code, qr_code_expires_at=until, connection_status="qr_ready")
    assert shown in text(casting.browser(two.cast.alice).get(page_of(account)))
    assert "kode QR" not in text(casting.browser(two.cast.bob).get(page_of(account)))


# --- the settings page -----------------------------------------------------------------------------------------------


def config_form(**fields):
    switches = dict.fromkeys(("auto_reply", "customer_chat_enabled", "enable_vehicle_info"), "on")
    numbers = {"burst_wait_seconds": 1.5, "burst_cap_seconds": 8, "send_gap_seconds": 1, "customer_gap_seconds": 3}
    numbers |= {"held_reply_minutes": 120, "late_after_minutes": 30, "stale_after_hours": 12}
    numbers |= {"same_text_limit": 2, "answers_per_hour": 30}
    numbers |= {"model_seconds": 25, "model_share": 50, "forgotten_minutes": 15, "keep_chats_days": 0}
    numbers |= dict.fromkeys(("daily_model_calls", "daily_model_tokens", "daily_model_cost"), 0)
    return {
        "ai_name": "Rara", "ai_personality": "friendly", "timezone": "Asia/Makassar", "after_hours_mode": "answer",
        "assign_leads": "by_hand",
        "temperature": "0,5", "max_tokens": 1000, "daily_send_cap": 0, **switches, **numbers, **fields,
    }  # fmt: skip


def test_the_list_of_settings_is_the_one_page(two):
    answer = casting.browser(two.cast.alice).get(CONFIG)
    assert answer.status_code == 302
    assert answer.url == page_of(two.a[WhatsAppAIConfig])


def test_settings_and_hours_are_saved_from_one_page(two):
    browser = casting.browser(two.cast.alice)
    form = config_form(day0_opens="08:00", day0_closes="16:30", day5_opens="09.00", day5_closes="01.00")
    assert browser.post(page_of(two.a[WhatsAppAIConfig]), form).status_code == 302
    with scope.of(two.cast.a):
        config = WhatsAppAIConfig.objects.get()
        opened = {row.weekday: (row.opens, row.closes) for row in BusinessHours.objects.exclude(opens=None)}
    assert (config.ai_name, config.timezone, config.staff_commands_enabled) == ("Rara", "Asia/Makassar", False)
    assert opened == {0: (time(8), time(16, 30)), 5: (time(9), time(1))}
    assert browser.post(page_of(two.a[WhatsAppAIConfig]), config_form(always_open="on")).status_code == 302
    with scope.of(two.cast.a):
        assert not BusinessHours.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"day1_opens": "08:00"}, "day1_closes"),
        ({"temperature": "1,5"}, "temperature"),
        ({"timezone": "Asia/Bandung"}, "timezone"),
        ({"max_tokens": "1"}, "max_tokens"),
        ({"ai_name": ""}, "ai_name"),
    ],
)
def test_wrong_settings_are_refused_at_their_field(two, fields, field):
    answer = casting.browser(two.cast.alice).post(page_of(two.a[WhatsAppAIConfig]), config_form(**fields))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors


def test_the_page_shows_when_a_person_is_asked_for_and_links_to_what_belongs_to_it(two):
    page = text(casting.browser(two.cast.alice).get(page_of(two.a[WhatsAppAIConfig])))
    assert "pembayaran, nego harga" in page
    assert "/admin/coba/" in page
    assert "0 hari libur mendatang" in page
    with scope.of(two.cast.a):
        WhatsAppAIConfig.objects.update(enable_price_negotiation=True, draft_credit=True)
    page = text(casting.browser(two.cast.alice).get(page_of(two.a[WhatsAppAIConfig])))
    assert "pembayaran, nego harga" not in page
    assert "Menunggu satu ketukan di Inbox</b>: kredit" in page


def test_a_question_shows_which_messages_it_would_answer(two):
    entry, chat = two.a[FAQEntry], two.a[WhatsAppConversation]
    with scope.of(two.cast.a):
        FAQEntry.objects.update(question="Apakah bisa tukar tambah motor?")
        say(chat, "kak, motor saya bisa ditukar tambah ga?")
        say(chat, "bisa tukar tambah motor kak")
        say(chat, "harga avanza berapa")
        say(chat, "bisa tukar tambah motor, jawab kami", direction="outbound", sender_type="human")
    page = text(casting.browser(two.cast.alice).get(page_of(entry)))
    assert "motor, tambah, tukar" in page
    assert "<li>bisa tukar tambah motor kak</li>" in page
    assert "harga avanza" not in page
    assert "jawab kami" not in page
    new = text(casting.browser(two.cast.alice).get("/admin/aiconfig/faqentry/add/"))
    assert "terlihat setelah disimpan" in new


# --- the list and the chat -------------------------------------------------------------------------------------------


def say(chat, content, **fields):
    ours = fields.get("direction") == "outbound"
    return WhatsAppMessage.objects.create(
        **{
            "tenant_id": chat.tenant_id, "account_id": chat.account_id, "conversation": chat, "direction": "inbound",
            "sender_type": "ai" if ours else "customer", "content": content, **fields,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("RAHASIA-showroom-a", True),
        ("rahasia", True),
        ("isi pesan lama", True),
        ("tidak ada", False),
        ("\x00", True),
        ("%", False),
    ],
)
def test_search_finds_names_and_what_was_said(two, term, found):
    with scope.of(two.cast.a):
        say(two.a[WhatsAppConversation], "ini isi pesan lama sekali")
    assert (
        "RAHASIA-showroom-a"
        in text(casting.browser(two.cast.bob).get(CHATS, {"q": term})).replace(f'value="{term}"', "")
    ) is found


def test_search_takes_a_phone_as_people_type_it(two):
    digits = two.a[WhatsAppConversation].customer_phone
    shown = text(casting.browser(two.cast.bob).get(CHATS, {"q": f"0{digits[2:5]}-{digits[5:9]}-{digits[9:]}"}))
    assert "RAHASIA-showroom-a" in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"keadaan": "asisten"}, True),
        ({"keadaan": "menunggu"}, False),
        ({"keadaan": "saya"}, False),
        ({"kirim": "bermasalah"}, False),
        ({"maksud": "spam"}, False),
        ({"status__exact": "active"}, True),
        ({"is_spam__exact": "1"}, False),
    ],
)
def test_filters(two, query, found):
    assert ("RAHASIA-showroom-a" in text(casting.browser(two.cast.bob).get(CHATS, query))) is found


def test_the_list_costs_the_same_for_one_and_many(two, django_assert_max_num_queries):
    chat = two.a[WhatsAppConversation]
    with scope.of(two.cast.a):
        for number in range(30):
            other = WhatsAppConversation.objects.create(
                tenant=two.cast.a, account_id=chat.account_id, lid=f"{number}@lid", chat_jid="x", customer_name="x"
            )
            say(other, "halo")
    browser = casting.browser(two.cast.bob)
    with django_assert_max_num_queries(16):
        assert browser.get(CHATS).status_code == 200


def test_the_chat_shows_who_said_what_how_it_came_about_and_what_became_of_it(two):
    chat = two.a[WhatsAppConversation]
    with scope.of(two.cast.a):
        out = {"direction": "outbound"}
        say(chat, "jawaban model", path="model", llm_call=two.a[LLMCall], aimeow_status="read", **out)
        say(chat, "jawaban data", path="counter", aimeow_status="unsure", error="timeout", **out)
        say(chat, "teks", path="fixed", sender_type="system", verdict={"ok": False, "failed": ["diskon 5 juta"]}, **out)
        say(chat, "", media_type="image", media_url="https://example.test/foto.jpg")
        say(chat, "", media_type="document", media_url="javascript:alert(1)")
        say(chat, "<script>alert(1)</script>", latitude=-7.25, longitude=112.75, media_type="location")
        turns.hand_over(chat.pk, reason=Reason.COMPLAINT)
    shown = text(casting.browser(two.cast.bob).get(page_of(chat)))
    for words in (
        "1,2 detik", "dari data, tanpa model", "teks tetap", "dibaca", "tidak pasti terkirim", "diskon 5 juta",
        'src="https://example.test/foto.jpg"', "q=-7.250000,112.750000", "perlu orang · keluhan", "menunggu orang",
        "&lt;script&gt;alert(1)", "Kirim ulang", "Ambil alih",
    ):  # fmt: skip
        assert words in shown, words
    assert "javascript:" not in shown
    assert "<script>alert(1)" not in shown


def test_a_long_chat_costs_ten_queries_and_pages_back(two, django_assert_max_num_queries):
    chat = two.a[WhatsAppConversation]
    with scope.of(two.cast.a):
        for number in range(SHOWN + 20):
            say(chat, f"pesan-{number:03d}.", aimeow_status="failed", direction="outbound", path="counter")
            if number % 20 == 0:
                turns.note(chat.pk, ConversationEvent.Kind.TAKEN, actor=two.cast.bob)
    browser = casting.browser(two.cast.bob)
    with django_assert_max_num_queries(15):  # 10, and the savepoints and scope resets of a test
        newest = browser.get(page_of(chat))
    assert "pesan-219." in text(newest)
    assert "pesan-019." not in text(newest)
    earlier = browser.get(page_of(chat), {"before": newest.context["earlier"]})
    assert "pesan-019." in text(earlier)
    assert "RAHASIA-showroom-a" in text(earlier)
    assert "pesan-020." not in text(earlier)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "", "½"])
def test_a_strange_page_is_the_newest_or_none(two, before):
    assert (
        casting.browser(two.cast.bob).get(page_of(two.a[WhatsAppConversation]), {"before": before}).status_code == 200
    )


def test_a_day_line_stands_before_each_new_day():
    noon = timezone.localtime().replace(hour=12)
    rows = [
        WhatsAppMessage(pk=hours, direction="inbound", sender_type="customer", created_at=noon + timedelta(hours=hours))
        for hours in (0, 1, 14, 15)
    ]
    kinds = [type(entry).__name__ for entry in timeline(map(bubble, rows), [])]
    assert kinds == ["Day", "Bubble", "Bubble", "Day", "Bubble", "Bubble"]


@pytest.mark.parametrize("verdict", [None, [], "x", {}, {"failed": "x"}, {"failed": None}])
def test_a_strange_verdict_shows_no_claims(verdict):
    assert verdicts.claims(verdict) == ()


def move(two, name, what, **form):
    chat = two.a[WhatsAppConversation]
    answer = casting.browser(two.cast.person(name)).post(
        f"{CHATS}{chat.pk}/langkah/", {"move": what, **form}, follow=True
    )
    with scope.of(two.cast.a):
        chat.refresh_from_db()
    return answer, chat


@pytest.mark.parametrize(
    ("before", "what", "holder", "status", "kind"),
    [
        ((), "take", "person", "escalated", "taken"),
        ((), "ask", "waiting", "escalated", "escalated"),
        (("take",), "give_back", "bot", "active", "released"),
        (("take",), "close", "bot", "closed", "closed"),
        (("close",), "reopen", "bot", "active", "reopened"),
        ((), "spam", "nobody", "active", "silenced"),
        (("spam",), "not_spam", "bot", "active", "heard"),
        ((), "opt_out", "nobody", "active", "silenced"),
        (("block",), "hear", "bot", "active", "heard"),
    ],
)
def test_a_persons_moves(two, before, what, holder, status, kind):
    for step in before:
        move(two, "bob", step)
    answer, chat = move(two, "bob", what)
    assert answer.status_code == 200
    assert (chat.holder, chat.status, chat.is_spam) == (holder, status, what == "spam")
    with scope.of(two.cast.a):
        event = ConversationEvent.objects.last()
    assert (event.kind, event.actor) == (kind, two.cast.bob)


def test_a_chat_that_somebody_has_is_not_taken_away(two):
    move(two, "alice", "take")
    answer, chat = move(two, "bob", "take")
    assert "sudah dipegang Alice" in text(answer)
    assert chat.escalated_to == two.cast.alice


@pytest.mark.parametrize(
    ("name", "what", "status"),
    [("rani", "take", 403), ("bob", "explode", 404), ("bob", "", 404), ("stranger", "take", 404)],
)
def test_moves_that_are_none_or_not_allowed(two, name, what, status):
    answer, chat = move(two, name, what)
    assert answer.status_code == status
    assert chat.holder == Holder.BOT


def test_moves_are_posts_and_the_chat_page_takes_none(two):
    chat = two.a[WhatsAppConversation]
    browser = casting.browser(two.cast.bob)
    assert browser.get(f"{CHATS}{chat.pk}/langkah/").status_code == 405
    assert browser.post(page_of(chat), {"customer_name": "X"}).status_code == 405


@pytest.mark.parametrize(("state", "queued"), [("failed", True), ("unsure", True), ("sent", False), ("", False)])
def test_sending_again_is_for_failed_and_unsure_messages(two, state, queued):
    with scope.of(two.cast.a):
        message = say(two.a[WhatsAppConversation], "halo", direction="outbound", aimeow_status=state)
    answer, _ = move(two, "bob", "resend", message=message.pk)
    with scope.of(two.cast.a):
        message.refresh_from_db()
    assert (message.aimeow_status == "queued") is queued
    assert ("Pesan dikirim ulang." in text(answer)) is queued


@pytest.mark.parametrize("message", ["", "x", "9" * 30, "-1"])
def test_sending_nothing_again_is_no_crash(two, message):
    assert move(two, "bob", "resend", message=message)[0].status_code == 200


def test_a_message_of_another_chat_is_not_sent_from_here(two):
    with scope.of(two.cast.b):
        theirs = say(two.b[WhatsAppConversation], "halo", direction="outbound", aimeow_status=TROUBLE[0])
    move(two, "bob", "resend", message=theirs.pk)
    with scope.of(two.cast.b):
        theirs.refresh_from_db()
    assert theirs.aimeow_status == "failed"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("close_all", {"status": "closed"}),
        ("spam_all", {"is_spam": True}),
        ("release_all", {"holder": "bot", "status": "active"}),
    ],
)
def test_bulk_moves(two, action, expected):
    move(two, "bob", "take")
    chat = two.a[WhatsAppConversation]
    casting.browser(two.cast.bob).post(CHATS, {"action": action, "_selected_action": [chat.pk]})
    with scope.of(two.cast.a):
        chat.refresh_from_db()
    assert {name: getattr(chat, name) for name in expected} == expected


def test_an_owner_deletes_a_chat_with_its_messages_and_sales_do_not(two):
    form = {"action": "delete_selected", "_selected_action": [two.a[WhatsAppConversation].pk], "post": "yes"}
    for name, left in (("bob", True), ("alice", False)):
        casting.browser(two.cast.person(name)).post(CHATS, form)
        with scope.of(two.cast.a):
            assert WhatsAppConversation.objects.exists() is left
            assert WhatsAppMessage.objects.exists() is left


# --- the front page --------------------------------------------------------------------------------------------------


def test_the_front_page_counts_and_advises(two, settings):
    with scope.of(two.cast.a):
        say(two.a[WhatsAppConversation], "x", direction="outbound", aimeow_status="failed")
    move(two, "bob", "ask")
    answer = casting.browser(two.cast.bob).get("/admin/")
    assert [card.count for card in answer.context["cards"]] == [1, 1, 1, 1]
    assert "Jawaban dibuat dari data stok, tanpa model AI" in text(answer)
    assert "WhatsApp showroom tidak terhubung" in text(answer)
    settings.ZAI_API_KEY = "key"
    assert "tanpa model AI" not in text(casting.browser(two.cast.bob).get("/admin/"))


@pytest.mark.parametrize("name", ["alice", "root"])
def test_no_english_is_left_and_nothing_comes_from_elsewhere(two, name):
    browser = casting.browser(two.cast.person(name))
    addresses = ["/admin/", CHATS, page_of(two.a[WhatsAppConversation]), CARS, page_of(two.a[Vehicle]), CARS + "?q=zzz"]
    for address in addresses:
        shown = re.sub(r'value="\w{64}"', "", text(browser.get(address)))  # a token may spell any word
        for words in (
            "Django", "Filters", "Reset", "No results", "Type to search", "Select", ">Save", "Add ", "Log out",
            "Change password", "Recent", "https://fonts", "cdn.", "View site", "Run",
        ):  # fmt: skip
            assert words not in shown.replace("SelectBox", "").replace("SelectFilter", ""), (address, words)


# --- without the theme -----------------------------------------------------------------------------------------------

PLAIN = """
import django; from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
django.setup()
from django.contrib import admin; from django.db import transaction
from conversations.tests.test_admin import furnish, list_of, page_of
from tenants.tests import cast as casting
assert "unfold" not in settings.INSTALLED_APPS
with transaction.atomic():
    cast = casting.gather(); rows = furnish(cast.a)
    for person in (cast.alice, cast.bob, cast.root):
        browser = casting.browser(person)
        assert browser.get("/admin/").status_code == 200
        for model in admin.site._registry:
            answer = browser.get(list_of(model), follow=True)
            assert answer.status_code == 200 or (answer.status_code == 403 and not person.is_superuser), model
            assert b"unfold" not in answer.content, model
            if model in rows:
                assert browser.get(page_of(rows[model])).status_code == 200, model
                assert browser.get(list_of(model) + "add/").status_code in (200, 302, 403), model
    transaction.set_rollback(True)
print("plain is fine")
"""


@pytest.mark.slow
def test_every_page_works_without_the_theme():
    name = connection.settings_dict["NAME"]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN.format(name=name)],
        env=os.environ
        | {"ADMIN_THEME": "0", "DJANGO_SETTINGS_MODULE": "autolumiku.settings", "ALLOWED_HOSTS": "testserver"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "plain is fine" in done.stdout, done.stderr[-3000:]


# --- leasing rates ---------------------------------------------------------------------------------------------------

RATES = "/admin/inventory/leasingrate/"
GIVEN = {"partner": "Satu Finance", "valid_from": "2026-01-01", "year_3": "7,75", "minimum_down": "20"}


@pytest.mark.parametrize(("name", "status"), [("alice", 302), ("bob", 403), ("rani", 403)])
def test_owners_and_managers_keep_the_leasing_rates(cast, name, status):
    assert casting.browser(cast.person(name)).post(RATES + "add/", GIVEN).status_code == status
    with scope.of(cast.a):
        kept = list(LeasingRate.objects.values_list("partner", "year_3"))
    assert kept == ([("Satu Finance", Decimal("7.75"))] if status == 302 else [])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"year_3": ""}, "paling sedikit satu tenor", id="no rate"),
        pytest.param({"valid_until": "2025-12-31"}, "tidak boleh sebelum tanggal mulai", id="ends before it begins"),
        pytest.param({"year_3": "775"}, "60", id="no such rate"),
        pytest.param({}, "sudah punya bunga", id="twice from one day on"),
    ],
)
def test_rates_that_cannot_be_are_refused_in_words(cast, changed, says):
    browser = casting.browser(cast.alice)
    if not changed:
        browser.post(RATES + "add/", GIVEN)
    answer = browser.post(RATES + "add/", {**GIVEN, **changed})
    assert answer.status_code == 200
    assert says in text(answer)


def test_the_list_of_rates_says_which_are_valid(cast):
    browser = casting.browser(cast.alice)
    for first, last in (("2020-01-01", "2020-12-31"), ("2021-01-01", ""), ("2099-01-01", "")):
        browser.post(RATES + "add/", {**GIVEN, "valid_from": first, "valid_until": last})
    page = text(browser.get(RATES))
    assert [page.count(word) for word in (">berakhir<", ">berlaku<", ">nanti<", "3 th 7,75%")] == [1, 1, 1, 3]


# --- lists without rows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_an_empty_list_says_what_will_stand_there(cast, model):
    page = admin.site._registry[model]
    assert page.nothing_yet.endswith(".")
    browser = casting.browser(cast.alice if Role.OWNER in page.viewers else cast.root)
    answer = browser.get(list_of(model), follow=True)
    lists = answer.context.get("cl")
    if lists and not lists.result_count:
        said = answer.content.decode()
        assert escape(page.nothing_yet) in said
        assert (f"Tambah {model._meta.verbose_name}</a>" in said) is page.has_add_permission(answer.wsgi_request)


def test_a_search_without_a_hit_leads_back_to_the_list(cast):
    said = casting.browser(cast.alice).get(f"{CARS}?q=zeppelin").content.decode()
    assert "Tidak ada mobil yang cocok" in said
    assert "Tambah mobil</a>" not in said
