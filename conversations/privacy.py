"""The page on which owners and managers look after a person's rights: see, take along, put right, remove."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from autolumiku.lib import phone
from conversations import rights
from conversations.models import WhatsAppConversation
from conversations.pages import frame
from conversations.rights import Person
from tenants import audit
from tenants.models import AuditEntry

SURE = "HAPUS"  # what is typed before anything is removed


def personal_data(request: HttpRequest) -> HttpResponse:
    """A person is looked up by phone (posted, so that no log of addresses holds it) or by ?percakapan=ID."""
    place = frame.led(request)
    if place is None:
        messages.error(request, "Pilih satu showroom dulu.")
        return redirect("admin:index")
    person = _meant(place.tenant_id, request)
    act = ACTS.get(request.POST.get("do", "")) if person is not None else None
    return act(request, person) if act is not None and person is not None else _shown(request, person)


def _meant(tenant_id: int, request: HttpRequest) -> Person | None:
    number = phone.normalise(request.POST.get("nomor", ""))
    if number:
        return rights.of_phone(tenant_id, number)
    said = (request.POST.get("percakapan") or request.GET.get("percakapan", ""))[:18]
    chat = WhatsAppConversation.objects.filter(tenant_id=tenant_id, pk=said).first() if said.isdecimal() else None
    return rights.of_chat(chat) if chat is not None else None


def _shown(request: HttpRequest, person: Person | None, **more: Any) -> HttpResponse:
    found = rights.counts(person) if person is not None else {}
    context = {
        "person": person,
        "numbers": [phone.show(one) for one in sorted(person.phones)] if person else [],
        "chat_id": min(person.chats, default=None) if person else None,
        "number": min(person.phones, default="") if person else "",
        "is_staff": person is not None and rights.is_staff(person),
        "found": found,
        "sure": SURE,
        "asked": request.method == "POST",
        **more,
    }
    answer = frame.show(request, "person", "Data pelanggan", **context)
    answer["Cache-Control"] = "no-store"
    return answer


def _export(request: HttpRequest, person: Person) -> HttpResponse:
    audit.note(person.tenant_id, AuditEntry.Kind.EXPORTED, request.user, person.shown)
    body = json.dumps(rights.export(person), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="data-pelanggan.json"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type="application/json; charset=utf-8", headers=headers)


def _correct(request: HttpRequest, person: Person) -> HttpResponse:
    name = " ".join(request.POST.get("nama", "").replace("\x00", "").split())
    if not name:
        messages.error(request, "Tulis dulu namanya.")
        return _shown(request, person)
    rights.correct(person, name)
    audit.note(person.tenant_id, AuditEntry.Kind.CORRECTED, request.user, person.shown)
    messages.success(request, "Nama diperbaiki.")
    return _shown(request, rights.again(person))


def _erase(request: HttpRequest, person: Person) -> HttpResponse:
    if request.POST.get("yakin", "").strip().upper() != SURE:
        messages.error(request, f"Belum dihapus: ketik {SURE} dulu.")
        return _shown(request, person)
    try:
        removed = rights.erase(person, user=request.user)
    except rights.StaffError:
        messages.error(request, "Nomor ini milik staf. Keluarkan dulu dari Staf WhatsApp.")
        return _shown(request, person)
    messages.success(request, "Data orang ini sudah dihapus.")
    return _shown(request, None, removed=removed)


ACTS: dict[str, Callable[[HttpRequest, Person], HttpResponse]] = {
    "unduh": _export,
    "perbaiki": _correct,
    "hapus": _erase,
}
