"""A person's data: seen whole, taken along, put right, erased without a trace; old chats at night; opting out."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from autolumiku.testing import marked
from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations import outbox, outreach, retention, rights, spool, tasks, turns
from conversations.models import Delivery, KeptFile, Silence, WhatsAppConversation, WhatsAppMessage
from conversations.tests.test_identity import body
from conversations.tests.test_upload import photo
from leads.models import Booking, Lead, Outreach
from staffcommands.models import Notice
from tenants import scope
from tenants.models import AuditEntry, Membership, PlatformUse, Role, User, owned_models
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
OTHER, NAME = "6281299990000", "Rahmat Hidayatullah"
PAGE = "/admin/data-pelanggan/"


@pytest.fixture
def lived(showroom: Showroom, storage: Any) -> Showroom:
    """A customer who did everything a customer can, another one, and staff who were told of both."""
    showroom.employs(role="owner")
    told = {"phone": CUSTOMER, "name": NAME}
    showroom.hears("ada honda city? budget 100jt, serius mau beli minggu ini", **told)
    showroom.hears("mau test drive city besok jam 10", "ya jadi", **told)
    showroom.hears("kabari kalau ada pajero ya", **told)
    showroom.receives_photo(photo(), "mobil saya", **told)
    run_jobs()
    showroom.hears("mau ngomong sama orang", **told)
    showroom.hears("ada fortuner?", phone=OTHER, name="Budi Lain")
    tasks.errands()
    run_jobs()
    showroom.hears("chats", phone="6281298765432")
    showroom.hears("leads", phone="6281298765432")
    with showroom.scope():
        lead = Lead.objects.get(phone=CUSTOMER)
        LogEntry.objects.create(
            user=User.objects.create(username="ani"), action_flag=2, object_id=str(lead.pk), object_repr=str(lead),
            content_type_id=LogEntry.objects.model.content_type.get_queryset().get(model="lead").pk,
        )  # fmt: skip
    return showroom


def member(showroom: Showroom, role: str = Role.OWNER) -> Client:
    with showroom.scope():
        user = User.objects.create(username=f"orang-{role}", is_staff=True)
        Membership.objects.create(tenant=showroom.tenant, user=user, role=role)
    return casting.browser(user)


def everything(showroom: Showroom) -> str:
    """Every row of the showroom, its jobs and the back-office's log, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(args::text, ' '), '') FROM procrastinate_jobs")
        [jobs] = cursor.fetchone()
    logged = " ".join(LogEntry.objects.values_list("object_repr", flat=True))
    rows = marked.rows_of(showroom.tenant.pk)
    return "\n".join([jobs, logged, *(row for found in rows.values() for row in found)])


def forms(phone: str) -> list[str]:
    return [phone, f"0{phone[2:]}", phone[2:], f"0{phone[2:5]}-{phone[5:9]}-{phone[9:]}"]


# --- Export and correction -------------------------------------------------------------------------------------------


def test_an_export_holds_everything_of_that_person_and_nothing_of_another(lived):
    with lived.scope():
        told = rights.export(rights.of_phone(lived.tenant.pk, CUSTOMER))
    text = json.dumps(told, ensure_ascii=False)
    for name in ("pesan", "percakapan", "prospek", "test drive", "riwayat test drive", "daftar tunggu", "kejadian"):
        assert told[name], name
    assert told["berkas"][0]["mime_type"] == "image/jpeg"
    assert told["kabar ke staf tentang orang ini"]
    assert "mau test drive city besok jam 10" in text
    assert NAME in text
    assert not [form for form in forms(OTHER) if form in text]
    assert "Budi Lain" not in text


