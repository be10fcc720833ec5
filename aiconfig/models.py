"""How a showroom's assistant behaves, which versions of that there were, and what each call to the model cost."""

from __future__ import annotations

from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tenants.models import Owned, OwnedForeignKey


def known_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("Zona waktu tidak dikenal. Contoh: Asia/Jakarta, Asia/Makassar, Asia/Jayapura."))


class WhatsAppAIConfig(Owned):
    """The manager's settings. Every switch changes what customers or staff see (house, law 9)."""

    class Personality(models.TextChoices):
        FRIENDLY = "friendly", "ramah"
        PROFESSIONAL = "professional", "profesional"
        CASUAL = "casual", "santai"

    class AfterHours(models.TextChoices):
        ANSWER = "answer", "tetap jawab, tambahkan pesan di luar jam buka"
        MESSAGE_ONLY = "message_only", "hanya kirim pesan di luar jam buka"

    class Assignment(models.TextChoices):
        BY_HAND = "by_hand", "dibagi oleh manajer"
        IN_TURN = "in_turn", "bergiliran ke sales"

    ai_name = models.CharField("nama asisten", max_length=60, default="AI Assistant")
    ai_personality = models.CharField("gaya bicara", max_length=12, choices=Personality, default=Personality.FRIENDLY)
    welcome_message = models.TextField(
        "salam pembuka",
        max_length=500,
        blank=True,
        help_text="Dipakai saat pelanggan pertama kali menyapa. Kosong: salam bawaan.",
    )
    instructions = models.TextField(
        "petunjuk tambahan",
        max_length=1500,
        blank=True,
        db_default="",
        default="",
        help_text="Untuk model AI, misalnya cara menyapa atau apa yang ditawarkan lebih dulu. Fakta seperti harga, "
        "promo dan garansi tidak diambil dari sini; tulis itu di data mobil atau tanya jawab.",
    )
    auto_reply = models.BooleanField(
        "balas otomatis", default=True, help_text="Mati: pesan disimpan dan ditampilkan, tidak dibalas, menunggu orang."
    )
    customer_chat_enabled = models.BooleanField(
        "layani pelanggan", default=True, help_text="Mati: pelanggan menerima satu pesan bahwa tim akan membalas."
    )
    staff_commands_enabled = models.BooleanField("perintah staf lewat WhatsApp", default=True)
    cover_plates = models.BooleanField(
        "tutup nomor polisi di foto",
        default=False,
        help_text="Untuk foto yang dikirim staf lewat WhatsApp. Tempatnya ditunjukkan model penglihatan, jadi periksa "
        "hasilnya; tanpa kunci model tidak ada yang ditutup.",
    )
    timezone = models.CharField("zona waktu", max_length=40, default="Asia/Jakarta", validators=[known_zone])
    after_hours_message = models.TextField("pesan di luar jam buka", max_length=1000, blank=True)
    after_hours_mode = models.CharField(
        "di luar jam buka", max_length=12, choices=AfterHours, default=AfterHours.ANSWER
    )
    ai_model = models.CharField(
        "model AI", max_length=80, blank=True, help_text="Kosong: model bawaan (ZAI_TEXT_MODEL)."
    )
    temperature = models.FloatField(
        "temperatur",
        default=0.7,
        validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="0,0 sampai 1,0.",
    )
    max_tokens = models.PositiveIntegerField(
        "panjang jawaban maksimum (token)", default=1000, validators=[MinValueValidator(50), MaxValueValidator(100_000)]
    )
    enable_vehicle_info = models.BooleanField("boleh memberi info mobil", default=True)
    enable_test_drive_booking = models.BooleanField("boleh menerima janji test drive", default=True)
    enable_price_negotiation = models.BooleanField(
        "boleh membahas nego harga", default=False, help_text="Mati: permintaan nego langsung diteruskan ke orang."
    )
    answer_english = models.BooleanField(
        "boleh menjawab dalam bahasa Inggris",
        default=False,
        help_text="Hanya untuk pelanggan yang menulis bahasa Inggris. Mati: semua dijawab dalam bahasa Indonesia. "
        "Yang belum bisa dipastikan benar dalam bahasa Inggris tetap dijawab dalam bahasa Indonesia.",
    )
    assign_leads = models.CharField("prospek baru", max_length=8, choices=Assignment, default=Assignment.BY_HAND)
    enable_staff_upload = models.BooleanField("staf boleh menambah mobil", default=True)
    enable_staff_status = models.BooleanField("staf boleh mengubah status", default=True)
    burst_wait_seconds = models.FloatField(
        "jeda menunggu pesan beruntun (detik)",
        default=1.5,
        validators=[MinValueValidator(0), MaxValueValidator(30)],
        help_text="Beberapa pesan dalam jeda ini dijawab sekaligus. 0: langsung.",
    )
    burst_cap_seconds = models.FloatField(
        "jeda paling lama (detik)", default=8.0, validators=[MinValueValidator(0), MaxValueValidator(60)]
    )
    send_gap_seconds = models.FloatField(
        "jarak antar kirim dari nomor ini (detik)",
        default=1.0,
        validators=[MinValueValidator(0), MaxValueValidator(60)],
        help_text="0: tanpa jarak.",
    )
    customer_gap_seconds = models.FloatField(
        "jarak antar kirim ke pelanggan yang sama (detik)",
        default=3.0,
        validators=[MinValueValidator(0), MaxValueValidator(60)],
        help_text="0: tanpa jarak.",
    )
    daily_send_cap = models.PositiveIntegerField(
        "batas kirim per hari untuk nomor muda", default=1000, help_text="Berlaku 30 hari pertama. 0: tanpa batas."
    )
    held_reply_minutes = models.PositiveIntegerField(
        "balasan tertahan paling lama (menit)",
        default=120,
        validators=[MaxValueValidator(10_080)],
        help_text="Balasan yang tertahan lebih lama, misalnya karena HP showroom terputus, tidak dikirim lagi dan "
        "menunggu orang. 0: tetap dikirim.",
    )
    late_after_minutes = models.PositiveIntegerField(
        "terlambat setelah (menit)",
        default=30,
        validators=[MaxValueValidator(10_080)],
        help_text="Jawaban untuk pesan yang lebih tua dibuka dengan permintaan maaf. 0: tanpa permintaan maaf.",
    )
    stale_after_hours = models.PositiveIntegerField(
        "terlalu lama setelah (jam)",
        default=12,
        validators=[MaxValueValidator(720)],
        help_text="Pesan yang lebih tua tidak dijawab asisten dan menunggu orang. 0: selalu dijawab.",
    )
    same_text_limit = models.PositiveIntegerField(
        "isi yang sama dijawab paling banyak (kali)",
        default=2,
        validators=[MaxValueValidator(20)],
        help_text="Isi yang sama lagi dalam 10 menit, misalnya dari bot lain, menunggu orang. 0: tanpa batas.",
    )
    answers_per_hour = models.PositiveIntegerField(
        "jawaban per jam untuk satu orang",
        default=30,
        validators=[MaxValueValidator(1000)],
        help_text="Lebih dari ini biasanya bot lain: asisten diam dan percakapan menunggu orang. 0: tanpa batas.",
    )
    draft_price = models.BooleanField(
        "harga dan nego", default=False, help_text="Jawaban asisten menunggu satu ketukan di Inbox."
    )
    draft_credit = models.BooleanField("kredit", default=False)
    draft_condition = models.BooleanField("kondisi dan surat", default=False)
    draft_trade_in = models.BooleanField("tukar tambah", default=False)
    draft_rest = models.BooleanField(
        "semua yang lain",
        default=False,
        help_text="Salam, penutup, alamat, jam buka dan kontak tetap langsung dijawab.",
    )
    forgotten_minutes = models.PositiveIntegerField(
        "ingatkan kalau belum dibalas setelah (menit)",
        default=15,
        validators=[MaxValueValidator(1440)],
        help_text="Menit jam buka. Staf diingatkan, setelah dua kali lipat manajer diberi tahu, setelah tiga kali "
        "lipat pelanggan diberi tahu dengan jujur. 0: tidak diingatkan.",
    )
    morning_list = models.BooleanField(
        "daftar chat semalam",
        default=True,
        help_text="Saat buka, staf menerima daftar siapa yang menulis selama tutup.",
    )
    morning_at = models.DateTimeField("daftar berikutnya", null=True, editable=False)
    keep_chats_days = models.PositiveIntegerField(
        "simpan percakapan paling lama (hari)",
        default=0,
        validators=[MaxValueValidator(3650)],
        help_text="Percakapan yang lebih lama tanpa pesan dihapus setiap malam dengan isi dan berkasnya; prospek dan "
        "test drive tetap. 0: tidak dihapus.",
    )
    model_seconds = models.FloatField(
        "waktu model per jawaban (detik)",
        default=25.0,
        validators=[MinValueValidator(0), MaxValueValidator(120)],
        help_text="Termasuk percobaan ulang; setelah itu jawaban dibuat dari data stok. 0: tanpa batas.",
    )
    model_share = models.PositiveSmallIntegerField(
        "jawaban model bersamaan",
        default=50,
        validators=[MaxValueValidator(10_000)],
        help_text="Pesan yang datang serentak melebihi angka ini menunggu giliran. 0: tanpa batas.",
    )
    daily_model_calls = models.PositiveIntegerField(
        "batas panggilan model per hari", default=0, help_text="0: tanpa batas."
    )
    daily_model_tokens = models.PositiveIntegerField(
        "batas token per hari", default=0, help_text="Token masuk dan keluar. 0: tanpa batas."
    )
    daily_model_cost = models.PositiveIntegerField(
        "batas biaya model per hari (Rp)",
        default=0,
        help_text="Dihitung dari harga model yang diatur admin platform. 0: tanpa batas.",
    )
    # somebody has said when the showroom is open; "always" is an answer too, and leaves no rows of BusinessHours
    hours_known = models.BooleanField(default=False, db_default=False, editable=False)
    updated_at = models.DateTimeField("diubah", auto_now=True)

    class Meta:
        db_table = "whatsapp_ai_configs"
        verbose_name = "pengaturan asisten"
        verbose_name_plural = "pengaturan asisten"
        constraints = [
            # gather, intake and the admin: the settings of this showroom
            models.UniqueConstraint(fields=["tenant"], name="config_one_per_tenant"),
            models.CheckConstraint(condition=Q(temperature__gte=0, temperature__lte=1), name="config_temperature"),
            models.CheckConstraint(condition=Q(max_tokens__gte=1), name="config_max_tokens"),
            models.CheckConstraint(
                condition=Q(
                    burst_wait_seconds__gte=0,
                    burst_cap_seconds__gte=0,
                    send_gap_seconds__gte=0,
                    customer_gap_seconds__gte=0,
                    model_seconds__gte=0,
                ),
                name="config_seconds",
            ),
        ]

    def __str__(self) -> str:
        return self.ai_name

    @classmethod
    def of(cls, tenant_id: int) -> WhatsAppAIConfig:
        """The showroom's; the defaults, unsaved, while there is no row. Inside the showroom's scope."""
        return cls.objects.filter(tenant_id=tenant_id).first() or cls(tenant_id=tenant_id)


