"""Conversations in the back-office: the list, the chat with a person's moves, the front page and the menu."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, JSONField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject, Left
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from aiconfig import spending
from aiconfig.admin import FAQEntryAdmin
from aiconfig.models import BusinessHours, FAQEntry, LLMCall, WhatsAppAIConfig
from aimeow.models import AimeowAccount, Finding, InstallationFinding
from autolumiku.lib import phone
from conversations import asked, lessons, outbox, quality, turns, verdicts, vitals
from conversations import trials as trials  # noqa: PLC0414 - its pages belong to this site
from conversations.models import (
    AnswerReport,
    CannedReply,
    ConversationEvent,
    Delivery,
    Direction,
    Holder,
    Mood,
    Path,
    Reason,
    Sender,
    Silence,
    Status,
    WhatsAppConversation,
    WhatsAppMessage,
)
from conversations.pages import checklist, figures, questions
from conversations.turn import Intent
from inventory.models import Status as VehicleStatus
from inventory.models import Vehicle
from staffcommands.models import StaffWhatsAppAuth
from tenants import audit
from tenants.admin import LEADERS, NOBODY, SELLERS, ReadOnly, ScopedAdmin, allowed, is_platform, label, place_of, when

HEARD = "ditulis otomatis dari pesan suara"
SHOWN_MOODS = {Mood.IMPATIENT: "warn", Mood.ANGRY: "bad"}
SHOWN = 200  # messages of a chat on one page
LATELY, IN_A_ROW = timedelta(minutes=15), 3  # so many failed calls so recently: the model is in trouble
TROUBLE = (Delivery.FAILED, Delivery.UNSURE)

INTENTS = {
    Intent.GREETING: "salam",
    Intent.VEHICLE_INQUIRY: "tanya mobil",
    Intent.PRICE_INQUIRY: "tanya harga",
    Intent.TEST_DRIVE: "test drive",
    Intent.GENERAL_QUESTION: "pertanyaan umum",
    Intent.UPLOAD_VEHICLE: "staf: tambah mobil",
    Intent.UPDATE_STATUS: "staf: ubah status",
    Intent.CHECK_INVENTORY: "staf: cek stok",
    Intent.GET_STATS: "staf: statistik",
    Intent.SPAM: "spam",
    Intent.UNKNOWN: "tidak jelas",
    Intent.LOCATION: "lokasi",
    Intent.HOURS: "jam buka",
    Intent.CONTACT: "kontak",
    Intent.CONDITION: "kondisi mobil",
    Intent.PHOTO: "minta foto",
    Intent.TRADE_IN: "tukar tambah",
    Intent.NEGOTIATION: "nego harga",
    Intent.HUMAN_REQUEST: "minta orang",
    Intent.COMPLAINT: "keluhan",
    Intent.IDENTITY: "siapa asisten",
    Intent.FOLLOW_UP: "lanjutan",
    Intent.REFUSAL: "menolak",
    Intent.CLOSING: "penutup",
    Intent.STOP: "minta berhenti",
}


# --- A chat as people read it: pure ----------------------------------------------------------------------------------

DELIVERY = {
    Delivery.QUEUED: ("antre, belum dikirim", "warn"),
    Delivery.SENDING: ("sedang dikirim", "info"),
    Delivery.SENT: ("terkirim", "plain"),
    Delivery.DELIVERED: ("sampai", "good"),
    Delivery.READ: ("dibaca", "good"),
    Delivery.FAILED: ("gagal terkirim", "bad"),
    Delivery.UNSURE: ("tidak pasti terkirim, periksa di HP showroom", "warn"),
}
ERRORS = {
    "not_connected": "WhatsApp showroom sedang terputus",
    "not_on_whatsapp": "nomor ini tidak ada di WhatsApp",
    "unknown_client": "nomor showroom tidak dikenal gateway; periksa clientId lalu kirim ulang",
    "invalid": "alamat atau isi ditolak gateway",
    "upload": "berkas tidak dapat diunggah",
    "unreachable": "gateway WhatsApp tidak dapat dihubungi",
    "refused": "ditolak WhatsApp",
    "ambiguous": "gateway tidak memberi kepastian",
    "worker vanished": "pengiriman terputus di tengah jalan",
    "taken over": "tidak dikirim karena percakapan sudah diambil orang",
    outbox.DAILY_CAP: "batas kirim harian nomor ini tercapai, dikirim besok",
    outbox.NOT_WANTED: "orang ini tidak mau dihubungi",
    outbox.HELD_TOO_LONG: "tertahan terlalu lama, tidak dikirim lagi",
}
REMINDED = {
    "staff": "belum dibalas: staf diingatkan lagi",
    "leaders": "belum dibalas: manajer diberi tahu",
    "customer": "belum dibalas: pelanggan diberi tahu",
}
SPAM_SIGNS = {
    "prize": "janji hadiah",
    "link": "tautan",
    "gambling": "judi",
    "gambling_brand": "nama situs judi",
    "disguise": "huruf disamarkan",
    "loan": "tawaran pinjaman",
    "phone_credit": "pulsa atau kuota",
    "account": "nomor rekening",
    "family": "mengaku keluarga",
    "other_trade": "jualan lain",
    "game_goods": "jualan game",
    "investment": "investasi",
    "bulk_words": "kata-kata iklan massal",
    "gambling_words": "kata-kata promosi judi",
}
PATHS = {
    Path.MODEL: "model AI",
    Path.COUNTER: "dari data, tanpa model",
    Path.FIXED: "teks tetap",
    Path.COMMAND: "perintah staf",
    Path.PERSON: "ditulis orang",
}
SENDERS = {Sender.CUSTOMER: "pelanggan", Sender.STAFF: "staf", Sender.AI: "asisten", Sender.SYSTEM: "sistem"}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the page shows it. side: left (theirs) or right (ours); kind is Sender."""

    id: int
    side: str
    kind: str
    who: str
    text: str
    at: datetime
    media: str = ""  # "image", "link" or ""
    media_url: str = ""  # http(s) only
    media_name: str = ""
    map_url: str = ""
    origin: str = ""  # how the answer came about
    delivery: tuple[str, str] = ("", "")  # words, tone
    error: str = ""
    resend: bool = False
    remark: str = ""  # why nothing answers this message
    spam: str = ""  # what tells spam
    claims: tuple[str, ...] = ()  # what no fact covered in the draft
    facts: tuple[str, ...] = ()  # what the answer stands on: "PM-001.price"