def test_a_manager_sees_takes_corrects_and_erases_on_one_page(lived):
    browser = member(lived, Role.MANAGER)
    chat = lived.chat()
    page = browser.get(f"{PAGE}?percakapan={chat.pk}").content.decode()
    assert NAME in page
    assert "test drive" in page
    file = browser.post(PAGE, {"nomor": "0812-3456-7890", "do": "unduh"})
    assert file["Content-Disposition"] == 'attachment; filename="data-pelanggan.json"'
    assert json.loads(file.content)["nomor"] == [CUSTOMER]
    browser.post(PAGE, {"nomor": CUSTOMER, "do": "perbaiki", "nama": "Rahmat H."})
    with lived.scope():
        assert Lead.objects.get(phone=CUSTOMER).name == "Rahmat H."
        assert Booking.objects.get(phone=CUSTOMER).name == "Rahmat H."
    assert "ketik HAPUS" in browser.post(PAGE, {"nomor": CUSTOMER, "do": "hapus", "yakin": "ya"}).content.decode()
    assert lived.chat()
    done = browser.post(PAGE, {"nomor": CUSTOMER, "do": "hapus", "yakin": "hapus"}).content.decode()
    assert "sudah dihapus" in done
    with lived.scope():
        kinds = list(AuditEntry.objects.exclude(kind="read").order_by("pk").values_list("kind", "who"))
    assert kinds == [("exported", "orang-manager"), ("corrected", "orang-manager"), ("erased", "orang-manager")]


@pytest.mark.parametrize("asked", [{"nomor": "satu"}, {"percakapan": "9" * 30}, {"percakapan": "1"}, {}])
def test_who_is_not_known_has_nothing_to_show(showroom, asked):
    assert member(showroom).post(PAGE, {**asked, "do": "hapus", "yakin": "HAPUS"}).status_code == 200


# --- Erasure ---------------------------------------------------------------------------------------------------------


def test_erasing_leaves_no_trace_of_the_person_and_all_of_the_others(lived, storage, settings, tmp_path_factory):
    settings.SPOOL_DIR = str(tmp_path_factory.mktemp("spool"))
    spool.keep(f'{{"phone": "{CUSTOMER}"}}'.encode(), kind="message")
    with lived.scope():
        person = rights.of_phone(lived.tenant.pk, CUSTOMER)
        assert KeptFile.objects.count() == 1
        assert [form for form in forms(CUSTOMER) if form in everything(lived)]
        gone = rights.erase(person)
        left = everything(lived)
        assert rights.left_of(person) == {}
        assert Notice.objects.filter(text__contains="Budi").count() == 0 or "Budi" in left
    assert gone["percakapan"] == 1
    assert gone["prospek"] == gone["test drive"] == gone["daftar tunggu"] == gone["berkas"] == 1
    assert gone["pesan di spool"] == gone["berkas di penyimpanan"] == gone["catatan back-office"] == 1
    assert gone["sebutan dalam catatan staf"] >= 2
    for trace in (*forms(CUSTOMER), NAME, "mau test drive city besok", "serius mau beli"):
        assert trace not in left, trace
    assert not [path for path in (storage / "chats").rglob("*") if path.is_file()]
    assert forms(OTHER)[0] in left
    with lived.scope():
        assert WhatsAppConversation.objects.filter(customer_phone=OTHER).exists()
        entry = AuditEntry.objects.get(kind=AuditEntry.Kind.ERASED)
    assert entry.data["removed"] == gone
    assert CUSTOMER not in f"{entry.subject}{entry.data}"


def test_an_erased_person_may_come_back_as_a_stranger(lived):
    with lived.scope():
        rights.erase(rights.of_phone(lived.tenant.pk, CUSTOMER))
    assert run_jobs() is not None
    assert lived.hears("halo")
    assert len(lived.messages()) == 2


def test_a_person_without_a_phone_is_erased_by_the_chat(showroom):
    lid = "99887766554433@lid"
    words = body(
        showroom, "halo, saya Zubaedah Kartika", chat=lid, sender=lid, message_id="1", pushName="Zubaedah Kartika"
    )
    assert showroom.post(words).status_code == 200
    run_jobs()
    assert "Zubaedah" in everything(showroom)
    with showroom.scope():
        [chat] = WhatsAppConversation.objects.filter(lid=lid)
        rights.erase(rights.of_chat(chat))
    assert "Zubaedah" not in everything(showroom)
    assert "99887766554433" not in everything(showroom)