class BusinessHours(Owned):
    """One weekday's hours in the showroom's zone. No rows at all: always open; a missing day or empty times: closed."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Senin"
        TUESDAY = 1, "Selasa"
        WEDNESDAY = 2, "Rabu"
        THURSDAY = 3, "Kamis"
        FRIDAY = 4, "Jumat"
        SATURDAY = 5, "Sabtu"
        SUNDAY = 6, "Minggu"

    weekday = models.PositiveSmallIntegerField("hari", choices=Weekday)
    opens = models.TimeField("buka", null=True, blank=True)
    closes = models.TimeField("tutup", null=True, blank=True, help_text="Boleh lewat tengah malam, misalnya 02.00.")

    class Meta:
        db_table = "business_hours"
        verbose_name = "jam buka"
        verbose_name_plural = "jam buka"
        ordering = ["weekday"]
        constraints = [
            # gather: the showroom's week
            models.UniqueConstraint(fields=["tenant", "weekday"], name="hours_once_a_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="hours_weekday"),
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False),
                name="hours_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.get_weekday_display()


class Holiday(Owned):
    """A day on which the showroom is shut, whatever its week says."""

    day = models.DateField("tanggal")
    name = models.CharField("nama", max_length=60, blank=True, help_text="Misalnya Idulfitri.")

    class Meta:
        db_table = "holidays"
        verbose_name = "hari libur"
        verbose_name_plural = "hari libur"
        ordering = ["day"]
        constraints = [
            # gather: the showroom's holidays of these weeks
            models.UniqueConstraint(
                fields=["tenant", "day"], name="holiday_once", violation_error_message="Tanggal ini sudah dicatat."
            )
        ]

    def __str__(self) -> str:
        return self.name or date_format(self.day, "j F Y")


class FAQEntry(Owned):
    """A question customers ask, and the showroom's own answer to it."""

    question = models.CharField("pertanyaan", max_length=300)
    answer = models.TextField("jawaban", max_length=2000)
    position = models.PositiveSmallIntegerField("urutan", default=0)
    is_active = models.BooleanField("dipakai", default=True)

    class Meta:
        db_table = "faq_entries"
        verbose_name = "tanya jawab"
        verbose_name_plural = "tanya jawab"
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["tenant", "position"], name="faq_of_showroom")]  # gather: the FAQ in order

    def __str__(self) -> str:
        return self.question


