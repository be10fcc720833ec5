"""The page of a showroom's number: pair a phone by a code, see how it stands, try it out, let go of it.

It asks the gateway each time it is shown, with no transaction open, and shows what is known where the gateway is
silent. The gateway's callback URL is the whole installation's: only the platform admin sees and sets it, and the secret
in it never reaches a page.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import segno
import structlog
from django.conf import settings
from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from aiconfig.models import WhatsAppAIConfig
from aimeow import pairing
from aimeow.client import AimeowError
from aimeow.models import AimeowAccount, InstallationFinding
from autolumiku.lib import phone as phones
from conversations import outbox, people, reconcile, wording
from conversations.admin import DELIVERY, why_unsent
from conversations.models import Direction, Holder, WhatsAppConversation, WhatsAppMessage
from conversations.pages import frame
from tenants import scope
from tenants.models import Tenant

log = structlog.get_logger(__name__)
T = TypeVar("T")
Connection = AimeowAccount.Connection

WEBHOOK = "/api/v1/webhooks/aimeow"
LOOKED_AT = 20  # the chats among which the last message is looked for
SOON, LATER = 3, 20  # seconds until the page asks again: while a phone is being paired, and else


class Refused(Exception):  # noqa: N818 - a plain no, with its words for the page
    """What cannot be done now, in words for the person."""


def asked(question: Callable[[], T]) -> T:
    """The gateway's answer; its trouble as words."""
    try:
        return question()
    except pairing.NoNumberError:
        raise Refused("Showroom ini belum punya nomor WhatsApp.") from None
    except pairing.AlreadyPairedError:
        raise Refused("Nomor ini sudah terhubung. Putuskan dulu kalau ingin memakai HP lain.") from None
    except pairing.OthersPhoneError:
        raise Refused(
            "HP yang dipindai sudah terdaftar sebagai nomor showroom lain. Putuskan sambungan ini, lalu pindai dengan "
            "HP showroom ini."
        ) from None
    except AimeowError as error:
        raise Refused(trouble(error)) from None


def trouble(error: AimeowError) -> str:
    if error.kind == "unknown_client":
        return "Gateway tidak mengenal nomor ini lagi. Pasangkan ulang HP showroom."
    if error.kind == "not_connected":
        return "WhatsApp showroom sedang terputus. Pasangkan dulu HP-nya."
    if error.kind == "unreachable":
        return "Gateway WhatsApp sedang tidak dapat dihubungi. Coba lagi sebentar lagi."
    return "Gateway WhatsApp menolak permintaan ini. Coba lagi; kalau tetap gagal, hubungi admin platform."


# --- What the page shows ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Last:
    """The last message of one direction."""

    way: str
    at: datetime
    chat_id: int
    who: str
    delivery: tuple[str, str] = ("", "")  # words, tone
    why: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """How the number stands, for the template."""

    state: str = "none"  # none, connected, waiting, preparing, expired, disconnected
    phone: str = ""
    linked_phone: str = ""  # where another phone than the registered one is linked
    picture: str = ""  # the pairing code, drawn
    code_until: datetime | None = None
    last_connected_at: datetime | None = None
    trouble: str = ""
    again: int = LATER
    lasts: list[Last] = field(default_factory=list)


def page(request: HttpRequest) -> HttpResponse:
    place = frame.led(request)
    if place is None:
        return frame.show(request, "connections", "Sambungan WhatsApp", numbers=all_numbers(), webhook=webhook())
    context: dict[str, Any] = {"view": view(place.tenant_id)}
    if request.user.is_superuser and not request.headers.get("HX-Request"):
        context["webhook"] = webhook()
    return frame.show(request, "connection", "Sambungan WhatsApp", **context)


def all_numbers() -> list[tuple[Tenant, AimeowAccount | None, str]]:
    """Every showroom with its number, for the platform admin."""
    with scope.platform("connection page"):
        accounts = {account.tenant_id: account for account in AimeowAccount.objects.all()}
        showrooms = list(Tenant.objects.order_by("name"))
    found = ((showroom, accounts.get(showroom.pk)) for showroom in showrooms)
    return [(showroom, one, phones.show(one.phone_number) if one else "") for showroom, one in found]


