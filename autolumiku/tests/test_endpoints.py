"""The management API as a dashboard uses it: chats, replies, staff, stock, the number (test_api: what all share)."""

from __future__ import annotations

import base64
import json
import socket
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from autolumiku.testing.stage import CUSTOMER, Showroom, run_jobs
from conversations.inbox import folders
from conversations.models import WhatsAppConversation
from conversations.tests.test_upload import photo
from inventory.models import Vehicle
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Membership, Right, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/whatsapp-ai/"


class Program:
    """A dashboard with a token in the name of somebody at this showroom."""

    def __init__(self, showroom: Showroom, name: str = "ani", role: str = Role.OWNER, *rights: str) -> None:
        with showroom.scope():
            self.user = User.objects.create(username=name, first_name=name.title())
            Membership.objects.create(tenant=showroom.tenant, user=self.user, role=role)
        self.token = casting.token(showroom.tenant, self.user, *(rights or Right))

    def __call__(self, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
        body = json.dumps(data) if data is not None else ""
        sent = {"data": body, "content_type": "application/json"} if method != "get" else {}
        answer = getattr(Client(), method)(
            ROOT + path, headers={"Authorization": f"Bearer {self.token}", **headers}, **sent
        )
        return answer.status_code, answer.json()

    def get(self, path: str) -> Any:
        status, body = self("get", path)
        assert (status, body["success"]) == (200, True), body
        return body["data"]


@pytest.fixture
def program(showroom: Showroom) -> Program:
    return Program(showroom)


@pytest.fixture
def neighbour(gateway: Any, db: Any) -> Program:
    """The showroom next door, with a chat and a token for everything."""
    return Program(Showroom(gateway, slug="sinar", name="Sinar", number=2), "budi")


def test_chats_are_listed_searched_and_read(showroom, program):
    showroom.hears("city ada?")
    showroom.hears("halo", phone="6281299990000")
    assert [chat["customerPhone"] for chat in program.get("conversations")] == ["6281299990000", CUSTOMER]
    [chat] = program.get("conversations?q=city")
    assert (chat["status"], chat["heldBy"], chat["isEscalated"], chat["unreadCount"]) == ("active", "bot", False, 1)
    said = program.get(f"conversations/{chat['id']}/messages")
    assert [(one["direction"], one["senderType"]) for one in said] == [("inbound", "customer"), ("outbound", "ai")]
    _, body = program("get", f"conversations/{chat['id']}/messages?limit=1")
    assert [one["id"] for one in body["data"]] == [said[1]["id"]]
    _, body = program("get", f"conversations/{chat['id']}/messages?limit=1&before={body['meta']['next']}")
    assert ([one["id"] for one in body["data"]], body["meta"]["next"]) == ([said[0]["id"]], None)


def test_the_list_goes_on_where_the_page_before_ended(showroom, program):
    with showroom.scope():
        now = timezone.now()
        WhatsAppConversation.objects.bulk_create(
            WhatsAppConversation(
                tenant=showroom.tenant, account=showroom.account, customer_phone=f"62812{number:08d}", chat_jid="x",
                last_message_at=now - timedelta(minutes=number),
            )
            for number in range(folders.PAGE + 5)
        )  # fmt: skip
    _, first = program("get", "conversations")
    _, second = program("get", f"conversations?cursor={quote(first['meta']['next'])}")
    assert (len(first["data"]), len(second["data"]), second["meta"]["next"]) == (folders.PAGE, 5, None)


def test_a_chat_is_taken_once_answered_and_given_back(showroom, program):
    showroom.hears("city ada?")
    pk = showroom.chat().pk
    other = Program(showroom, "budi", Role.SALES)
    assert program("post", f"conversations/{pk}/take")[1]["data"]["escalatedTo"]["name"] == "Ani"
    status, body = other("post", f"conversations/{pk}/take")
    assert (status, body["code"]) == (409, "conflict")
    assert "Ani" in body["error"]
    status, body = program("post", "send-message", {"conversationId": pk, "message": "Siap Kak, saya bantu."})
    assert status == 202
    run_jobs()
    assert showroom.gateway.sent[-1].text == "Siap Kak, saya bantu."
    assert program.get(f"conversations/{pk}/messages")[-1]["status"] == "sent"
    assert program("post", f"conversations/{pk}/assign", {"userId": other.user.pk})[0] == 200
    assert other("post", f"conversations/{pk}/release")[1]["data"]["heldBy"] == "bot"
    assert program("post", f"conversations/{pk}/close")[1]["data"]["status"] == "closed"


def test_the_same_call_twice_sends_once(showroom, program):
    showroom.hears("halo")
    pk = showroom.chat().pk
    key, said = {"Idempotency-Key": "k1"}, {"conversationId": pk, "message": "Halo"}
    calls = [program("post", "send-message", said, **key) for _ in range(3)]
    assert {status for status, _ in calls} == {202}
    assert len({body["data"]["messages"][0]["id"] for _, body in calls}) == 1
    status, body = program(
        "post", "send-message", {"conversationId": pk, "message": "Lain"}, **{"Idempotency-Key": "k1"}
    )
    assert (status, body["code"]) == (409, "conflict")
    run_jobs()
    assert [sent.text for sent in showroom.gateway.sent].count("Halo") == 1


INSIDE = (
    "http://127.0.0.1:5432/a.jpg", "http://localhost/a.jpg", "http://0/a.jpg", "http://2130706433/a.jpg", "http://[::1]/a.jpg",
    "http://10.0.0.5/a.jpg", "http://172.16.0.1/a.jpg", "http://192.168.1.1/a.jpg", "http://100.64.0.1/a.jpg",
    "http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/computeMetadata/v1/",
    "http://[::ffff:127.0.0.1]/a.jpg", "http://[::ffff:169.254.169.254]/a.jpg", "http://[64:ff9b::a9fe:a9fe]/a.jpg",
    "https://inside.example.com/a.jpg",  # a name that leads inside
    "https://httpbin.org/redirect-to?url=http://127.0.0.1/",  # a way around
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "data:image/png;base64,AAAA", "//127.0.0.1/a.jpg",
)  # fmt: skip
REAL = base64.b64encode(b"%PDF-1.4 brosur").decode()
PLACES = {
    "imageUrl": lambda url: {"imageUrl": url},
    "documentUrl": lambda url: {"documentUrl": url, "filename": "a.pdf", "message": "Ini"},
    "mediaUrl": lambda url: {"mediaUrl": url, "message": "Ini"},
    "file": lambda url: {"file": url},
    "a file's content": lambda url: {"file": {"filename": "a.jpg", "base64": url}},
    "a file's url": lambda url: {"file": {"filename": "a.jpg", "url": url}},
    "a file's url beside its content": lambda url: {"file": {"filename": "a.pdf", "base64": REAL, "url": url}},
    "a file's name": lambda url: {"file": {"filename": url, "base64": REAL}},
    "a car": lambda url: {"vehicleId": url[:24]},
    "the words": lambda url: {"message": url},
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_no_address_in_a_call_is_ever_connected_to(showroom, program, storage, settings, monkeypatch, place):
    """Files come as base64 alone. Whatever is written where, we speak with the gateway and nobody else."""
    showroom.hears("halo")
    chat = {"conversationId": showroom.chat().pk}
    seen, looked_up, connect, look_up = set(), set(), socket.socket.connect, socket.getaddrinfo

    def connected(self, address):
        seen.add(address[:2])
        return connect(self, address)

    def resolved(host, *args, **options):
        looked_up.add(host)
        return look_up(host, *args, **options)

    monkeypatch.setattr(socket.socket, "connect", connected)
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    taken = [url for url in INSIDE if program("post", "send-message", {**chat, **place(url)})[0] == 202]
    run_jobs(ahead=60)
    ours = [
        urlsplit(address) for address in (showroom.gateway.base_url, settings.PUBLIC_URL)
    ]  # it fetches files from us
    assert seen <= {(one.hostname, one.port) for one in ours}
    assert looked_up <= {one.hostname for one in ours}
    if place is PLACES["the words"]:
        assert [sent.text for sent in showroom.gateway.sent[-len(INSIDE) :]] == taken == list(INSIDE)


def test_a_phone_a_file_and_a_car_s_photo(showroom, program, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    showroom.hears("halo")
    file = {"filename": "brosur.jpg", "base64": base64.b64encode(photo()).decode()}
    status, body = program("post", "send-message", {"to": "0812-3456-7890", "message": "Ini ya Kak", "file": file})
    assert status == 202, body
    assert body["data"]["messages"][0]["mediaType"] == "image"
    for wrong, field in (
        ({"to": "081200001111", "message": "Halo"}, 404),
        ({"to": "081234567890"}, 400),
        ({"message": "Halo"}, 400),
        ({"to": "081234567890", "file": {"filename": "x.jpg", "base64": "!!"}}, 400),
        ({"to": "081234567890", "file": {"filename": "x.exe", "base64": "TVo="}}, 409),
        ({"to": "081234567890", "message": "x" * 4001}, 400),
        ({"to": "081234567890", "vehicleId": "PM-PST-999"}, 409),
    ):
        assert program("post", "send-message", wrong)[0] == field, wrong


def test_figures_are_counted(showroom, program, model):
    showroom.hears("city ada?")
    showroom.hears("mau ngomong sama orang", phone="6281299990000")
    figures = program.get("stats")
    assert figures["totalConversations"] == 2
    assert figures["waitingConversations"] == 1
    month = program.get("analytics?range=month")
    assert (month["conversations"], month["customerMessages"], month["escalated"]) == (2, 2, 1)


def test_staff_are_listed_added_changed_and_removed(showroom, program):
    status, body = program("post", "staff", {"phoneNumber": "0812-9876-5432", "staffName": "Yudho"})
    assert (status, body["data"]["phoneNumber"]) == (201, "6281298765432")
    pk = body["data"]["id"]
    assert program("post", "staff", {"phoneNumber": "+6281298765432", "staffName": "Lain"})[0] == 409
    status, body = program("put", f"staff/{pk}", {"canUploadVehicle": False, "isActive": False})
    assert (body["data"]["canUploadVehicle"], body["data"]["staffName"]) == (False, "Yudho")
    status, body = program("post", "staff", {"phoneNumber": "satu", "staffName": ""})
    assert (status, set(body["details"])) == (400, {"phoneNumber", "staffName"})
    assert [one["id"] for one in program.get("staff")] == [pk]
    assert program("delete", f"staff/{pk}")[0] == 200
    assert program.get("staff") == []


def test_leads_and_cars_hold_nothing_that_is_for_staff_only(showroom, program):
    with showroom.scope():
        Vehicle.objects.update(cost_price=12_345_678, staff_notes="RAHASIA", license_plate="B 1 X")
    showroom.hears("city ada? budget 100jt")
    [lead] = program.get("leads")
    assert (lead["phone"], lead["vehicleId"]) == (CUSTOMER, "PM-PST-001")
    assert program.get("leads?status=WON") == []
    cars = program.get("vehicles?make=honda")
    assert [(car["id"], car["price"]) for car in cars] == [("PM-PST-001", 79_000_000)]
    assert not any(secret in str(cars) for secret in ("12345678", "RAHASIA", "B 1 X"))


def test_the_number_is_paired_and_let_go(showroom, program, gateway):
    standing = program.get("status")
    assert (standing["connectionStatus"], standing["isConnected"], standing["qrCode"]) == ("connected", True, "")
    assert program("post", "initialize")[0] == 409
    assert program.get("check-whatsapp?phone=081234567890")["phone"] == CUSTOMER
    assert "pictureUrl" in program.get("profile-picture?phone=081234567890")
    assert program("get", "check-whatsapp?phone=satu")[0] == 400
    assert program("post", "disconnect")[0] == 200
    status, body = program("post", "initialize")
    assert (status, body["data"]["connectionStatus"]) == (200, "qr_ready")
    assert body["data"]["clientId"] != showroom.client_id


def test_without_the_gateway_the_api_says_so(showroom, program, settings):
    settings.AIMEOW_BASE_URL = "http://127.0.0.1:9"
    status, body = program("get", "status")
    assert (status, body["code"]) == (503, "unavailable")


def test_what_came_in_is_listed_without_its_text(showroom, program):
    showroom.hears("rahasia saya")
    log = program.get("webhook-logs")
    assert [entry["type"] for entry in log["received"]] == ["text"]
    assert "rahasia" not in str(log)


def test_the_model_s_health(showroom, program):
    assert program.get("ai-health")["configured"] is False


PATHS = (
    ("get", "conversations/{chat}", None), ("get", "conversations/{chat}/messages", None),
    ("post", "conversations/{chat}/take", None), ("post", "conversations/{chat}/release", None),
    ("post", "conversations/{chat}/close", None), ("post", "conversations/{chat}/assign", {"userId": 1}),
    ("post", "send-message", {"conversationId": "{chat}", "message": "x"}),
    ("post", "send-message", {"to": CUSTOMER, "message": "x"}),
    ("put", "staff/{staff}", {"staffName": "x"}), ("delete", "staff/{staff}", None),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "data"), PATHS)
def test_another_showrooms_rows_are_not_there(showroom, neighbour, method, path, data):
    showroom.hears("halo")
    pk, staff = showroom.chat().pk, showroom.employs().pk
    filled = {name: pk if value == "{chat}" else value for name, value in data.items()} if data else None
    assert neighbour(method, path.format(chat=pk, staff=staff), filled)[0] == 404
    assert showroom.chat().holder == "bot"
    with showroom.scope():
        assert StaffWhatsAppAuth.objects.get().name == "Yudho"


def test_another_showrooms_lists_are_empty(showroom, neighbour):
    showroom.hears("city ada?")
    showroom.employs()
    for path in ("conversations", "leads", "vehicles", "staff"):
        assert neighbour.get(path) == [], path


NEEDS = {
    "get conversations": Right.CHATS_READ, "post send-message": Right.CHATS_WRITE, "get stats": Right.STATS_READ,
    "get analytics": Right.STATS_READ, "get staff": Right.STAFF_READ, "post staff": Right.STAFF_WRITE,
    "get leads": Right.LEADS_READ, "get vehicles": Right.STOCK_READ, "get status": Right.NUMBER_READ,
    "post initialize": Right.NUMBER_WRITE, "post refresh-qr": Right.NUMBER_WRITE, "post disconnect": Right.NUMBER_WRITE,
    "get check-whatsapp": Right.NUMBER_READ, "get profile-picture": Right.NUMBER_READ,
    "get webhook-logs": Right.NUMBER_READ, "get ai-health": Right.SETTINGS_READ,
}  # fmt: skip


@pytest.mark.parametrize(("call", "right"), NEEDS.items(), ids=NEEDS)
def test_each_call_needs_its_right(showroom, call, right):
    method, path = call.split()
    without = Program(showroom, "ani", Role.OWNER, *(one for one in Right if one != right))
    assert without(method, path, {} if method == "post" else None)[0] == 403


@pytest.mark.parametrize("call", ["post send-message", "post staff", "post initialize", "post disconnect"])
def test_who_only_looks_changes_nothing(showroom, call):
    method, path = call.split()
    looker = Program(showroom, "rani", Role.READ_ONLY)
    assert looker(method, path, {})[0] == 403
    with scope.platform("test"):
        assert StaffWhatsAppAuth.objects.count() == 0