def test_a_staff_member_is_not_erased_as_a_customer(lived):
    with lived.scope(), pytest.raises(rights.StaffError):
        rights.erase(rights.of_phone(lived.tenant.pk, "6281298765432"))
    assert "milik staf" in (
        member(lived).post(PAGE, {"nomor": "6281298765432", "do": "hapus", "yakin": "HAPUS"}).content.decode()
    )


def test_every_table_that_may_hold_a_person_is_looked_at():
    """A new table or column is found by itself: texts() walks the models."""
    owned = set(owned_models())
    silent = {model.__name__ for model in owned - set(rights.texts())}
    assert silent == {"Membership", "BusinessHours", "LLMDay", "Finding", "AuditEntry", "VehiclePhoto", "Split"}


def test_whatever_hangs_on_a_chat_goes_with_it(showroom):
    """A new table that refers to chats, messages, leads or bookings has its line in rows_of()."""
    known = {rows.model for rows in rights.rows_of(rights.Person(showroom.tenant.pk)).values()}
    hanging = {
        model
        for model in owned_models()
        for field in model._meta.concrete_fields
        if field.remote_field and field.remote_field.model in (WhatsAppConversation, WhatsAppMessage, Lead, Booking)
    }
    assert hanging - known == set()


def test_the_commands_do_the_same(lived, tmp_path):
    out = StringIO()
    call_command("person", "export", "prima-mobil", "0812-3456-7890", file=tmp_path / "data.json")
    assert json.loads((tmp_path / "data.json").read_text())["nomor"] == [CUSTOMER]
    call_command("person", "correct", "prima-mobil", CUSTOMER, name="Rahmat")
    call_command("person", "erase", "prima-mobil", CUSTOMER, stdout=out)
    assert "percakapan: 1" in out.getvalue()
    assert lived.chat().customer_name == "Rahmat"
    call_command("person", "erase", "prima-mobil", CUSTOMER, yes=True, stdout=out)
    assert CUSTOMER not in everything(lived)
    with pytest.raises(CommandError, match="no phone"):
        call_command("person", "export", "prima-mobil", "satu")
    with pytest.raises(CommandError, match="No showroom"):
        call_command("person", "export", "tidak-ada", CUSTOMER)


# --- Retention -------------------------------------------------------------------------------------------------------


def at(hour: int, days: int = 0) -> Any:
    local = timezone.localtime() + timedelta(days=days)
    return time_machine.travel(local.replace(hour=hour), tick=False)


@pytest.mark.parametrize(
    ("days", "hour", "kept"),
    [(0, 2, True), (30, 2, False), (30, 14, True), (60, 2, True)],
    ids=["off", "old, at night", "by day", "not old enough"],
)
def test_old_chats_go_at_night_where_the_showroom_wants_it(showroom, days, hour, kept):
    showroom.hears("ada honda city? budget 100jt")
    showroom.set(keep_chats_days=days)
    with at(hour, days=40):
        retention.at_night()
    with showroom.scope():
        assert WhatsAppConversation.objects.exists() == kept
        assert WhatsAppMessage.objects.exists() == kept
        assert Lead.objects.count() == 1  # the showroom's books
        assert AuditEntry.objects.filter(kind="expired").exists() != kept


def test_the_worker_s_round_does_it(showroom):
    showroom.hears("halo")
    showroom.set(keep_chats_days=1)
    with at(2, days=3):
        tasks.clean()
    with showroom.scope():
        assert not WhatsAppConversation.objects.exists()


def test_who_asked_not_to_be_written_to_is_still_known(showroom):
    showroom.hears("halo")
    with showroom.scope():
        turns.silence(showroom.chat().pk, Silence.OPTED_OUT)
    showroom.set(keep_chats_days=30)
    with at(2, days=40):
        retention.at_night()
        retention.at_night()
    assert showroom.chat().silence == Silence.OPTED_OUT
    assert showroom.messages() == []
    with showroom.scope():
        assert AuditEntry.objects.filter(kind="expired").count() == 1


