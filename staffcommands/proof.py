"""How a chat of which WhatsApp shows no phone proves to be a staff member's: a code, sent to the registered phone.

A LID is no phone, and a number that somebody types proves nothing. What the chat is told is the same whether the number
is staff's or not.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from staffcommands import staff
from staffcommands.models import ProofCode, StaffWhatsAppAuth

MINUTES = 5
MOST_TRIES = 5
MOST_AN_HOUR = 3  # codes for one chat, and for one staff member
_ASKS = re.compile(r"/?(?:verify|verifikasi)\b\s*(.{0,40})", re.I)
_CODE = re.compile(r"[0-9]{6}")

TOLD = (
    "Kalau nomor itu terdaftar, kodenya sudah kami kirim ke WhatsApp nomor tersebut. "
    "Balas di sini dengan 6 angka itu dalam 5 menit ya, Kak."
)
NO_NUMBER = "Nomornya belum terbaca, Kak. Contoh: /verify 081234567890"
WRONG = "Kodenya tidak cocok atau sudah tidak berlaku, Kak."
PROVEN = "✅ Baik, chat ini sekarang dikenali sebagai {name}."
CODE = (
    "Kode Kakak: *{code}* (berlaku 5 menit). Kode ini diminta dari chat WhatsApp tanpa nomor. "
    "Kalau bukan Kakak yang meminta, abaikan saja dan jangan berikan kodenya kepada siapa pun."
)


@dataclass(frozen=True, slots=True)
class Step:
    """What a chat without a phone wrote about its proof. phone: whose it says to be; code: what it answers."""

    phone: str = ""
    code: str = ""


def step(message: str, *, code_open: bool) -> Step | None:
    """The step this message is, or None if it is talk. Pure."""
    if match := _ASKS.fullmatch(message.strip()):
        return Step(phone=phones.normalise(match[1].strip()) or "?")
    return Step(code=message.strip()) if code_open and _CODE.fullmatch(message.strip()) else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the chat is told; code: what to send to `phone`, "" for nothing. staff: who the chat is from now on."""

    text: str
    phone: str = ""
    code: str = ""
    staff: StaffWhatsAppAuth | None = None


def take(tenant_id: int, lid: str, wanted: Step) -> Told:
    """One step, inside the showroom's scope."""
    return _check(tenant_id, lid, wanted.code) if wanted.code else _ask(tenant_id, lid, wanted.phone)


def _ask(tenant_id: int, lid: str, phone: str) -> Told:
    if phone == "?":
        return Told(NO_NUMBER)
    member = staff.find(tenant_id, phone)
    hour = ProofCode.objects.filter(tenant_id=tenant_id, created_at__gt=clock.now() - timedelta(hours=1))
    if hour.filter(lid=lid).count() >= MOST_AN_HOUR or member is None:
        return Told(TOLD)
    if hour.filter(staff=member).count() >= MOST_AN_HOUR:
        return Told(TOLD)
    code = f"{secrets.randbelow(10**6):06d}"
    ProofCode.objects.create(
        tenant_id=tenant_id,
        staff=member,
        lid=lid,
        digest=_digest(lid, code),
        expires_at=clock.now() + timedelta(minutes=MINUTES),
    )
    return Told(TOLD, phones.normalise(member.phone_number), CODE.format(code=code))


def _check(tenant_id: int, lid: str, code: str) -> Told:
    """The latest code of this chat counts, for a few tries and once."""
    sent = ProofCode.objects.select_for_update().filter(tenant_id=tenant_id, lid=lid).order_by("-id").first()
    if sent is None or sent.used_at or sent.tries >= MOST_TRIES or sent.expires_at < clock.now():
        return Told(WRONG)
    if not constant_time_compare(sent.digest, _digest(lid, code)):
        ProofCode.objects.filter(pk=sent.pk).update(tries=F("tries") + 1)
        return Told(WRONG)
    ProofCode.objects.filter(pk=sent.pk).update(used_at=clock.now())
    StaffWhatsAppAuth.objects.filter(tenant_id=tenant_id, lid=lid).update(lid="")
    member = StaffWhatsAppAuth.objects.select_for_update().get(pk=sent.staff_id)
    if not member.is_active:
        return Told(WRONG)
    member.lid = lid
    member.save(update_fields=["lid"])
    return Told(PROVEN.format(name=member.name), staff=member)


def _digest(lid: str, code: str) -> str:
    return salted_hmac("staffcommands.proof", f"{lid}:{code}", algorithm="sha256").hexdigest()
