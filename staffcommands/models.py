"""Who may command the showroom by WhatsApp, and what was commanded."""

from datetime import time

from django.conf import settings
from django.db import models

from autolumiku.lib import phone
from tenants.models import Owned, OwnedForeignKey


class StaffWhatsAppAuth(Owned):
    """A staff member's phone and rights. Checked at every message: a removed person is a customer from the next one."""

    class Role(models.TextChoices):
        STAFF = "staff", "staf"
        ADMIN = "admin", "admin"
        MANAGER = "manager", "manajer"
        OWNER = "owner", "pemilik"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="akun",
    )
    name = models.CharField("nama", max_length=80)
    phone_number = models.CharField("nomor WhatsApp", max_length=20, help_text="Misalnya 081234567890.")
    lid = models.CharField(
        "LID",
        max_length=40,
        blank=True,
        help_text="Identitas WhatsApp tanpa nomor, dibuktikan dengan kode.",
    )
    is_active = models.BooleanField("aktif", default=True)
    role = models.CharField("peran", max_length=10, choices=Role, default=Role.STAFF)
    can_upload_vehicle = models.BooleanField("boleh menambah mobil", default=True)
    can_edit_vehicle = models.BooleanField("boleh mengubah data mobil", default=True)
    can_update_status = models.BooleanField("boleh mengubah status", default=True)
    can_view_analytics = models.BooleanField("boleh melihat statistik", default=True)
    can_manage_leads = models.BooleanField("boleh mengurus prospek", default=True)
    can_manage_chats = models.BooleanField("boleh mengurus percakapan", default=True)
    hears_upload = models.BooleanField("kabar mobil baru", default=True)
    hears_price = models.BooleanField("kabar harga berubah", default=True)
    hears_booking = models.BooleanField("kabar booking dan test drive", default=True)
    hears_sold = models.BooleanField("kabar mobil terjual", default=True)
    hears_lead = models.BooleanField("kabar prospek hangat", default=True)
    hears_escalation = models.BooleanField("kabar percakapan perlu orang", default=True)
    quiet_from = models.TimeField("jam tenang mulai", null=True, blank=True, default=time(21))
    quiet_to = models.TimeField(
        "jam tenang sampai", null=True, blank=True, default=time(7), help_text="Kabar di jam ini dikirim setelahnya."
    )
    last_command_at = models.DateTimeField("perintah terakhir", null=True, blank=True, editable=False)
    command_count = models.PositiveIntegerField("jumlah perintah", default=0, editable=False)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "staff_whatsapp_auth"
        verbose_name = "staf WhatsApp"
        verbose_name_plural = "staf WhatsApp"
        ordering = ["name"]
        constraints = [
            # also serves the look-up at every message: is this phone staff of this showroom?
            models.UniqueConstraint(fields=["tenant", "phone_number"], name="staff_phone_once"),
            # the same look-up for a chat of which the wire shows no phone
            models.UniqueConstraint(fields=["tenant", "lid"], name="staff_lid_once", condition=~models.Q(lid="")),
            models.CheckConstraint(condition=models.Q(phone_number__regex=r"^[0-9]{8,15}$"), name="staff_phone_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.phone_number = phone.normalise(self.phone_number) or self.phone_number


class StaffCommandLog(Owned):
    """Every command, also refused and failed ones."""

    class Command(models.TextChoices):
        UPLOAD = "upload_vehicle", "tambah mobil"
        EDIT = "edit_vehicle", "ubah data mobil"
        STATUS = "update_status", "ubah status"
        INVENTORY = "check_inventory", "lihat stok"
        STATS = "get_stats", "statistik"
        OTHER = "staff_command", "perintah lain"
        UNKNOWN = "unknown", "tidak dikenal"

    staff = OwnedForeignKey(
        StaffWhatsAppAuth, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="staf"
    )
    staff_phone = models.CharField("nomor", max_length=20)
    command = models.CharField("perintah", max_length=40, choices=Command)
    parameters = models.JSONField("isi", default=dict)
    success = models.BooleanField("berhasil")
    result_message = models.TextField("jawaban", blank=True)
    error = models.CharField("kesalahan", max_length=200, blank=True)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil"
    )
    before = models.JSONField("sebelum", default=dict)
    after = models.JSONField("sesudah", default=dict)
    vehicle_version = models.PositiveIntegerField(
        "versi mobil", null=True, blank=True, help_text="Versi mobil setelah perintah ini; dipakai untuk undo."
    )
    undone_at = models.DateTimeField("dibatalkan", null=True, blank=True)
    executed_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "staff_command_logs"
        verbose_name = "log perintah staf"
        verbose_name_plural = "log perintah staf"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-executed_at"], name="command_recent"),  # admin: the latest commands
            models.Index(fields=["tenant", "staff_phone", "-executed_at"], name="command_of_staff"),  # one person's
        ]

    def __str__(self) -> str:
        return self.get_command_display()


