"""Every setting that a manager sees changes what customers or staff see: each is flipped here, or in the test named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from aiconfig.models import WhatsAppAIConfig
from autolumiku.testing.stage import CUSTOMER, Showroom

pytestmark = pytest.mark.django_db

STAFF = "6281298765432"
SHUT = {0: ("03:00", "03:01")}
AFTER = "Kami tutup, besok kami balas."
CLOSED = {"after_hours_message": AFTER}
UPLOAD = "/upload Toyota Avanza 2020 150jt 50rb km Hitam Manual"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a question came to: the replies, the last request to the model, whether a person is asked for."""

    said: str
    asked: dict[str, Any]
    reason: str

    @property
    def prompt(self) -> str:
        return self.asked["messages"][0]["content"] if self.asked else ""


@dataclass(frozen=True, slots=True)
class Switch:
    """flipped: what it is set to; text: what is then written; sees: what is true only then."""

    flipped: dict[str, Any]
    text: str
    sees: Callable[[Heard], bool]
    phone: str = CUSTOMER
    model: bool = True
    before: dict[str, Any] | None = None  # set in both cases
    shut: bool = False


ROWS = {
    "name": Switch({"ai_name": "Sinta"}, "fortuner ada?", lambda heard: "Anda adalah Sinta" in heard.prompt),
    "personality": Switch(
        {"ai_personality": "casual"}, "fortuner ada?", lambda heard: "santai" in heard.prompt.lower()
    ),
    "welcome": Switch(
        {"welcome_message": "Selamat datang di rumah Prima."},
        "halo",
        lambda heard: "rumah Prima" in heard.said,
        model=False,
    ),
    "instructions": Switch(
        {"instructions": "Tawarkan kopi."}, "fortuner ada?", lambda heard: "Tawarkan kopi." in heard.prompt
    ),
    "auto reply": Switch({"auto_reply": False}, "fortuner ada?", lambda heard: heard.said == ""),
    "customer chat": Switch({"customer_chat_enabled": False}, "fortuner ada?", lambda heard: not heard.asked),
    "staff commands": Switch(
        {"staff_commands_enabled": False}, "stok", lambda heard: "sedang dimatikan" in heard.said, phone=STAFF
    ),
    "staff upload": Switch(
        {"enable_staff_upload": False}, UPLOAD, lambda heard: "dimatikan" in heard.said, phone=STAFF
    ),
    "staff status": Switch(
        {"enable_staff_status": False}, "status PM-PST-001 SOLD", lambda heard: "dimatikan" in heard.said, phone=STAFF
    ),
    "after-hours message": Switch(CLOSED, "fortuner ada?", lambda heard: AFTER in heard.said, shut=True),
    "after-hours mode": Switch(
        {"after_hours_mode": "message_only"}, "fortuner ada?", lambda heard: not heard.asked, before=CLOSED, shut=True
    ),
    "model": Switch({"ai_model": "glm-x"}, "fortuner ada?", lambda heard: heard.asked["model"] == "glm-x"),
    "temperature 0": Switch({"temperature": 0}, "fortuner ada?", lambda heard: heard.asked["temperature"] == 0),
    "max tokens": Switch({"max_tokens": 321}, "fortuner ada?", lambda heard: heard.asked["max_tokens"] == 321),
    "vehicle info": Switch(
        {"enable_vehicle_info": False}, "fortuner ada?", lambda heard: "PM-PST-002" not in heard.prompt
    ),
    "negotiation": Switch(
        {"enable_price_negotiation": True}, "fortuner 400 juta boleh nego?", lambda heard: heard.reason != "negotiation"
    ),
    "English": Switch(
        {"answer_english": True},
        "hello, is the fortuner still available?",
        lambda heard: "bahasa Inggris yang sederhana" in heard.prompt,
    ),
    "test drive": Switch(
        {"enable_test_drive_booking": False},
        "mau test drive fortuner",
        lambda heard: "book_test_drive" not in str(heard.asked.get("tools")),
    ),
    "drafts of prices": Switch(
        {"draft_price": True}, "harga fortuner berapa?", lambda heard: (heard.said, heard.reason) == ("", "drafted")
    ),
}

# The others, where they are flipped.
ELSEWHERE = {
    "cover_plates": "test_plates.py",
    "timezone": "test_list_a.py",
    "assign_leads": "test_leads.py",
    "burst_wait_seconds": "test_list_a.py",
    "burst_cap_seconds": "test_list_a.py",
    "send_gap_seconds": "test_concurrency.py",
    "customer_gap_seconds": "test_sending.py",
    "daily_send_cap": "test_storms.py",
    "held_reply_minutes": "test_sending.py",
    "late_after_minutes": "test_storms.py",
    "stale_after_hours": "test_storms.py",
    "same_text_limit": "test_storms.py",
    "answers_per_hour": "test_storms.py",
    "draft_credit": "test_drafted.py",
    "draft_condition": "test_drafted.py",
    "draft_trade_in": "test_drafted.py",
    "draft_rest": "test_drafted.py",
    "forgotten_minutes": "test_forgotten.py",
    "morning_list": "test_forgotten.py",
    "keep_chats_days": "test_rights.py",
    "model_seconds": "test_model.py",
    "model_share": "test_model.py",
    "daily_model_calls": "test_model.py",
    "daily_model_tokens": "test_model.py",
    "daily_model_cost": "test_model.py",
}


def hear(showroom: Showroom, model: Any, row: Switch) -> Heard:
    model.requests.clear()
    said = showroom.hears(row.text, phone=row.phone)
    chat = showroom.chat(row.phone)
    asked = model.requests[-1] if model.requests else {}
    return Heard("\n".join(said), asked, chat.escalated_reason)


@pytest.fixture
def stage(showroom, model, settings):
    def prepare(row: Switch) -> Showroom:
        settings.ZAI_API_KEY = "test-key" if row.model else ""
        showroom.employs(phone=STAFF, quiet_from=None, quiet_to=None)
        if row.shut:
            showroom.opens(SHUT)
        showroom.set(**(row.before or {}))
        return showroom

    return prepare


@pytest.mark.parametrize("flipped", [False, True], ids=["as it comes", "flipped"])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_switch_changes_what_is_seen(stage, model, row, flipped):
    showroom = stage(row)
    if flipped:
        showroom.set(**row.flipped)
    assert row.sees(hear(showroom, model, row)) is flipped


def test_the_questions_are_a_switch_too(showroom, model):
    model.answer_with(lambda _: "Baik Kak, saya tanyakan dulu ke tim kami ya")
    showroom.hears("bisa cod kak?")
    showroom.answers_faq("Bisa COD?", "Bisa, khusus Jakarta.")
    showroom.hears("bisa cod ke rumah?")
    said = [request["messages"][0]["content"] for request in model.requests]
    assert ["khusus Jakarta" in one for one in said] == [False, True]


def test_the_hours_are_a_switch_too(showroom, model):
    showroom.hears("fortuner ada?")
    showroom.opens(SHUT)
    showroom.hears("city ada?")
    said = [request["messages"][0]["content"] for request in model.requests]
    assert ["sedang tutup" in one for one in said] == [False, True]


def test_no_switch_is_without_its_test():
    here = {name for row in ROWS.values() for name in row.flipped}
    fields = {field.name for field in WhatsAppAIConfig._meta.fields if field.editable}
    assert here | set(ELSEWHERE) == fields - {"id", "tenant", "updated_at"}
    assert not here & set(ELSEWHERE)
    folder = Path(__file__).parent
    for name, file in ELSEWHERE.items():
        assert re.search(rf"\b{name}\b", (folder / file).read_text()), f"{name} in {file}"