@dataclass(frozen=True, slots=True)
class Note:
    """An event between the messages; said: a note for colleagues."""

    text: str
    at: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    text: str


def bubble(message: WhatsAppMessage) -> Bubble:
    ours = message.direction == Direction.OUTBOUND
    url = message.media_url if message.media_url.startswith(("https://", "http://")) else ""
    return Bubble(
        id=message.pk,
        side="right" if ours else "left",
        kind=message.sender_type,
        who=SENDERS.get(Sender(message.sender_type)) or colleague(message),
        text=message.content,
        at=message.created_at,
        media=("image" if message.media_type == WhatsAppMessage.Media.IMAGE and url else "link")
        if message.media_type
        else "",
        media_url=url,
        media_name=message.get_media_type_display() if message.media_type else "",
        map_url=map_link(message),
        origin=origin(message) if ours else INTENTS.get(message.intent, ""),  # type: ignore[call-overload]
        delivery=DELIVERY.get(message.aimeow_status, ("", "")) if ours else ("", ""),  # type: ignore[call-overload]
        error=why_unsent(message) if ours else "",
        remark="salinan pesan sebelumnya, tidak dijawab lagi" if message.twin else HEARD if message.transcribed else "",
        spam=spam_signs(message.spam),
        resend=ours and message.aimeow_status in TROUBLE,
        claims=verdicts.claims(message.verdict),
        facts=verdicts.facts(message.verdict),
    )


def spam_signs(told: Any) -> str:
    """The reasons of conversations.spam in words for staff."""
    return ", ".join(SPAM_SIGNS.get(str(sign), str(sign)) for sign in told[:10]) if isinstance(told, list) else ""


def colleague(message: WhatsAppMessage) -> str:
    """Who wrote for the showroom: the inbox signs with a name, the showroom's own phone with its number."""
    if message.direction != Direction.OUTBOUND:
        return "orang"
    return "orang (HP showroom)" if not message.sender or message.sender.isdecimal() else message.sender


def why_unsent(message: WhatsAppMessage) -> str:
    if message.error:
        return ERRORS.get(message.error, "gangguan di gateway")
    return "menunggu giliran kirim" if message.aimeow_status == Delivery.QUEUED else ""


def origin(message: WhatsAppMessage) -> str:
    """How an answer came about; for the model also which one and how long it took."""
    words = PATHS.get(message.path, "")  # type: ignore[call-overload]
    call = message.llm_call if message.path == Path.MODEL else None
    how = f"{words}: {call.model}, {call.latency_ms / 1000:.1f} detik".replace(".", ",") if call is not None else words
    repaired = isinstance(message.verdict, dict) and message.verdict.get("repaired")
    return f"{how}, draf kedua" if repaired else how


def map_link(message: WhatsAppMessage) -> str:
    if message.latitude is None or message.longitude is None:
        return ""
    return f"https://www.google.com/maps?q={message.latitude:.6f},{message.longitude:.6f}"


def note(event: ConversationEvent) -> Note:
    parts = [event.get_kind_display()]
    if event.kind == ConversationEvent.Kind.SPAM and event.data.get("spam") is False:
        parts = ["bukan spam"]
    if event.kind == ConversationEvent.Kind.SILENCED and event.data.get("why") in Silence.values:
        parts = [f"tidak dijawab lagi: {Silence(event.data['why']).label}"]
    if event.kind == ConversationEvent.Kind.REPORTED and event.data.get("problem") in AnswerReport.Kind.values:
        parts = [f"jawaban dilaporkan: {AnswerReport.Kind(event.data['problem']).label}"]
    if event.kind == ConversationEvent.Kind.REMINDED:
        parts = [REMINDED.get(event.data.get("whom", ""), "belum dijawab")]
    if event.kind == ConversationEvent.Kind.ASSIGNED:
        parts = [f"ditugaskan ke {event.data.get('name', '')}"]
    if event.reason and event.reason != Reason.MANUAL:
        parts.append(event.get_reason_display())
    if event.actor is not None:
        parts.append(event.actor.get_full_name() or event.actor.get_username())
    said = str(event.data.get("text", "")) if event.kind == ConversationEvent.Kind.NOTE else ""
    return Note(" · ".join(parts), event.created_at, said)


def timeline(bubbles: Iterable[Bubble], notes: Iterable[Note]) -> Iterator[Bubble | Note | Day]:
    """Messages and events in order, with a line wherever a new day begins (in the zone of the page)."""
    today: date | None = None
    entries: Iterator[Bubble | Note] = heapq.merge(bubbles, notes, key=lambda entry: entry.at)  # type: ignore[type-var, attr-defined, arg-type]
    for entry in entries:
        day = timezone.localdate(entry.at)
        if day != today:
            today = day
            yield Day(date_format(day, "l, j F Y"))
        yield entry


