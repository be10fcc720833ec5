"""One page for who runs the installation: what waits, who works, what failed, and how gateway and model do.

Over all showrooms. It reads counts and ages, and of messages only where they failed and why, never their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from aiconfig import llm
from aiconfig.models import LLMCall
from aimeow.client import Aimeow, AimeowError
from aimeow.models import AimeowAccount, Finding, InstallationFinding, UnknownClient
from conversations import outbox, vitals
from conversations.admin import DELIVERY, TROUBLE, resend, why_unsent
from conversations.models import Direction, WhatsAppMessage
from conversations.pages import connection as number
from conversations.pages import frame
from tenants import scope
from tenants.access import Place
from tenants.admin import place_of

AGAIN = 15  # seconds until the page reads itself anew
SHOWN = 50  # failed messages
LATELY, CALLS = timedelta(minutes=15), 200  # of the model


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the page. tone: good, warn, bad."""

    title: str
    words: str
    tone: str = "good"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A message that did not go out, or perhaps not."""

    id: int
    chat_url: str  # "" where another showroom than its own is chosen
    showroom: str
    at: datetime
    state: tuple[str, str]
    why: str


def page(request: HttpRequest) -> HttpResponse:
    """No transaction is open while the gateway is asked."""
    frame.platform_only(request)
    at_gateway = gateway()
    vital = vitals.read()
    with scope.platform("operator's page"):
        parts = [*waiting(vital), worker(), spool(vital), *at_gateway, numbers(), last_webhook(), model()]
        stuck = unsent(place_of(request))
    return frame.show(
        request, "operators", "Operasional", parts=parts, stuck=stuck, more=len(stuck) == SHOWN, again=AGAIN
    )


def again(request: HttpRequest) -> HttpResponse:
    """Send a failed or unsure message again, of whatever showroom."""
    frame.platform_only(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    pk = request.POST.get("message", "")
    if not (pk.isdecimal() and len(pk) < 19):
        raise Http404
    with scope.platform("operator resends"):
        message = WhatsAppMessage.objects.select_related("conversation").filter(pk=int(pk)).first()
    if message is None:
        raise Http404
    with scope.of(message.tenant_id):
        messages.info(request, resend(message.conversation, request.user, pk))
    return redirect("operator")


# --- The parts -------------------------------------------------------------------------------------------------------


def ago(seconds: float) -> str:
    """How long, as people say it: "12 detik", "5 menit", "3 jam", "2 hari"."""
    for size, word in ((86_400, "hari"), (3600, "jam"), (60, "menit")):
        if seconds >= size:
            return f"{seconds / size:.0f} {word}"
    return f"{max(seconds, 0):.0f} detik"


def since(moment: datetime | None) -> str:
    return f"{ago((timezone.now() - moment).total_seconds())} yang lalu" if moment else "belum pernah"


def waiting(vital: vitals.Vitals) -> list[Part]:
    old = vital.queue_age >= vitals.TOO_OLD_SECONDS
    queue = f"{vital.due_jobs} pekerjaan menunggu, yang tertua {ago(vital.queue_age)}"
    owed = f"{vital.overdue_chats} lebih dari satu menit, yang terlama {ago(vital.unanswered_age)}"
    return [
        Part("Antrean", queue if vital.due_jobs else "kosong", "bad" if old else "good"),
        Part(
            "Jawaban yang ditunggu pelanggan",
            owed if vital.overdue_chats else "semua terjawab pada waktunya",
            "bad" if vital.overdue_chats else "good",
        ),
        Part("Kiriman antre", f"{vital.waiting_sends} pesan menunggu giliran atau sambungan"),
    ]


def worker() -> Part:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [settings.VANISHED_SECONDS],
        )
        alive, beat = cursor.fetchone()
    if not alive:
        return Part("Worker", "tidak ada yang berjalan: pesan tidak dijawab", "bad")
    return Part("Worker", f"{alive} berjalan, tanda hidup terakhir {ago(float(beat))} yang lalu")


def spool(vital: vitals.Vitals) -> Part:
    kept = vital.spool
    if kept.writable is None:
        return Part("Simpanan di disk", "tidak dipakai (SPOOL_DIR kosong)")
    if kept.bad:
        return Part("Simpanan di disk", f"{kept.bad} pesan tidak bisa disimpan; lihat folder bad/ di SPOOL_DIR", "bad")
    if not kept.writable:
        return Part("Simpanan di disk", "folder tidak bisa ditulisi", "bad")
    if not kept.files:
        return Part("Simpanan di disk", "kosong")
    tone = "bad" if kept.age >= vitals.TOO_OLD_SECONDS else "warn"
    return Part("Simpanan di disk", f"{kept.files} pesan menunggu database, yang tertua {ago(kept.age)}", tone)


def gateway() -> list[Part]:
    """Asks the gateway; outside every scope."""
    try:
        clients = Aimeow(settings.AIMEOW_BASE_URL, outbox.ASKING_SECONDS).clients()
    except AimeowError:
        return [Part("Gateway", "tidak menjawab", "bad")]
    linked = sum(client.is_connected for client in clients)
    hook = number.webhook()
    words = "benar" if hook.is_ours else "salah atau tanpa kunci; setel lagi di Sambungan WhatsApp"
    return [
        Part("Gateway", f"menjawab; {linked} dari {len(clients)} klien terhubung"),
        Part("Alamat webhook", words, "good" if hook.is_ours else "bad"),
    ]


def numbers() -> Part:
    off = AimeowAccount.objects.filter(is_active=True).exclude(connection_status=AimeowAccount.Connection.CONNECTED)
    names = sorted(off.values_list("tenant__name", flat=True))
    found = Finding.objects.open().count() + InstallationFinding.objects.open().count()
    words = f"terputus: {', '.join(names)}" if names else "semua terhubung"
    tone = "bad" if names else "warn" if found else "good"
    return Part("Nomor showroom", f"{words}; {found} temuan terbuka" if found else words, tone)


def last_webhook() -> Part:
    newest = WhatsAppMessage.objects.filter(direction=Direction.INBOUND).order_by("-pk")
    heard = newest.values_list("created_at", flat=True).first()
    stranger = UnknownClient.objects.filter(last_seen_at__gt=timezone.now() - timedelta(days=1)).count()
    words = f"pesan terakhir {since(heard)}"
    if stranger:
        return Part("Webhook", f"{words}; {stranger} klien tak dikenal ditolak dalam sehari", "warn")
    return Part("Webhook", words)


def model() -> Part:
    if not llm.configured():
        return Part("Model AI", "tidak dipakai (ZAI_API_KEY kosong): jawaban dibuat dari data")
    latest = LLMCall.objects.order_by("-pk").values_list("outcome", "latency_ms", "created_at")[:CALLS]
    lately = [call for call in latest if call[2] > timezone.now() - LATELY]
    if not lately:
        return Part("Model AI", "tidak ada panggilan dalam 15 menit terakhir")
    return judged(sum(call[0] == LLMCall.Outcome.ERROR for call in lately), [call[1] for call in lately])


def judged(failed: int, latencies: Sequence[int]) -> Part:
    seconds = f"{median(latencies) / 1000:.1f}".replace(".", ",")
    words = f"{len(latencies)} panggilan dalam 15 menit, {failed} gagal, biasanya {seconds} detik"
    return Part("Model AI", words, "bad" if 2 * failed >= len(latencies) else "warn" if failed else "good")


def unsent(place: Place | None) -> list[Stuck]:
    rows = WhatsAppMessage.objects.filter(aimeow_status__in=TROUBLE)
    return [
        Stuck(
            one.pk,
            chat_url(one) if place is None or place.tenant_id == one.tenant_id else "",
            one.tenant.name,
            one.created_at,
            DELIVERY[one.aimeow_status],  # type: ignore[index]
            why_unsent(one),
        )
        for one in rows.select_related("tenant").order_by("-created_at")[:SHOWN]
    ]


def chat_url(message: WhatsAppMessage) -> str:
    return reverse("admin:conversations_whatsappconversation_change", args=[message.conversation_id])