def view(tenant_id: int) -> View:
    words = ""
    try:
        standing = pairing.known(tenant_id)
    except pairing.NoNumberError:
        return View()
    try:
        standing = asked(lambda: _look(tenant_id))
    except Refused as refused:
        words = str(refused)
    number = phones.show(standing.phone)
    other = standing.linked_phone if standing.linked_phone != standing.phone else ""
    state = state_of(standing)
    return View(
        state=state,
        phone=number,
        linked_phone=phones.show(other) if other else "",
        picture=drawn(standing.code) if standing.code else "",
        code_until=standing.code_until,
        last_connected_at=standing.last_connected_at,
        trouble=words,
        again=SOON if state in ("waiting", "preparing") else LATER,
        lasts=last(tenant_id),
    )


def _look(tenant_id: int) -> pairing.Standing:
    """How it stands now; what waited for the connection goes out as soon as it is there."""
    before = pairing.known(tenant_id).status
    now = pairing.look(tenant_id)
    if now.status == Connection.CONNECTED and before != Connection.CONNECTED:
        outbox.resume(tenant_id, proven=True)
    return now


def state_of(standing: pairing.Standing) -> str:
    if standing.status == Connection.CONNECTED:
        return "connected"
    if standing.status == Connection.DISCONNECTED:
        return "disconnected"
    return "expired" if standing.expired else "waiting" if standing.code else "preparing"


def drawn(code: str) -> str:
    """The raw code as a picture; "" where it is longer than any picture."""
    try:
        return segno.make(code, error="l").svg_data_uri(scale=5, border=4, light="#fff")
    except segno.DataOverflowError:
        return ""


def last(tenant_id: int) -> list[Last]:
    """The last message in and the last one out."""
    with scope.of(tenant_id):
        return [one for way in Direction if (one := _last(tenant_id, way)) is not None]


def _last(tenant_id: int, way: Direction) -> Last | None:
    """Looked for in the chats that were last written in or opened: by time alone there is no index."""
    mine = WhatsAppMessage.objects.filter(conversation=OuterRef("pk"), direction=way).order_by("-pk").values("pk")[:1]
    chats = WhatsAppConversation.objects.filter(tenant_id=tenant_id)
    lately, opened = chats.exclude(last_message_at=None).order_by("-last_message_at"), chats.order_by("-pk")
    found = [pk for rows in (lately, opened) for pk in _newest(rows, mine)]
    message = WhatsAppMessage.objects.select_related("conversation").filter(pk=max(found, default=0)).first()
    if message is None:
        return None
    chat = message.conversation
    return Last(
        way=way,
        at=message.created_at,
        chat_id=chat.pk,
        who=chat.customer_name or phones.show(chat.customer_phone or "") or "nomor belum diketahui",
        delivery=DELIVERY.get(message.aimeow_status, ("", "")) if way == Direction.OUTBOUND else ("", ""),  # type: ignore[call-overload]
        why=why_unsent(message) if way == Direction.OUTBOUND else "",
    )


def _newest(chats: QuerySet[WhatsAppConversation], message: QuerySet[WhatsAppMessage, Any]) -> list[int]:
    rows = chats.annotate(newest=Subquery(message)).values_list("newest", flat=True)[:LOOKED_AT]
    return [pk for pk in rows if pk is not None]