def state(chat: WhatsAppConversation) -> SafeString:
    """The chat's state in one coloured label."""
    if chat.holder == Holder.NOBODY:
        return label(chat.get_silence_display() or chat.get_holder_display(), "bad")
    if chat.is_spam:
        return label("spam", "bad")
    if chat.status == Status.CLOSED:
        return label("selesai")
    if chat.holder == Holder.PERSON:
        return label(f"dipegang {holder_name(chat)}", "info")
    if chat.holder == Holder.WAITING:
        return label("menunggu orang", "warn")
    return label("perlu dilihat", "warn") if chat.status == Status.ESCALATED else label("asisten", "good")


def holder_name(chat: WhatsAppConversation) -> str:
    person = chat.escalated_to
    return (person.get_full_name() or person.get_username()) if person is not None else "orang"


def buttons(chat: WhatsAppConversation, user: Any) -> list[tuple[str, str, str]]:
    """The moves that make sense now: (move, words, tone)."""
    closed, silent = chat.status == Status.CLOSED, chat.holder == Holder.NOBODY
    open_, held = not closed and not silent, chat.holder == Holder.PERSON
    somebodys = held and chat.escalated_to is not None
    moves = [
        ("take", "Ambil alih", "main", open_ and not somebodys),
        (
            "give_back",
            "Kembalikan ke asisten",
            "main",
            open_ and (chat.holder != Holder.BOT or chat.status == Status.ESCALATED),
        ),
        ("reopen", "Buka lagi", "main", closed),
        ("hear", "Jawab lagi orang ini", "main", silent),
        ("ask", "Minta orang", "", open_ and chat.holder == Holder.BOT),
        ("close", "Tutup", "", open_),
        ("not_spam", "Bukan spam", "", chat.is_spam and not silent),
        ("spam", "Tandai spam", "", not chat.is_spam),
        ("block", "Blokir", "", chat.silence != Silence.BLOCKED),
        ("opt_out", "Minta tidak dihubungi", "", chat.silence != Silence.OPTED_OUT),
    ]
    return [(move, words, tone) for move, words, tone, fits in moves if fits]


# --- A person's moves ------------------------------------------------------------------------------------------------


def take(chat: WhatsAppConversation, user: Any) -> str:
    if turns.take(chat.pk, user=user):
        return "Percakapan ini sekarang Anda pegang. Asisten diam sampai dikembalikan."
    return why_not(chat)


def why_not(chat: WhatsAppConversation) -> str:
    """Why this chat cannot be taken."""
    chat.refresh_from_db(fields=["escalated_to", "holder", "silence"])
    if chat.holder == Holder.NOBODY:
        return f"Orang ini {chat.get_silence_display()}. Tekan “Jawab lagi orang ini” dulu."
    return f"Percakapan ini sudah dipegang {holder_name(chat)}."


def ask(chat: WhatsAppConversation, user: Any) -> str:
    turns.hand_over(chat.pk, reason=Reason.MANUAL, user=user)
    return "Percakapan menunggu orang. Asisten diam sampai dikembalikan."


def give_back(chat: WhatsAppConversation, user: Any) -> str:
    turns.give_back(chat.pk, user=user)
    return "Percakapan dikembalikan ke asisten."


def close(chat: WhatsAppConversation, user: Any) -> str:
    turns.close(chat.pk, user=user)
    return "Percakapan ditutup. Pesan pelanggan berikutnya membukanya lagi."


def reopen(chat: WhatsAppConversation, user: Any) -> str:
    closed = WhatsAppConversation.objects.filter(pk=chat.pk, status=Status.CLOSED)
    if closed.update(status=Status.ACTIVE, closed_at=None):
        turns.note(chat.pk, ConversationEvent.Kind.REOPENED, actor=user)
    return "Percakapan dibuka lagi."


def mark_spam(chat: WhatsAppConversation, user: Any) -> str:
    turns.silence(chat.pk, Silence.SPAM, user=user)
    return "Ditandai sebagai spam; asisten tidak menjawabnya lagi."


def unmark_spam(chat: WhatsAppConversation, user: Any) -> str:
    turns.hear(chat.pk, user=user)
    if WhatsAppConversation.objects.filter(pk=chat.pk, is_spam=True).update(is_spam=False):
        turns.note(chat.pk, ConversationEvent.Kind.SPAM, actor=user, spam=False)
    return "Tanda spam dihapus."


def block(chat: WhatsAppConversation, user: Any) -> str:
    turns.silence(chat.pk, Silence.BLOCKED, user=user)
    return "Nomor ini diblokir: pesannya disimpan, tetapi tidak dijawab."


def opt_out(chat: WhatsAppConversation, user: Any) -> str:
    turns.silence(chat.pk, Silence.OPTED_OUT, user=user)
    return "Dicatat: orang ini tidak mau dihubungi. Asisten tidak menulis lagi."


def hear(chat: WhatsAppConversation, user: Any) -> str:
    turns.hear(chat.pk, user=user)
    return "Pesan berikutnya dari orang ini dijawab lagi."


MOVES: dict[str, Callable[[WhatsAppConversation, Any], str]] = {
    "take": take,
    "ask": ask,
    "give_back": give_back,
    "close": close,
    "reopen": reopen,
    "spam": mark_spam,
    "not_spam": unmark_spam,
    "block": block,
    "opt_out": opt_out,
    "hear": hear,
}