class ConfigVersion(Owned):
    """All that shaped the answers from some moment on (aiconfig.versions); never changed.

    snapshot: {"settings": {field: value}, "faq": [[question, answer], …], "prompt": the product's own, as a digest}.
    One that was never published is a candidate that a part of the conversations may get.
    """

    number = models.PositiveIntegerField("versi")
    snapshot = models.JSONField("isi")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name="oleh"
    )
    remark = models.CharField("keterangan", max_length=120, blank=True)
    made_at = models.DateTimeField("dibuat", auto_now_add=True)
    published_at = models.DateTimeField("diterbitkan", null=True)

    class Meta:
        db_table = "config_versions"
        verbose_name = "versi pengaturan"
        verbose_name_plural = "versi pengaturan"
        ordering = ["-number"]
        # gather: the latest published version; admin: the list
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="config_version_once")]

    def __str__(self) -> str:
        return f"Versi {self.number}"


class Split(Owned):
    """A part of the conversations is answered by another version than the one in use (aiconfig.splits)."""

    class End(models.TextChoices):
        STOPPED = "stopped", "dihentikan"
        CHANGED = "changed", "pengaturan diubah"
        ADOPTED = "adopted", "versi pembanding diterbitkan"

    control = OwnedForeignKey(ConfigVersion, models.CASCADE, related_name="+", verbose_name="versi sekarang")
    challenger = OwnedForeignKey(
        ConfigVersion,
        models.CASCADE,
        related_name="+",
        verbose_name="versi pembanding",
        help_text="Versi lama, atau calon dari sebuah percobaan.",
    )
    percent = models.PositiveSmallIntegerField(
        "bagian percakapan (%)",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text="Dijawab dengan versi pembanding. Satu percakapan selalu mendapat versi yang sama.",
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name="oleh"
    )
    started_at = models.DateTimeField("mulai")
    ended_at = models.DateTimeField("berakhir", null=True)
    end = models.CharField("sebab berakhir", max_length=10, choices=End, blank=True)

    class Meta:
        db_table = "splits"
        verbose_name = "pembagian"
        verbose_name_plural = "pembagian"
        ordering = ["-id"]
        constraints = [
            # gather: the one that runs
            models.UniqueConstraint(fields=["tenant"], name="split_one_at_a_time", condition=Q(ended_at=None)),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=90), name="split_percent"),
            models.CheckConstraint(condition=~Q(control=models.F("challenger")), name="split_two_versions"),
        ]

    def __str__(self) -> str:
        return f"Pembagian {self.pk}"


