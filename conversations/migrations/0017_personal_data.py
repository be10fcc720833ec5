"""A chat may be handed over because of personal data."""

from django.db import migrations, models

REASONS = [
    ("human_request", "minta bicara dengan orang"),
    ("complaint", "keluhan"),
    ("legal", "urusan hukum atau pembayaran"),
    ("personal_data", "data pribadi"),
    ("negotiation", "nego harga"),
    ("uncertain", "asisten tidak yakin"),
    ("missing_fact", "data belum ada"),
    ("processing_error", "gangguan pemrosesan"),
    ("guard_failed", "jawaban model tidak sesuai data"),
    ("customer_chat_off", "layanan otomatis dimatikan"),
    ("auto_reply_off", "balas otomatis mati"),
    ("staff_typed", "staf mengetik dari HP showroom"),
    ("attempts", "berulang kali gagal diproses"),
    ("after_hours", "di luar jam buka"),
    ("unreadable", "pesan tidak terbaca"),
    ("stale", "pesan terlalu lama, tidak dijawab asisten"),
    ("loop", "pesan berulang atau bot lain"),
    ("not_sent", "balasan tidak terkirim"),
    ("budget", "batas harian model tercapai"),
    ("drafted", "konsep jawaban menunggu persetujuan"),
    ("manual", "diambil orang"),
]


def _reason(model: str, name: str) -> migrations.AlterField:
    field = models.CharField(blank=True, choices=REASONS, max_length=20, verbose_name="alasan")
    return migrations.AlterField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0016_transcribed"),
    ]

    operations = [
        _reason("whatsappconversation", "escalated_reason"),
        _reason("conversationevent", "reason"),
        _reason("replayedturn", "handover"),
    ]
