"""What a new showroom still lacks until it is live: read from its data, nothing is ticked by hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from aiconfig import api
from aiconfig.models import BusinessHours, FAQEntry, WhatsAppAIConfig
from aimeow.models import AimeowAccount
from conversations.models import Delivery, WhatsAppMessage
from conversations.pages import frame
from inventory import leasing
from inventory.models import Status, Vehicle
from staffcommands.models import StaffWhatsAppAuth
from tenants.models import Tenant

OUT = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ)
SHOWN_STATES = (Status.AVAILABLE, Status.BOOKED, Status.SOLD)


@dataclass(frozen=True, slots=True)
class Step:
    done: bool
    title: str
    why: str
    link: str
    url: str
    also: str = ""  # what a button says that settles it at once (`do` of the page)


def steps(tenant_id: int) -> list[Step]:
    """In the order in which they are best done. Inside the showroom's scope."""
    showroom = Tenant.objects.get(pk=tenant_id)
    config = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).first()
    today = timezone.localdate()
    cars = Vehicle.objects.filter(tenant_id=tenant_id, status__in=SHOWN_STATES)
    answers = WhatsAppMessage.objects.filter(tenant_id=tenant_id, answers_upto__isnull=False, aimeow_status__in=OUT)
    return [
        Step(
            AimeowAccount.objects.filter(tenant_id=tenant_id, last_connected_at__isnull=False).exists(),
            "Nomor WhatsApp tersambung",
            "Pindai kode QR dengan HP showroom.",
            "Sambungkan",
            reverse("connection"),
        ),
        Step(
            bool(showroom.address and (showroom.phone or showroom.whatsapp_number)),
            "Alamat dan telepon showroom",
            "Dipakai saat pelanggan bertanya lokasi dan kontak.",
            "Isi data showroom",
            reverse("admin:tenants_tenant_change", args=[tenant_id]),
        ),
        Step(
            cars.exists(),
            "Stok mobil",
            "Asisten hanya menyebut mobil dan harga yang ada di sini.",
            "Tambah mobil",
            reverse("admin:inventory_vehicle_changelist"),
        ),
        Step(
            config is not None and (config.hours_known or BusinessHours.objects.filter(tenant_id=tenant_id).exists()),
            "Jam buka",
            "Tanpa jam, asisten menganggap showroom selalu buka.",
            "Isi jam buka",
            reverse("admin:aiconfig_whatsappaiconfig_changelist"),
            also="Memang selalu buka",
        ),
        Step(
            StaffWhatsAppAuth.objects.filter(tenant_id=tenant_id, is_active=True).exists(),
            "Staf WhatsApp",
            "Mereka diberi tahu saat pelanggan butuh orang, dan boleh memakai perintah.",
            "Tambah staf",
            reverse("admin:staffcommands_staffwhatsappauth_changelist"),
        ),
        Step(
            bool(leasing.valid(tenant_id, today)),
            "Bunga leasing yang berlaku",
            "Dipakai untuk perkiraan cicilan.",
            "Isi bunga",
            reverse("admin:inventory_leasingrate_changelist"),
        ),
        Step(
            FAQEntry.objects.filter(tenant_id=tenant_id, is_active=True).exists(),
            "Tanya jawab",
            "Jawaban Anda sendiri untuk pertanyaan yang sering datang, misalnya garansi.",
            "Tulis tanya jawab",
            reverse("admin:aiconfig_faqentry_changelist"),
        ),
        Step(
            answers.exists(),
            "Pesan percobaan dijawab",
            "Tulis dari HP lain ke nomor showroom, misalnya “Halo, ada mobil apa saja?”, dan tunggu jawabannya.",
            "Lihat percakapan",
            reverse("admin:conversations_whatsappconversation_changelist"),
        ),
    ]


def left(tenant_id: int) -> list[Step]:
    """All steps, or none where all are done."""
    found = steps(tenant_id)
    return [] if all(step.done for step in found) else found


def always_open(tenant_id: int) -> None:
    """Said of a showroom without hours, on purpose; hours that somebody has filled in meanwhile stay."""
    if api.week_of(tenant_id) is None:
        api.save(tenant_id, {"week": None})


def page(request: HttpRequest) -> HttpResponse:
    place = frame.led(request)
    if place is None:
        messages.info(request, "Pilih dulu showroom yang disiapkan.")
        return redirect("admin:index")
    if request.method == "POST":
        always_open(place.tenant_id)
        messages.success(request, "Dicatat: showroom selalu buka. Jam bisa diisi kapan saja di Pengaturan asisten.")
        return redirect("checklist")
    found = steps(place.tenant_id)
    return frame.show(request, "checklist", "Persiapan", steps=found, done=sum(step.done for step in found))