def test_a_dry_run_counts_and_removes_nothing(showroom):
    showroom.hears("halo")
    showroom.set(keep_chats_days=30)
    out = StringIO()
    with at(14, days=40):
        call_command("retention", dry_run=True, stdout=out)
        assert "prima-mobil: 1 chats older than 30 days would go" in out.getvalue()
        assert showroom.chat()
        call_command("retention", stdout=out)
        call_command("retention", stdout=out)
    assert "1 chats older than 30 days removed" in out.getvalue()
    assert "No showroom" in out.getvalue()


# --- Opting out ------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent(showroom: Showroom) -> Showroom:
    showroom.hears("ada honda city?")
    with showroom.scope():
        turns.silence(showroom.chat().pk, Silence.OPTED_OUT)
    return showroom


def queued(showroom: Showroom, **columns: Any) -> WhatsAppMessage:
    chat = showroom.chat()
    message = WhatsAppMessage(
        tenant=showroom.tenant, account=showroom.account, conversation=chat, direction="outbound", content="Halo lagi",
        **{"sender_type": "system", **columns},
    )  # fmt: skip
    outbox.queue(message, now=False)
    return message


@pytest.mark.parametrize("sender", ["system", "ai", "human"])
def test_nothing_goes_out_to_who_opted_out_whoever_wrote_it(silent, sender):
    sent = len(silent.gateway.sent)
    with silent.scope():
        message = queued(silent, sender_type=sender)
    run_jobs()
    assert len(silent.gateway.sent) == sent
    with silent.scope():
        message.refresh_from_db()
    assert (message.aimeow_status, message.error) == (Delivery.FAILED, outbox.NOT_WANTED)


@pytest.mark.parametrize("kind", Outreach.Kind.values)
def test_no_reminder_follow_up_or_notice_to_who_opted_out(silent, kind):
    with silent.scope():
        now = timezone.now()
        row = Outreach.objects.create(
            tenant=silent.tenant, account=silent.account, phone=CUSTOMER, kind=kind, due_at=now,
            until=now + timedelta(hours=1),
        )  # fmt: skip
    outreach.send()
    with silent.scope():
        row.refresh_from_db()
    assert row.dropped == "not wanted"


def test_no_move_but_hear_undoes_it(silent):
    pk, staff = silent.chat().pk, silent.employs().phone_number
    with silent.scope():
        user = User.objects.create(username="ani")
        assert not turns.take(pk, user=user)
        turns.close(pk, user=user)
        turns.give_back(pk, user=user)
        turns.assign(pk, to=user, user=user)
    for said in ("ambil 081234567890", "lepas 081234567890", "balas 081234567890 halo"):
        silent.hears(said, phone=staff)
    assert (silent.chat().holder, silent.chat().silence) == ("nobody", "opted_out")
    assert "Halo" not in [sent.text for sent in silent.gateway.sent if CUSTOMER in sent.to][1:]
    with silent.scope():
        turns.hear(pk)
    assert silent.hears("ada honda city?")


def test_a_failed_reply_is_not_sent_again_to_who_opted_out(silent):
    with silent.scope():
        message = queued(silent)
        WhatsAppMessage.objects.filter(pk=message.pk).update(aimeow_status=Delivery.FAILED)
    sent = len(silent.gateway.sent)
    browser = member(silent, Role.SALES)
    page = browser.post(f"/inbox/{silent.chat().pk}/langkah/", {"move": "resend", "message": message.pk}, follow=True)
    assert "minta tidak dihubungi" in page.content.decode()
    run_jobs()
    assert len(silent.gateway.sent) == sent


def test_the_news_of_a_car_stays_unsent_after_a_stop(showroom):
    showroom.hears("kabari kalau ada pajero ya")
    showroom.hears("stop, jangan kirim pesan lagi")
    with showroom.scope():
        assert showroom.messages()[-2].intent == "stop"
        car = showroom.has(make="Mitsubishi", model="Pajero", year=2018, price=350_000_000)
        now = timezone.now()
        row = Outreach.objects.create(
            tenant=showroom.tenant, account=showroom.account, phone=CUSTOMER, kind="arrived", vehicle=car, due_at=now,
            until=now + timedelta(hours=1),
        )  # fmt: skip
    outreach.send()
    with showroom.scope():
        row.refresh_from_db()
    assert row.dropped == "not wanted"