class ProofCode(Owned):
    """A one-time code, sent to a staff member's registered phone: it proves that a chat without a phone is theirs."""

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    lid = models.CharField("LID", max_length=40)
    digest = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField("percobaan", default=0)
    created_at = models.DateTimeField("dikirim", auto_now_add=True)
    expires_at = models.DateTimeField("berlaku sampai")
    used_at = models.DateTimeField("dipakai", null=True, blank=True)

    class Meta:
        db_table = "staff_proof_codes"
        verbose_name = "kode bukti staf"
        verbose_name_plural = "kode bukti staf"
        ordering = ["-id"]
        # proof: the codes of this chat; how many it and this person had lately
        indexes = [
            models.Index(fields=["tenant", "lid", "-created_at"], name="proof_code_of_lid"),
            models.Index(fields=["tenant", "staff", "-created_at"], name="proof_code_of_staff"),
        ]

    def __str__(self) -> str:
        return self.lid


class Confirmation(Owned):
    """A question put to one person about one action: done only on that person's yes, within five minutes.

    A second question replaces the first: who says yes means the last thing that was asked.
    """

    class Answer(models.TextChoices):
        YES = "yes", "ya"
        NO = "no", "tidak"
        REPLACED = "replaced", "diganti pertanyaan lain"
        LAPSED = "lapsed", "lewat waktu"

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    action = models.CharField("perintah", max_length=40)
    payload = models.JSONField("isi", default=dict)
    question = models.TextField("pertanyaan")
    created_at = models.DateTimeField("ditanyakan", auto_now_add=True)
    expires_at = models.DateTimeField("berlaku sampai")
    answered_at = models.DateTimeField("dijawab", null=True, blank=True)
    answer = models.CharField("jawaban", max_length=10, choices=Answer, blank=True)

    class Meta:
        db_table = "staff_confirmations"
        verbose_name = "konfirmasi staf"
        verbose_name_plural = "konfirmasi staf"
        ordering = ["-id"]
        constraints = [
            # desk.look: what a person has been asked, at each of the person's messages
            models.UniqueConstraint(
                fields=["tenant", "staff"], name="confirmation_open_once", condition=models.Q(answered_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.action


class UploadDraft(Owned):
    """A car that a staff member is adding by WhatsApp, as far as it is known."""

    class Stage(models.TextChoices):
        OPEN = "open", "sedang diisi"
        PHOTOS = "photos", "tersimpan, menambah foto"
        DONE = "done", "selesai"
        CANCELLED = "cancelled", "dibatalkan"

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    stage = models.CharField("tahap", max_length=10, choices=Stage, default=Stage.OPEN)
    car = models.JSONField("data", default=dict)
    vehicle = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mobil"
    )
    twin = OwnedForeignKey(
        "inventory.Vehicle", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="mirip dengan"
    )
    other_unit = models.BooleanField("unit lain", default=False)
    unread = models.TextField("belum dipahami", blank=True)  # words a model has not been asked about yet
    looked_at = models.PositiveSmallIntegerField("foto yang sudah dilihat model", default=0)
    proposed = models.JSONField("usulan", default=dict, blank=True)
    created_at = models.DateTimeField("dimulai", auto_now_add=True)
    updated_at = models.DateTimeField("diubah", auto_now=True)

    class Meta:
        db_table = "upload_drafts"
        verbose_name = "draf mobil"
        verbose_name_plural = "draf mobil"
        ordering = ["-updated_at"]
        constraints = [
            # desk.look: this person's open draft, at each of the person's messages
            models.UniqueConstraint(
                fields=["tenant", "staff"],
                name="upload_draft_open_once",
                condition=models.Q(stage__in=["open", "photos"]),
            ),
        ]

    def __str__(self) -> str:
        return " ".join(str(self.car[name]) for name in ("make", "model", "year") if self.car.get(name)) or "mobil"


class UploadPhoto(Owned):
    """A photo that a staff member sent: fetched from the gateway at once, and the car's when its draft is saved.

    message_id: of the WhatsApp message; a photo counts once, however often its message is read.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "sedang diambil"
        READY = "ready", "siap"
        USED = "used", "terpasang"
        REFUSED = "refused", "tidak bisa dipakai"

    class Plates(models.TextChoices):
        WANTED = "wanted", "sedang dicari"
        NONE = "none", "tidak terlihat"
        COVERED = "covered", "ditutup"
        UNKNOWN = "unknown", "tidak bisa diperiksa"

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    draft = OwnedForeignKey(
        UploadDraft, models.CASCADE, null=True, blank=True, related_name="photos", verbose_name="draf"
    )
    message_id = models.BigIntegerField("pesan")
    url = models.CharField("alamat", max_length=2000)
    state = models.CharField("keadaan", max_length=10, choices=State, default=State.WAITING)
    image = models.CharField("berkas", max_length=300, blank=True)
    digest = models.CharField("sidik", max_length=64, blank=True)
    plates = models.CharField("nomor polisi di foto", max_length=10, choices=Plates, blank=True)
    looks = models.PositiveSmallIntegerField("percobaan mencari nomor polisi", default=0)
    tries = models.PositiveSmallIntegerField("percobaan", default=0)
    error = models.CharField("kesalahan", max_length=40, blank=True)
    written_at = models.DateTimeField("dikirim")
    created_at = models.DateTimeField("diterima", auto_now_add=True)

    class Meta:
        db_table = "upload_photos"
        verbose_name = "foto kiriman"
        verbose_name_plural = "foto kiriman"
        ordering = ["written_at", "message_id"]
        constraints = [
            # uploads: a message's photo is kept once
            models.UniqueConstraint(fields=["tenant", "message_id"], name="upload_photo_once"),
        ]
        indexes = [
            # uploads: a draft's photos in order
            models.Index(fields=["tenant", "draft", "written_at"], name="upload_photo_of_draft"),
            # uploads: a person's photos that belong to no car yet
            models.Index(
                fields=["tenant", "staff", "written_at"], name="upload_photo_loose", condition=models.Q(draft=None)
            ),
            # uploads.sweep: photos that are still to be fetched, over all showrooms
            models.Index(
                fields=["tenant", "created_at"], name="upload_photo_waiting", condition=models.Q(state="waiting")
            ),
            # plates.sweep: photos on which plates are still to be found, over all showrooms
            models.Index(
                fields=["tenant", "created_at"], name="upload_photo_plates", condition=models.Q(plates="wanted")
            ),
        ]

    def __str__(self) -> str:
        return f"foto {self.message_id}"


class Notice(Owned):
    """A piece of news for one staff member, sent when it is due (conversations.notices)."""

    class Kind(models.TextChoices):
        UPLOAD = "upload", "mobil baru"
        PRICE = "price", "harga berubah"
        BOOKING = "booking", "booking dan test drive"
        SOLD = "sold", "mobil terjual"
        LEAD = "lead", "prospek hangat"
        ESCALATION = "escalation", "percakapan perlu orang"

    staff = OwnedForeignKey(StaffWhatsAppAuth, models.CASCADE, related_name="+", verbose_name="staf")
    kind = models.CharField("jenis", max_length=12, choices=Kind)
    text = models.TextField("isi")
    due_at = models.DateTimeField("dikirim setelah")
    sent_at = models.DateTimeField("dikirim", null=True, blank=True)
    dropped = models.CharField("tidak dikirim karena", max_length=40, blank=True)
    created_at = models.DateTimeField("dibuat", auto_now_add=True)

    class Meta:
        db_table = "staff_notices"
        verbose_name = "kabar untuk staf"
        verbose_name_plural = "kabar untuk staf"
        ordering = ["-id"]
        indexes = [
            # conversations.notices: what is due, by person
            models.Index(
                fields=["tenant", "staff", "due_at"],
                name="notice_due",
                condition=models.Q(sent_at=None, dropped=""),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
