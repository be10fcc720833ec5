"""Leads by command: the open ones, take one, note something, close it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from leads.models import Lead
from staffcommands import grammar
from staffcommands.grammar import Call
from staffcommands.registry import Actor, Done, command

LISTED = 10
CLOSED = (Lead.Status.WON, Lead.Status.LOST)
OUTCOMES = {
    "jadi": Lead.Status.WON, "deal": Lead.Status.WON, "beli": Lead.Status.WON, "laku": Lead.Status.WON,
    "batal": Lead.Status.LOST, "gagal": Lead.Status.LOST, "hilang": Lead.Status.LOST,
}  # fmt: skip
FORMATS = {
    "take_lead": "Formatnya: ambil prospek [nomor]\nContoh: ambil prospek 081234567890",
    "note_lead": "Formatnya: catat prospek [nomor] [catatan]\nContoh: catat prospek 081234567890 mau datang Sabtu",
    "close_lead": "Formatnya: selesai prospek [nomor] [jadi atau batal]\nContoh: selesai prospek 081234567890 jadi",
}


@command("leads", right="can_manage_leads")
def leads(actor: Actor, call: Call) -> Done:
    """The open leads, the most urgent and the latest first."""
    rows = Lead.objects.filter(tenant_id=actor.tenant_id).exclude(status__in=CLOSED).select_related("vehicle")
    shown = list(rows.order_by("-updated_at")[:LISTED])
    if not shown:
        return Done("Belum ada prospek yang terbuka, Kak.", True)
    lines = [f"👥 {rows.count()} prospek terbuka", ""]
    for lead in shown:
        wants = lead.vehicle.name if lead.vehicle else lead.interested_in or "belum menyebut mobil"
        lines += [f"• {_title(lead)}", f"  {wants} · {lead.get_status_display()}"]
    return Done("\n".join([*lines, "", "Ambil: ambil prospek [nomor] · Catat: catat prospek [nomor] [catatan]"]), True)


@command("take_lead", right="can_manage_leads")
def take(actor: Actor, call: Call) -> Done:
    lead = _lead(actor, call)
    if isinstance(lead, Done):
        return lead
    before = _state(lead)
    lead.assigned_to = actor.staff.user or lead.assigned_to
    if lead.status == Lead.Status.NEW:
        lead.status = Lead.Status.CONTACTED
    _note(actor, lead, f"diambil {actor.staff.name}")
    return Done(f"✅ {_title(lead)} sekarang ditangani {actor.staff.name}.", True, before=before, after=_state(lead))


@command("note_lead", right="can_manage_leads")
def note(actor: Actor, call: Call) -> Done:
    lead = _lead(actor, call)
    if isinstance(lead, Done):
        return lead
    said = call.rest.strip().partition(" ")[2].strip()
    if not said:
        return Done(FORMATS["note_lead"], False, "format")
    _note(actor, lead, f"{actor.staff.name}: {said[:500]}")
    return Done(f"✅ Catatan untuk {_title(lead)} disimpan.", True, after={"lead": lead.pk, "note": said[:500]})


@command("close_lead", right="can_manage_leads")
def close(actor: Actor, call: Call) -> Done:
    lead = _lead(actor, call)
    if isinstance(lead, Done):
        return lead
    outcomes = {OUTCOMES[word] for word in call.rest.lower().split()[1:] if word in OUTCOMES}
    if len(outcomes) != 1:
        return Done(FORMATS["close_lead"], False, "format")
    before, was = _state(lead), lead.get_status_display()
    lead.status = outcomes.pop()
    _note(actor, lead, f"ditutup {actor.staff.name}")
    text = f"✅ {_title(lead)}: {was} → {lead.get_status_display()}"
    return Done(text, True, before=before, after=_state(lead))


def _state(lead: Lead) -> dict[str, Any]:
    """As the log keeps it."""
    return {"lead": lead.pk, "status": str(lead.status), "assigned_to": str(lead.assigned_to or "")}


def _lead(actor: Actor, call: Call) -> Lead | Done:
    phone = phones.normalise(call.rest.split(maxsplit=1)[0].strip(",;:")) if call.rest.strip() else ""
    if not phone:
        return Done(FORMATS[call.name], False, "format")
    found = Lead.objects.select_for_update().filter(tenant_id=actor.tenant_id, phone=phone).first()
    return found or Done(f"❌ Prospek {phones.show(phone)} tidak ditemukan.\nLihat dengan: prospek", False, "not found")


def _note(actor: Actor, lead: Lead, said: str) -> None:
    """One more line of the lead's notes, with its day; everything else that was set is saved with it."""
    day = clock.now().astimezone(ZoneInfo(actor.config.timezone))
    lead.notes = "\n".join(part for part in (lead.notes, f"[{day:%d/%m %H.%M}] {grammar.printable(said)}") if part)
    lead.save()


def _title(lead: Lead) -> str:
    return " · ".join(part for part in (lead.name[:60], phones.show(lead.phone)) if part)