# --- What a person does ----------------------------------------------------------------------------------------------


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Pair, or send a message to try the number."""
    place = frame.led(request)
    if place is None:
        raise Http404
    try:
        match request.POST.get("move", ""):
            case "pair":
                asked(lambda: pairing.begin(place.tenant_id))
                log.info("pairing begun", tenant=place.tenant_id, user=request.user.pk)
            case "test":
                said = send_test(place.tenant_id, request.POST.get("phone", ""))
                messages.success(request, said)
            case _:
                raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("connection")


def send_test(tenant_id: int, typed: str) -> str:
    """Queue a fixed sentence to this phone, at the number's pace; returns the words for the page. Raises Refused."""
    number = phones.normalise(typed)
    if not number:
        raise Refused("Nomor tujuan tidak dikenali. Tulis misalnya 081234567890.")
    standing = asked(lambda: _look(tenant_id))
    if standing.status != Connection.CONNECTED:
        raise Refused("Pasangkan dulu HP showroom; pesan uji dikirim lewat nomor itu.")
    if number in (standing.phone, standing.linked_phone):
        raise Refused("Itu nomor showroom sendiri. Tulis nomor HP lain, misalnya nomor Anda.")
    if not asked(lambda: pairing.gateway().check_whatsapp(standing.client_id, number)):
        raise Refused("Nomor itu tidak terdaftar di WhatsApp.")
    with scope.of(tenant_id):
        account = AimeowAccount.objects.get(tenant_id=tenant_id)
        chat = people.chat_of(tenant_id, account.pk, number)
        if chat.holder == Holder.NOBODY:
            raise Refused(f"Tidak dikirim: orang ini {chat.get_silence_display()}.")
        at, why = outbox.slot(WhatsAppAIConfig.of(tenant_id), account.pk, chat.pk)
        text = wording.reply("test_message", tenant=Tenant.objects.get(pk=tenant_id).name)
        people.tell(tenant_id, account.pk, number, text, at=at, why=why)
    return f"Pesan uji ke {phones.show(number)} masuk antrean. Statusnya terlihat di bawah, pada pesan keluar terakhir."


def disconnect(request: HttpRequest) -> HttpResponse:
    """First what it means; done only when that was read."""
    place = frame.led(request)
    if place is None:
        raise Http404
    if request.method != "POST":
        with scope.of(place.tenant_id):
            waiting = WhatsAppMessage.objects.filter(tenant_id=place.tenant_id, aimeow_status="queued").count()
        return frame.show(request, "disconnect", "Putuskan WhatsApp", waiting=waiting)
    try:
        asked(lambda: pairing.let_go(place.tenant_id))
        log.warning("number let go", tenant=place.tenant_id, user=request.user.pk)
        messages.success(
            request, "Sambungan diputus. Hapus juga perangkatnya di HP showroom: WhatsApp, lalu Perangkat tertaut."
        )
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("connection")


# --- The gateway's callback URL --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where the gateway sends messages: never with its query, in which the secret stands."""

    is_ours: bool = False
    address: str = ""  # "" where none is set
    ours: str = ""
    trouble: str = ""
    has_secret: bool = True


def webhook() -> Webhook:
    ours, has_secret = f"{settings.PUBLIC_URL}{WEBHOOK}", bool(settings.AIMEOW_WEBHOOK_SECRET)
    try:
        stored = asked(pairing.gateway().get_callback)
    except Refused as refused:
        return Webhook(ours=ours, trouble=str(refused), has_secret=has_secret)
    return Webhook(is_ours(stored) and has_secret, bare(stored), ours, has_secret=has_secret)


def is_ours(callback: str) -> bool:
    return reconcile.calls_us(callback, settings.PUBLIC_URL, settings.AIMEOW_WEBHOOK_SECRET)


def bare(callback: str) -> str:
    """Without password and query."""
    with suppress(ValueError):
        parts = urlsplit(callback)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}{parts.path}" if host else ""
    return "alamat yang tidak terbaca" if callback else ""


def callback(request: HttpRequest) -> HttpResponse:
    """Set the gateway's one callback URL to ours."""
    frame.platform_only(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        repair()
        log.warning("callback set", user=request.user.pk)
        messages.success(request, "Alamat webhook sudah disetel. Pesan masuk sekarang dikirim ke sini.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("connection")


def repair() -> None:
    """Raises Refused."""
    if not settings.AIMEOW_WEBHOOK_SECRET:
        raise Refused("AIMEOW_WEBHOOK_SECRET belum diisi di server. Isi dulu, lalu mulai ulang web dan worker.")
    query = urlencode({"token": settings.AIMEOW_WEBHOOK_SECRET})
    stored = asked(lambda: pairing.gateway().set_callback(f"{settings.PUBLIC_URL}{WEBHOOK}?{query}"))
    if not is_ours(stored):
        raise Refused("Gateway menyimpan alamat lain daripada yang kita kirim. Periksa gateway.")
    with scope.platform("callback set"):
        InstallationFinding.objects.open().filter(kind=InstallationFinding.Kind.CALLBACK).update(
            resolved_at=timezone.now()
        )