def resend(chat: WhatsAppConversation, user: Any, message_id: str) -> str:
    if chat.holder == Holder.NOBODY:
        return why_not(chat)
    own = WhatsAppMessage.objects.filter(conversation_id=chat.pk, pk=message_id) if message_id.isdecimal() else None
    if own is not None and len(message_id) < 19 and own.exists() and outbox.resend(int(message_id), user=user):
        return "Pesan dikirim ulang."
    return "Pesan ini tidak perlu dikirim ulang."


# --- Filters ---------------------------------------------------------------------------------------------------------


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = "keadaan", "keadaan"
    RULES = {
        "menunggu": Q(status=Status.ESCALATED) & ~Q(holder=Holder.PERSON),
        "dipegang": Q(holder=Holder.PERSON),
        "asisten": Q(holder=Holder.BOT, status=Status.ACTIVE),
        "selesai": Q(status=Status.CLOSED),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("menunggu", "menunggu orang"),
            ("dipegang", "dipegang orang"),
            ("saya", "dipegang saya"),
            ("asisten", "dijawab asisten"),
            ("selesai", "selesai"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "saya":
            return queryset.filter(holder=Holder.PERSON, escalated_to=request.user)
        return queryset.filter(self.RULES.get(self.value() or "", Q()))


class IntentFilter(admin.SimpleListFilter):
    title, parameter_name = "maksud terakhir", "maksud"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(intent), words) for intent, words in INTENTS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(last_intent=self.value()) if self.value() else queryset


class SendFilter(admin.SimpleListFilter):
    title, parameter_name = "pengiriman", "kirim"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("bermasalah", "gagal atau tidak pasti"), ("failed", "gagal"), ("unsure", "tidak pasti")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = {"bermasalah": TROUBLE, "failed": TROUBLE[:1], "unsure": TROUBLE[1:]}.get(self.value() or "")
        return queryset.filter(Exists(unsent(chosen))) if chosen else queryset


def unsent(states: Iterable[str]) -> QuerySet[WhatsAppMessage]:
    return WhatsAppMessage.objects.filter(conversation=OuterRef("pk"), aimeow_status__in=list(states))


# --- The pages -------------------------------------------------------------------------------------------------------


@admin.register(WhatsAppConversation)
class WhatsAppConversationAdmin(ScopedAdmin):
    nothing_yet = "Percakapan muncul di sini begitu ada yang menulis ke nomor WhatsApp showroom."
    list_display = ("who", "state", "snippet", "last")
    list_display_links = ("who",)
    list_filter = (StateFilter, "status", "holder", "escalated_reason", "mood", IntentFilter, "is_spam", SendFilter)
    list_select_related = ("escalated_to",)
    search_fields = ("customer_name",)
    search_help_text = "Cari nama, nomor HP atau isi pesan."
    actions = ("release_all", "close_all", "spam_all")
    adders = NOBODY
    changers = SELLERS

    # -- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        latest = WhatsAppMessage.objects.filter(conversation=OuterRef("pk")).order_by("-pk")
        said = JSONObject(text=Left("content", 90), media="media_type", way="direction")
        return (
            super()
            .get_queryset(request)
            .annotate(
                latest=Subquery(latest.values(said=said)[:1], output_field=JSONField()),
                trouble=Exists(unsent(TROUBLE)),
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()[:200].replace("\x00", "")
        if not term:
            return queryset, False
        wanted = Q(customer_name__icontains=term) | Q(
            Exists(WhatsAppMessage.objects.filter(conversation=OuterRef("pk"), content__icontains=term))
        )
        digits = "".join(mark for mark in term if mark.isascii() and mark.isdigit())
        if len(digits) >= 4:
            digits = f"62{digits[1:]}" if digits.startswith("0") else digits
            wanted |= Q(customer_phone__contains=digits)
        return queryset.filter(wanted), False

    @admin.display(description="pelanggan", ordering="customer_name")
    def who(self, chat: WhatsAppConversation) -> SafeString:
        number = phone.show(chat.customer_phone or "") or "nomor belum diketahui"
        name = chat.customer_name[:60] or number
        return format_html('{}<small class="al-sub">{}</small>', name, number if chat.customer_name else "")

    @admin.display(description="keadaan", ordering="status")
    def state(self, chat: Any) -> SafeString:
        trouble = label("ada pesan belum terkirim", "bad") if chat.trouble else ""
        reason = chat.get_escalated_reason_display() if chat.escalated_reason else ""
        if chat.mood in SHOWN_MOODS:
            trouble = format_html("{} {}", label(chat.get_mood_display(), SHOWN_MOODS[chat.mood]), trouble)
        return format_html('{} {}<small class="al-sub">{}</small>', state(chat), trouble, reason)

    @admin.display(description="pesan terakhir")
    def snippet(self, chat: Any) -> SafeString | str:
        if not chat.latest:
            return "belum ada pesan"
        media = dict(WhatsAppMessage.Media.choices).get(chat.latest["media"], "")
        text = " ".join(str(chat.latest["text"]).split()) or (f"[{media}]" if media else "")
        ours = "Kami: " if chat.latest["way"] == Direction.OUTBOUND else ""
        return format_html('<span class="al-snippet">{}{}</span>', ours, text)

    @admin.display(description="waktu", ordering="last_message_at")
    def last(self, chat: WhatsAppConversation) -> str:
        return when(chat.last_message_at)

    def each(self, request: HttpRequest, rows: QuerySet[Any], move: str, words: str) -> None:
        chats = list(rows)
        for chat in chats:
            MOVES[move](chat, request.user)
        messages.success(request, f"{len(chats)} percakapan {words}.")

    @admin.action(description="Kembalikan ke asisten", permissions=["change"])
    def release_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.each(request, rows, "give_back", "dikembalikan ke asisten")

    @admin.action(description="Tutup", permissions=["change"])
    def close_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.each(request, rows, "close", "ditutup")

    @admin.action(description="Tandai spam", permissions=["change"])
    def spam_all(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self.each(request, rows, "spam", "ditandai spam")

    # -- the chat

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act)
        return [path("<int:pk>/langkah/", act, name="conversations_whatsappconversation_act"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The chat, newest messages last; ?before=ID shows the ones before that message."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        chat = self.get_object(request, object_id)
        if not self.has_view_permission(request, chat):
            raise PermissionDenied
        audit.read(chat.tenant_id, request.user, chat.pk)
        may_act = self.has_change_permission(request, chat)
        context = {
            **self.admin_site.each_context(request),
            "title": str(chat)[:60],
            "opts": self.opts,
            "original": chat,
            "chat": chat,
            "phone": phone.show(chat.customer_phone or "") or "nomor belum diketahui",
            "state": state(chat),
            "intent": INTENTS.get(chat.last_intent, ""),
            "buttons": buttons(chat, request.user) if may_act else [],
            "may_act": may_act,
            "may_look_after": allowed(request, LEADERS) and place_of(request) is not None,
            **self._thread(chat, request.GET.get("before", "")),
        }
        return TemplateResponse(request, "admin/conversations/whatsappconversation/chat.html", context)

    def _thread(self, chat: WhatsAppConversation, before: str) -> dict[str, Any]:
        rows = WhatsAppMessage.objects.filter(tenant_id=chat.tenant_id, conversation=chat).select_related("llm_call")
        happened = ConversationEvent.objects.filter(conversation=chat).select_related("actor")
        paged = before.isdecimal() and len(before) < 19
        if paged:
            rows = rows.filter(pk__lt=int(before))
        newest = list(rows.order_by("-pk")[: SHOWN + 1])
        shown = newest[:SHOWN][::-1]
        more = len(newest) > SHOWN
        if more:
            happened = happened.filter(created_at__gte=shown[0].created_at)
        if paged and shown:
            happened = happened.filter(created_at__lte=shown[-1].created_at)
        events = list(happened.order_by("-pk")[:SHOWN])[::-1]
        return {
            "entries": [(type(entry).__name__, entry) for entry in timeline(map(bubble, shown), map(note, events))],
            "earlier": shown[0].pk if more else None,
            "paged": paged,
        }

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One of a person's moves, or sending a message again."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        chat = self.get_object(request, str(pk))
        if not self.has_change_permission(request, chat):
            raise PermissionDenied
        move = request.POST.get("move", "")
        if move == "resend":
            said = resend(chat, request.user, request.POST.get("message", ""))
        elif move in MOVES:
            said = MOVES[move](chat, request.user)
        else:
            raise Http404
        messages.info(request, said)
        return redirect("admin:conversations_whatsappconversation_change", pk)


@admin.register(WhatsAppMessage)
class WhatsAppMessageAdmin(ReadOnly, ScopedAdmin):
    """For support; people read messages inside their chat, so the menu leaves it out."""

    nothing_yet = "Pesan muncul di sini begitu ada yang menulis ke nomor WhatsApp showroom."
    list_display = ("created_at", "conversation", "sender_type", "content", "aimeow_status")
    list_filter = ("direction", "sender_type", "path", "aimeow_status")
    list_select_related = ("conversation",)
    search_fields = ("content",)
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        place = place_of(request)
        if place is not None and self.has_view_permission(request):
            audit.note(place.tenant_id, audit.Kind.READ, request.user, "daftar pesan")
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        audit.read(message.tenant_id, request.user, message.conversation_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request) or allowed(request, self.deleters_of_chats)

    deleters_of_chats = WhatsAppConversationAdmin.deleters


@admin.register(CannedReply)
class CannedReplyAdmin(ScopedAdmin):
    nothing_yet = "Kalimat yang sering dipakai. Di Inbox cukup ketik garis miring dan singkatannya, misalnya /alamat."
    list_display = ("shortcut", "text")
    search_fields = ("shortcut", "text")
    fields = ("shortcut", "text")


admin.site.unregister(FAQEntry)


@admin.register(FAQEntry)
class SoughtFAQEntryAdmin(FAQEntryAdmin):
    """Shows also what a question is found by."""

    fields = ("question", "answer", ("position", "is_active"), "words", "found_by")  # type: ignore[assignment]
    readonly_fields = ("words", "found_by")

    @admin.display(description="kata penentu")
    def words(self, entry: FAQEntry) -> str:
        if not entry.pk:
            return "terlihat setelah disimpan"
        telling = sorted(asked.telling(entry.question))
        if not telling:
            return "tidak ada: tulis pertanyaannya dengan kata yang lebih khas"
        return f"{', '.join(telling)} (cocok bila pesan memuat paling sedikit {asked.FAQ_SHARE:.0%} dari kata ini)"

    @admin.display(description="pesan yang cocok")
    def found_by(self, entry: FAQEntry) -> SafeString | str:
        """What customers wrote lately that this row would answer."""
        found = questions.that_find(entry) if entry.pk else []
        if not found:
            return "belum ada pesan pelanggan akhir-akhir ini yang cocok"
        return format_html(
            '<ul class="al-bullets">{}</ul>', format_html_join("", "<li>{}</li>", zip(found, strict=True))
        )


@admin.register(AnswerReport)
class AnswerReportAdmin(ReadOnly, ScopedAdmin):
    """What colleagues found bad: read by who looks after the assistant."""

    nothing_yet = "Jawaban yang dilaporkan dari Inbox muncul di sini, dengan alasannya."
    list_display = ("created_at", "kind", "answer", "remark", "reporter")
    list_filter = ("kind",)
    list_select_related = ("message", "reporter")
    fields = ("created_at", "kind", "remark", "reporter", "answer")
    readonly_fields = fields
    actions = ("as_scenario",)

    @admin.action(description="Jadikan skenario uji", permissions=["view"])
    def as_scenario(self, request: HttpRequest, reports: QuerySet[AnswerReport]) -> HttpResponse:
        """A file for `manage.py evaluate`."""
        for report in reports:
            audit.note(report.tenant_id, audit.Kind.EXPORTED, request.user, f"laporan jawaban {report.pk}")
        text = "".join(lessons.scenario(report) for report in reports)
        headers = {"Content-Disposition": 'attachment; filename="laporan.yaml"'}
        return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)

    @admin.display(description="jawaban")
    def answer(self, report: AnswerReport) -> SafeString:
        url = reverse("inbox:chat", args=[report.message.conversation_id])
        return format_html('<a class="al-link" href="{}">{}</a>', url, report.message.content[:200])


# --- The front page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    count: int
    words: str
    url: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Advice:
    """Something the showroom should know or do."""

    text: str
    url: str = ""
    link: str = ""
    tone: str = "info"


def dashboard(request: HttpRequest) -> HttpResponse:
    """The admin's index, with what needs a person today and, for who leads, the figures of a period."""
    place = place_of(request)
    anywhere = place is not None or is_platform(request)
    extra: dict[str, Any] = {"cards": cards(), "advice": advice(request)} if anywhere else {"nowhere": True}
    if anywhere and allowed(request, LEADERS):
        extra |= figures.context(request)
    if place is not None and allowed(request, LEADERS) and (steps := checklist.left(place.tenant_id)):
        extra |= {"steps": steps, "done": sum(step.done for step in steps)}
    pages = (*PAGES, *PLATFORM_PAGES) if is_platform(request) else PAGES if allowed(request, LEADERS) else ()
    extra["pages"] = [(title, reverse(name)) for title, name in pages]
    return admin.site.index(request, {"title": "Beranda", **extra})


def model_quality(request: HttpRequest) -> HttpResponse:
    """How the model has done, day by day; for who leads the showroom."""
    if not allowed(request, LEADERS):
        raise PermissionDenied
    found = quality.days(timezone.get_current_timezone_name())
    rows = [(day, *(figures.span(ms / 1000 if day.calls else None) for ms in (day.p50, day.p95))) for day in found]
    context = {**admin.site.each_context(request), "title": "Mutu asisten", "days": rows, "span": quality.DAYS}
    return TemplateResponse(request, "admin/quality.html", context)


def cards() -> list[Card]:
    chats = reverse("admin:conversations_whatsappconversation_changelist")
    cars = reverse("admin:inventory_vehicle_changelist")
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    counted = WhatsAppConversation.objects.aggregate(
        waiting=Count("pk", filter=StateFilter.RULES["menunggu"]),
        today=Count("pk", filter=Q(last_message_at__gte=midnight)),
    )
    trouble = WhatsAppMessage.objects.filter(aimeow_status__in=TROUBLE).count()
    stock = Vehicle.objects.filter(status=VehicleStatus.AVAILABLE).count()
    return [
        Card(
            counted["waiting"], "menunggu orang", f"{chats}?keadaan=menunggu", "warn" if counted["waiting"] else "good"
        ),
        Card(trouble, "pesan gagal atau tidak pasti", f"{chats}?kirim=bermasalah", "bad" if trouble else "good"),
        Card(counted["today"], "percakapan hari ini", chats),
        Card(stock, "mobil tersedia", f"{cars}?status__exact=AVAILABLE", "plain" if stock else "warn"),
    ]


def advice(request: HttpRequest) -> list[Advice]:
    """What is missing or off, most urgent first. For all showrooms at once only what concerns the installation."""
    number = reverse("connection") if allowed(request, LEADERS) else reverse("admin:aimeow_aimeowaccount_changelist")
    found = list(installation()) if place_of(request) is None else [*gateway(number), *missing(number)]
    if not settings.ZAI_API_KEY:
        found.append(Advice("Jawaban dibuat dari data stok, tanpa model AI (ZAI_API_KEY belum diisi)."))
    return found


def installation() -> Iterator[Advice]:
    """For the platform admin over all showrooms: the alarm, the gateway as a whole, and whose number is in trouble."""
    state = vitals.lately()
    if state.overdue_chats:
        minutes = max(round(state.unanswered_age / 60), 1)
        yield Advice(
            f"{state.overdue_chats} percakapan menunggu jawaban asisten lebih dari satu menit, yang terlama "
            f"{minutes} menit. Periksa apakah worker berjalan.",
            tone="bad",
        )
    if state.spool.age >= vitals.TOO_OLD_SECONDS:
        yield Advice(f"{state.spool.files} pesan masuk masih tersimpan di disk, belum di database.", tone="bad")
    if state.spool.bad:
        yield Advice(f"{state.spool.bad} pesan tidak bisa disimpan; lihat folder bad/ di SPOOL_DIR.", tone="bad")
    for kind in InstallationFinding.objects.open().order_by("pk").values_list("kind", flat=True):
        yield Advice(INSTALLATION[InstallationFinding.Kind(kind)], reverse("connection"), "Periksa", "bad")
    accounts = reverse("connection")
    for found in Finding.objects.open().select_related("tenant").order_by("first_seen_at")[:SHOWN_FINDINGS]:
        count = f"{found.count} " if found.count else ""
        text = f"{found.tenant}: {count}{found.get_kind_display()} sejak {when(found.first_seen_at)}"
        how = found.get_detail_display()
        yield Advice(f"{text} ({how})." if how else f"{text}.", accounts, "Lihat nomor", "bad")


SHOWN_FINDINGS = 10
INSTALLATION = {
    InstallationFinding.Kind.CALLBACK: (
        "Gateway tidak mengirim pesan ke alamat webhook kita, atau tanpa kuncinya. Setel lagi alamatnya di Sambungan "
        "WhatsApp."
    ),
    InstallationFinding.Kind.UNREACHABLE: "Gateway WhatsApp tidak menjawab; balasan menunggu.",
}
LOST = {
    Finding.Detail.DISCONNECTED: (
        "WhatsApp showroom terputus sejak {since}; pesan tidak masuk dan balasan menunggu. Di HP showroom buka "
        "WhatsApp, lalu Perangkat tertaut. Jika perangkat ini tidak ada di daftar, pasangkan lagi."
    ),
    Finding.Detail.SEND: (
        "WhatsApp showroom tidak bisa mengirim sejak {since}. Pastikan HP showroom menyala dan tersambung internet; "
        "balasan yang tertahan dikirim sendiri begitu tersambung."
    ),
    Finding.Detail.GONE: (
        "Nomor WhatsApp showroom tidak ada lagi di gateway sejak {since}; pesan tidak masuk dan balasan tidak "
        "terkirim. Pasangkan lagi HP showroom."
    ),
    Finding.Detail.MOVED: (
        "Nomor WhatsApp showroom dipasangkan ulang dengan clientId lain sejak {since}; pesannya ditolak. Minta admin "
        "platform mengganti clientId nomor ini."
    ),
}


def gateway(number: str) -> Iterator[Advice]:
    """What is wrong with this showroom's number, and what to do about it. number: the address of its page."""
    for found in Finding.objects.open().order_by("first_seen_at"):
        if found.kind == Finding.Kind.LOST:
            text = LOST[Finding.Detail(found.detail)].format(since=when(found.first_seen_at))
            yield Advice(text, number, "Lihat nomor", "bad")
        elif found.kind == Finding.Kind.GAP:
            yield Advice(
                f"{found.count} pesan yang masuk ke WhatsApp showroom tidak sampai ke sini (terlihat sejak "
                f"{when(found.first_seen_at)}). Buka WhatsApp di HP showroom dan jawab pelanggan yang belum dijawab.",
                tone="bad",
            )
        else:
            yield Advice(
                "HP yang dipasangkan memakai nomor lain daripada nomor showroom yang tercatat. Pasangkan HP yang "
                "benar, atau minta admin platform mengganti nomornya.",
                number,
                "Lihat nomor",
                "bad",
            )


def missing(number: str) -> Iterator[Advice]:
    account = AimeowAccount.objects.first()
    config = reverse("admin:aiconfig_whatsappaiconfig_changelist")
    if account is None:
        yield Advice("Showroom ini belum punya nomor WhatsApp.", number, "Pasangkan HP", "bad")
    elif (
        account.connection_status != AimeowAccount.Connection.CONNECTED
        and not Finding.objects.open().filter(kind=Finding.Kind.LOST).exists()
    ):
        yield Advice("WhatsApp showroom tidak terhubung; balasan menunggu.", number, "Lihat nomor", "bad")
    settings_row = WhatsAppAIConfig.objects.first()
    if account is not None and outbox.is_full_today(settings_row or WhatsAppAIConfig(), account):
        yield Advice(
            "Batas kirim harian nomor ini tercapai; balasan berikutnya menunggu besok.",
            config,
            "Ubah batas",
            "bad",
        )
    if settings_row is None:
        yield Advice("Asisten belum diatur; nilai bawaan dipakai.", config, "Atur asisten", "warn")
    elif not (settings_row.auto_reply and settings_row.customer_chat_enabled):
        yield Advice("Asisten sedang tidak melayani pelanggan.", config, "Ubah", "warn")
    elif settings.ZAI_API_KEY:
        yield from model_trouble(settings_row)
    if not BusinessHours.objects.exists():
        yield Advice("Jam buka belum diisi; asisten menganggap showroom selalu buka.", config, "Isi jam buka")
    if not StaffWhatsAppAuth.objects.filter(is_active=True).exists():
        yield Advice(
            "Belum ada staf WhatsApp; tidak ada yang diberi tahu saat pelanggan butuh orang.",
            reverse("admin:staffcommands_staffwhatsappauth_changelist"),
            "Tambah staf",
            "warn",
        )


def model_trouble(config: WhatsAppAIConfig) -> Iterator[Advice]:
    """Why answers come from the stock although there is a model."""
    if spending.reached(config, spending.of_today(config)):
        yield Advice(
            "Batas harian model tercapai; jawaban dibuat dari data stok sampai besok.",
            reverse("admin:aiconfig_whatsappaiconfig_changelist"),
            "Ubah batas",
            "warn",
        )
    latest = LLMCall.objects.filter(tenant_id=config.tenant_id).order_by("-pk")[:IN_A_ROW]
    since = timezone.now() - LATELY
    if [call.outcome == LLMCall.Outcome.ERROR and call.created_at > since for call in latest] == [True] * IN_A_ROW:
        yield Advice(
            "Model AI sedang gangguan; jawaban dibuat dari data stok.",
            reverse("admin:aiconfig_llmcall_changelist"),
            "Lihat pemakaian",
            "bad",
        )


# --- The menu (theme) ------------------------------------------------------------------------------------------------

MENU = (
    ("", (("Beranda", "home", "index"),)),
    (
        "Percakapan",
        (
            ("Semua percakapan", "forum", "conversations_whatsappconversation_changelist"),
            ("Menunggu orang", "support_agent", "conversations_whatsappconversation_changelist?keadaan=menunggu"),
            ("Balasan siap pakai", "quickreply", "conversations_cannedreply_changelist"),
        ),
    ),
    (
        "Stok",
        (
            ("Mobil", "directions_car", "inventory_vehicle_changelist"),
            ("Bunga leasing", "percent", "inventory_leasingrate_changelist"),
            ("Simulasi kredit", "calculate", "/simulation"),
        ),
    ),
    (
        "Asisten",
        (
            ("Pengaturan", "tune", "aiconfig_whatsappaiconfig_changelist"),
            ("Coba jawab", "chat_bubble", "/trial"),
            ("Tanya jawab", "quiz", "aiconfig_faqentry_changelist"),
            ("Versi", "history_toggle_off", "aiconfig_configversion_changelist"),
            ("Percobaan", "science", "conversations_replay_changelist"),
            ("Pembagian", "call_split", "aiconfig_split_changelist"),
            ("Laporan jawaban", "flag", "conversations_answerreport_changelist"),
            ("Jam buka", "schedule", "aiconfig_businesshours_changelist"),
            ("Hari libur", "celebration", "aiconfig_holiday_changelist"),
            ("Pemakaian model", "monitoring", "aiconfig_llmcall_changelist"),
        ),
    ),
    (
        "Staf",
        (
            ("Staf WhatsApp", "badge", "staffcommands_staffwhatsappauth_changelist"),
            ("Log perintah", "history", "staffcommands_staffcommandlog_changelist"),
        ),
    ),
    (
        "Prospek",
        (
            ("Prospek", "person_search", "leads_lead_changelist"),
            ("Test drive", "event", "leads_booking_changelist"),
            ("Daftar tunggu", "hourglass_empty", "leads_wait_changelist"),
            ("Sapaan lanjutan", "forward_to_inbox", "leads_followup_changelist"),
            ("Kalender", "calendar_month", "leads_calendar_changelist"),
        ),
    ),
    (
        "Showroom",
        (
            ("Data showroom", "storefront", "tenants_tenant_changelist"),
            ("Sambungan WhatsApp", "qr_code_2", "/connection"),
            ("Nomor WhatsApp", "smartphone", "aimeow_aimeowaccount_changelist"),
            ("Pengguna showroom", "group", "tenants_membership_changelist"),
            ("Token API", "key", "tenants_apitoken_changelist"),
            ("Webhook keluar", "webhook", "tenants_webhookendpoint_changelist"),
            ("Pengiriman webhook", "outbox", "tenants_webhookdelivery_changelist"),
            ("Data pelanggan", "shield_person", "/personal_data"),
            ("Catatan akses", "policy", "tenants_auditentry_changelist"),
        ),
    ),
)
LEADERS_PAGES = {
    "tenants_apitoken_changelist",
    "tenants_auditentry_changelist",
    "conversations_replay_changelist",
    "aiconfig_split_changelist",
    "/connection",
    "/personal_data",
    "/trial",
}
PAGES = (("Persiapan", "checklist"), ("Sambungan WhatsApp", "connection"), ("Coba jawab", "trial"))
PLATFORM_PAGES = (("Operasional", "operator"),)
PLATFORM_MENU = (
    "Platform",
    (
        ("Operasional", "monitor_heart", "/operator"),
        ("Pengguna", "manage_accounts", "tenants_user_changelist"),
        ("Klien tak dikenal", "device_unknown", "aimeow_unknownclient_changelist"),
        ("Akses platform", "policy", "tenants_platformuse_changelist"),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The theme's side menu for this person."""
    if place_of(request) is None and not is_platform(request):
        return [menu_group(MENU[0], request)]
    groups = [*MENU, PLATFORM_MENU] if is_platform(request) else list(MENU)
    return [menu_group(group, request) for group in groups]


def menu_group(group: tuple[str, tuple[tuple[str, str, str], ...]], request: HttpRequest) -> dict[str, Any]:
    title, items = group
    open_ = [item for item in items if item[2] not in LEADERS_PAGES or allowed(request, LEADERS)]
    return {"title": title, "items": [menu_item(item, request) for item in open_]}


def menu_item(item: tuple[str, str, str], request: HttpRequest) -> dict[str, Any]:
    """target: a page of the admin, or (with a slash before its name) one of its own (conversations.pages)."""
    title, icon, target = item
    name, _, query = target.partition("?")
    page = reverse(name[1:] if name.startswith("/") else f"admin:{name}")
    link = page + (f"?{query}" if query else "")
    waiting = request.GET.get("keadaan") == "menunggu"
    chats = name.startswith("conversations_whatsappconversation")
    active = request.path.startswith(page) and name != "index" and (not chats or waiting == bool(query))
    return {"title": title, "icon": icon, "link": link, "active": active or (name == "index" and request.path == link)}


def subheader(request: HttpRequest) -> str:
    """Under the product's name in the menu: where one works."""
    place = place_of(request)
    if place is not None:
        return place.name
    return "Semua showroom" if is_platform(request) else ""