# --- The audit -------------------------------------------------------------------------------------------------------


def entries(showroom: Showroom) -> list[tuple[str, str, str]]:
    with showroom.scope():
        return list(AuditEntry.objects.order_by("pk").values_list("kind", "who", "subject"))


def test_each_reading_of_a_chat_is_a_row(showroom):
    showroom.hears("halo")
    pk, message = showroom.chat().pk, showroom.messages()[0].pk
    browser = member(showroom, Role.SALES)
    for address in (
        f"/inbox/{pk}/", f"/inbox/{pk}/isi/", f"/admin/conversations/whatsappconversation/{pk}/change/",
        f"/admin/conversations/whatsappmessage/{message}/change/", f"/api/v1/whatsapp-ai/conversations/{pk}/messages",
    ):  # fmt: skip
        assert browser.get(address).status_code == 200
    assert entries(showroom) == [("read", "orang-sales", f"percakapan {pk}")] * 4  # the open page's part is no new one
    browser.get("/admin/conversations/whatsappmessage/")
    assert entries(showroom)[-1] == ("read", "orang-sales", "daftar pesan")


def test_each_refusal_is_a_row(showroom, gateway):
    other = Showroom(gateway, slug="sinar", name="Sinar", number=2)
    showroom.hears("halo")
    pk = showroom.chat().pk
    browser = member(other, Role.SALES)
    token = casting.token(other.tenant, User.objects.get(username="orang-sales"), "chats:write")
    browser.get(f"/inbox/{pk}/")
    browser.get("/admin/mutu/")
    browser.get("/admin/no-such/")
    browser.get(f"/admin/conversations/whatsappconversation/{pk}/change/")
    Client().post(
        "/api/v1/whatsapp-ai/send-message", json.dumps({"conversationId": pk, "message": "x"}),
        content_type="application/json", headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    Client().get("/api/v1/whatsapp-ai/leads", headers={"Authorization": f"Bearer {token}"})
    said = [(who.partition(" (")[0], subject) for kind, who, subject in entries(other) if kind == "refused"]
    assert said == [
        ("orang-sales", f"GET /inbox/{pk}/"),
        ("orang-sales", "GET /admin/mutu/"),
        ("orang-sales", f"GET /admin/conversations/whatsappconversation/{pk}/change/"),
        ("orang-sales", "POST /api/v1/whatsapp-ai/send-message"),
        ("orang-sales", "GET /api/v1/whatsapp-ai/leads"),
    ]
    assert entries(showroom) == []


@pytest.mark.parametrize("door", ["showroom", "platform"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET who = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["audit_entries", "platform_uses"])
def test_nobody_changes_or_removes_what_was_noted(showroom, door, statement, table):
    entered = showroom.scope() if door == "showroom" else scope.platform("test")
    denied = pytest.raises(DatabaseError, match="permission denied")
    with entered, connection.cursor() as cursor, denied, transaction.atomic():
        cursor.execute(statement.format(table))


def test_what_a_platform_admin_does_over_all_showrooms_is_kept(showroom):
    showroom.hears("halo")
    pk = showroom.chat().pk
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    casting.browser(root).get(f"/admin/conversations/whatsappconversation/{pk}/change/")
    [use] = PlatformUse.objects.all()
    assert (use.who, use.what) == ("root", f"GET /admin/conversations/whatsappconversation/{pk}/change/")
    assert entries(showroom) == [("read", "root", f"percakapan {pk}")]


def test_the_model_is_told_no_phone(showroom, model):
    showroom.hears("ada honda city?", name=NAME)
    showroom.hears("harga nett berapa?", name=NAME)
    asked = json.dumps(model.requests)
    assert model.requests
    assert not [form for form in forms(CUSTOMER) if form in asked]
    assert "Hidayatullah" not in asked