class LLMCall(Owned):
    """What one call to the model was for, how long it took and what it cost."""

    class Purpose(models.TextChoices):
        REPLY = "reply", "balasan"
        SUGGESTION = "suggestion", "saran untuk staf"
        READING = "reading", "membaca data mobil"
        SEEING = "seeing", "melihat foto"
        HEARING = "hearing", "mendengar pesan suara"
        REPLAY = "replay", "percobaan pengaturan"

    class Outcome(models.TextChoices):
        OK = "ok", "berhasil"
        ERROR = "error", "gagal"

    purpose = models.CharField("tujuan", max_length=20, choices=Purpose)
    model = models.CharField("model", max_length=80)
    outcome = models.CharField("hasil", max_length=10, choices=Outcome)
    error = models.CharField("kesalahan", max_length=60, blank=True)
    finish_reason = models.CharField("selesai karena", max_length=20, blank=True)
    prompt_tokens = models.PositiveIntegerField("token masuk", default=0)
    completion_tokens = models.PositiveIntegerField("token keluar", default=0)
    cost = models.PositiveIntegerField("biaya (Rp)", default=0)
    latency_ms = models.PositiveIntegerField("lama (ms)", default=0)
    config_version = OwnedForeignKey(ConfigVersion, models.SET_NULL, null=True, related_name="+", verbose_name="versi")
    created_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "llm_calls"
        verbose_name = "panggilan model"
        verbose_name_plural = "panggilan model"
        ordering = ["-id"]
        indexes = [models.Index(fields=["tenant", "-created_at"], name="llm_call_recent")]  # admin: the latest calls

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome}"


class LLMDay(Owned):
    """What the model cost a showroom on one of its days: sums of LLMCall, for the daily limits."""

    day = models.DateField("hari")
    calls = models.PositiveIntegerField("panggilan", default=0)
    tokens = models.PositiveBigIntegerField("token", default=0)
    cost = models.PositiveBigIntegerField("biaya (Rp)", default=0)

    class Meta:
        db_table = "llm_days"
        verbose_name = "pemakaian model per hari"
        verbose_name_plural = "pemakaian model per hari"
        constraints = [
            # spending.record: today's row; gather: the latest one
            models.UniqueConstraint(fields=["tenant", "day"], name="llm_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.calls}"
