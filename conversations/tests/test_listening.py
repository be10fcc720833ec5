"""Voice notes: heard where a model for that is set, else an honest answer and a person."""

from __future__ import annotations

from typing import Any

import pytest

from aiconfig.models import LLMCall
from aimeow.simulator.state import StoredFile, new_message_id
from autolumiku.testing.stage import Showroom, run_jobs
from tenants.models import Membership, Role, User
from tenants.tests import cast as casting

pytestmark = pytest.mark.django_db

SOUND = b"OggS" + bytes(200)


@pytest.fixture
def hearing(showroom, model, settings):
    settings.ZAI_AUDIO_MODEL = "glm-asr"
    return showroom


def speaks(showroom: Showroom, data: bytes | None = SOUND, mime: str = "audio/ogg", **fields: Any) -> list[str]:
    message_id = new_message_id("3A")
    if data is not None:
        showroom.gateway.gateway.files[showroom.client_id, message_id] = StoredFile(data, mime)
    url = f"{showroom.gateway.base_url}/files/{showroom.client_id}/{message_id}"
    return showroom.hears("", kind="voice", message_id=message_id, file_url=url, **fields)


def test_what_is_heard_is_answered_and_shown(hearing, model):
    model.hear("Fortuner masih ada, Kak?")
    [reply] = speaks(hearing)
    assert (
        reply
        == "🎤 Pesan suara Kakak saya dengar begini: “Fortuner masih ada, Kak?”\n\nBaik Kak, ada yang bisa saya bantu?"
    )
    assert SOUND in model.recordings[0]
    assert b"glm-asr" in model.recordings[0]
    assert model.requests[0]["messages"][-1]["content"] == "Fortuner masih ada, Kak?"
    note = hearing.messages()[0]
    assert (note.content, note.transcribed, note.intent) == ("Fortuner masih ada, Kak?", True, "vehicle_inquiry")
    with hearing.scope():
        call = LLMCall.objects.earliest("pk")
    assert (call.purpose, call.model, call.outcome) == ("hearing", "glm-asr", "ok")
    person = User.objects.create(username="dewi", is_staff=True)
    with hearing.scope():
        Membership.objects.create(tenant=hearing.tenant, user=person, role=Role.MANAGER)
    page = casting.browser(person).get(f"/inbox/{hearing.chat().pk}/").content.decode()
    assert "itulis otomatis dari pesan suara" in page


@pytest.mark.parametrize(
    ("words", "data", "mime"),
    [
        pytest.param("", SOUND, "audio/ogg", id="nothing was said"),
        pytest.param(None, SOUND, "audio/ogg", id="the provider fails"),
        pytest.param("halo", None, "audio/ogg", id="the file is gone"),
        pytest.param("halo", b"%PDF-1.7", "application/pdf", id="no sound"),
    ],
)
def test_what_is_not_heard_is_said_and_a_person_is_asked_for(hearing, model, words, data, mime):
    model.hear(words)
    [reply] = speaks(hearing, data, mime)
    assert "belum bisa" in reply
    assert hearing.chat().escalated_reason == "unreadable"
    assert hearing.messages()[0].content == ""


def test_without_a_model_for_it_nothing_is_sent_anywhere(showroom, model):
    model.hear("Fortuner ada?")
    [reply] = speaks(showroom)
    assert "belum bisa" in reply
    assert model.recordings == []


def test_staff_do_not_command_by_voice(hearing, model):
    hearing.employs()
    model.hear("status PM-PST-001 SOLD")
    speaks(hearing, phone="6281298765432")
    assert model.recordings == []


def test_beyond_the_daily_limit_nothing_is_heard(hearing, model):
    model.hear("Fortuner ada?")
    hearing.hears("halo")
    hearing.set(daily_model_calls=1)
    speaks(hearing)
    assert model.recordings == []


def test_words_and_voice_are_one_turn(hearing, model):
    model.hear("yang matic ya")
    hearing.receives("fortuner ada?")
    speaks(hearing)
    run_jobs()
    assert model.requests[0]["messages"][-1]["content"] == "fortuner ada?\nyang matic ya"
    assert len(model.requests) == 1
