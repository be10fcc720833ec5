"""A chat from the first message to the last: the conversation is the lock of a turn, the messages are what was said."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, JSONField, Q, Value
from django.db.models.functions import Now

from autolumiku.lib import phone
from tenants.models import Owned, OwnedForeignKey


class Holder(models.TextChoices):
    """Who speaks in this chat. `waiting`: a person was asked for and the bot is silent; `person`: somebody has it;
    `nobody`: it is silenced (Silence).
    """

    BOT = "bot", "asisten"
    WAITING = "waiting", "menunggu orang"
    PERSON = "person", "orang"
    NOBODY = "nobody", "tidak dijawab"


class Silence(models.TextChoices):
    """Why nobody answers a chat (holder `nobody`): a person has said so, and only a person undoes it."""

    SPAM = "spam", "spam"
    BLOCKED = "blocked", "diblokir"
    OPTED_OUT = "opted_out", "minta tidak dihubungi"


class Mood(models.TextChoices):
    """How the customer seemed to feel in the last turn that was heard (conversations.moods)."""

    CALM = "calm", "tenang"
    HAPPY = "happy", "senang"
    IMPATIENT = "impatient", "tidak sabar"
    ANGRY = "angry", "marah"


class Status(models.TextChoices):
    ACTIVE = "active", "aktif"
    ESCALATED = "escalated", "perlu orang"
    CLOSED = "closed", "selesai"


class Reason(models.TextChoices):
    """Why a chat was handed over (house, law 8)."""

    HUMAN_REQUEST = "human_request", "minta bicara dengan orang"
    COMPLAINT = "complaint", "keluhan"
    LEGAL = "legal", "urusan hukum atau pembayaran"
    PERSONAL_DATA = "personal_data", "data pribadi"
    NEGOTIATION = "negotiation", "nego harga"
    UNCERTAIN = "uncertain", "asisten tidak yakin"
    MISSING_FACT = "missing_fact", "data belum ada"
    PROCESSING_ERROR = "processing_error", "gangguan pemrosesan"
    GUARD_FAILED = "guard_failed", "jawaban model tidak sesuai data"
    CUSTOMER_CHAT_OFF = "customer_chat_off", "layanan otomatis dimatikan"
    AUTO_REPLY_OFF = "auto_reply_off", "balas otomatis mati"
    STAFF_TYPED = "staff_typed", "staf mengetik dari HP showroom"
    ATTEMPTS = "attempts", "berulang kali gagal diproses"
    AFTER_HOURS = "after_hours", "di luar jam buka"
    UNREADABLE = "unreadable", "pesan tidak terbaca"
    STALE = "stale", "pesan terlalu lama, tidak dijawab asisten"
    LOOP = "loop", "pesan berulang atau bot lain"
    NOT_SENT = "not_sent", "balasan tidak terkirim"
    BUDGET = "budget", "batas harian model tercapai"
    DRAFTED = "drafted", "konsep jawaban menunggu persetujuan"
    MANUAL = "manual", "diambil orang"


class ConversationQuerySet(models.QuerySet["WhatsAppConversation"]):
    def overdue(self, seconds: float) -> ConversationQuerySet:
        """Chats the bot owes an answer for longer than `seconds`; the product's invariant is that 60 finds none."""
        return self.filter(
            answered_seq__lt=F("inbound_seq"), holder=Holder.BOT, due_at__lt=Now() - timedelta(seconds=seconds)
        )


class WhatsAppConversation(Owned):
    """One per number and person; it stays the same through escalation, hand-over and closing.

    inbound_seq counts what the person wrote, answered_seq how far it is answered; `claim` says which worker's draft
    may be sent (conversations.turns). Only conversations.intake and conversations.turns write these columns.
    look_at: when to look whether a person has answered; reminded: how often somebody was told of the wait that began
    at waits_since (conversations.forgotten). drafted_from: a draft waits that answers what came after this number
    (conversations.drafts).
    """

    account = OwnedForeignKey(
        "aimeow.AimeowAccount", models.CASCADE, related_name="conversations", verbose_name="nomor"
    )
    customer_phone = models.CharField("nomor HP", max_length=20, null=True, blank=True)
    lid = models.CharField("LID", max_length=40, null=True, blank=True)
    chat_jid = models.CharField(
        "alamat balasan", max_length=80, help_text="JID atau nomor yang dipakai gateway untuk membalas."
    )
    customer_name = models.CharField("nama", max_length=500, blank=True)
    is_staff = models.BooleanField("staf", default=False, help_text="Hanya tampilan; hak diperiksa pada setiap pesan.")
    lead = OwnedForeignKey(
        "leads.Lead", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="prospek"
    )
    last_intent = models.CharField("maksud terakhir", max_length=20, blank=True)
    mood = models.CharField("suasana", max_length=9, choices=Mood, blank=True, db_default="", default="")
    is_spam = models.BooleanField("spam", default=False)
    silence = models.CharField("didiamkan", max_length=10, choices=Silence, blank=True, db_default="", default="")

    status = models.CharField("status", max_length=10, choices=Status, default=Status.ACTIVE)
    holder = models.CharField("dipegang", max_length=8, choices=Holder, default=Holder.BOT)
    escalated_reason = models.CharField("alasan", max_length=20, choices=Reason, blank=True)
    escalated_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="ditangani",
    )
    escalated_at = models.DateTimeField("diteruskan", null=True, blank=True)
    after_hours_told_at = models.DateTimeField("diberi tahu di luar jam", null=True, blank=True, editable=False)
    released_at = models.DateTimeField("dikembalikan ke asisten", null=True, blank=True, editable=False)

    look_at = models.DateTimeField(null=True, editable=False)
    waits_since = models.DateTimeField(null=True, editable=False)
    reminded = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    closing_proposed_at = models.DateTimeField("usul ditutup", null=True, editable=False)

    drafted_from = models.BigIntegerField(null=True, editable=False)

    inbound_seq = models.BigIntegerField(default=0, editable=False)
    answered_seq = models.BigIntegerField(default=0, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    waiting_since = models.DateTimeField("menunggu sejak", null=True, editable=False)
    claim = models.BigIntegerField(default=0, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    discarded = models.PositiveSmallIntegerField(default=0, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_send_at = models.DateTimeField(null=True, editable=False)

    started_at = models.DateTimeField("mulai", auto_now_add=True)
    last_message_at = models.DateTimeField("pesan terakhir", null=True, blank=True)
    closed_at = models.DateTimeField("selesai", null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        db_table = "whatsapp_conversations"
        verbose_name = "percakapan"
        verbose_name_plural = "percakapan"
        ordering = ["-last_message_at", "-id"]
        constraints = [
            # also serve intake.FIND_SQL: the conversation of this phone, of this LID
            models.UniqueConstraint(
                fields=["tenant", "account", "customer_phone"],
                name="conversation_phone",
                condition=Q(customer_phone__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["tenant", "account", "lid"], name="conversation_lid", condition=Q(lid__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(customer_phone__isnull=False) | Q(lid__isnull=False), name="conversation_has_identity"
            ),
            models.CheckConstraint(
                condition=Q(answered_seq__gte=0) & Q(answered_seq__lte=F("inbound_seq")), name="conversation_seq"
            ),
            models.CheckConstraint(condition=Q(holder__in=Holder.values), name="conversation_holder"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="conversation_status"),
        ]
        indexes = [
            # admin: the latest conversations of a showroom
            models.Index(fields=["tenant", "-last_message_at"], name="conversation_recent"),
            # admin: who waits for a person, oldest first
            models.Index(
                fields=["tenant", "escalated_at"], name="conversation_waiting", condition=Q(status="escalated")
            ),
            # inbox: one's own chats, those of the bot, the closed ones and spam, each latest first
            models.Index(
                fields=["tenant", "escalated_to", "-last_message_at", "-id"],
                name="conversation_held",
                condition=Q(holder="person"),
            ),
            models.Index(
                fields=["tenant", "-last_message_at", "-id"],
                name="conversation_with_bot",
                condition=Q(status="active", holder="bot"),
            ),
            models.Index(
                fields=["tenant", "-last_message_at", "-id"],
                name="conversation_closed",
                condition=Q(status="closed"),
            ),
            models.Index(
                fields=["tenant", "-last_message_at", "-id"], name="conversation_spam", condition=Q(is_spam=True)
            ),
            # forgotten.look: chats to be looked at, over all showrooms
            models.Index(fields=["tenant", "look_at"], name="conversation_look", condition=Q(look_at__isnull=False)),
            # turns.sweep: chats the bot still owes an answer, over all showrooms
            models.Index(
                fields=["tenant", "due_at"],
                name="conversation_due",
                condition=Q(holder="bot", answered_seq__lt=F("inbound_seq")),
            ),
        ]

    @property
    def may_close(self) -> bool:
        """Its closing was proposed, and nothing has come in since."""
        proposed, last = self.closing_proposed_at, self.last_message_at
        return self.holder == Holder.PERSON and proposed is not None and (last is None or last < proposed)

    def __str__(self) -> str:
        return self.customer_name or phone.show(self.customer_phone or "") or (self.lid or "")


class Direction(models.TextChoices):
    INBOUND = "inbound", "masuk"
    OUTBOUND = "outbound", "keluar"


class Sender(models.TextChoices):
    CUSTOMER = "customer", "pelanggan"
    STAFF = "staff", "staf"
    AI = "ai", "asisten"
    SYSTEM = "system", "sistem"
    HUMAN = "human", "orang"


class Delivery(models.TextChoices):
    """An outbound message's way. `unsure`: the send began and nobody knows how it ended; people decide."""

    QUEUED = "queued", "antre"
    SENDING = "sending", "sedang dikirim"
    SENT = "sent", "terkirim"
    DELIVERED = "delivered", "sampai"
    READ = "read", "dibaca"
    FAILED = "failed", "gagal"
    UNSURE = "unsure", "tidak pasti"


class Path(models.TextChoices):
    """Which way an answer came about."""

    MODEL = "model", "model AI"
    COUNTER = "counter", "dari data, tanpa model"
    FIXED = "fixed", "teks tetap"
    COMMAND = "command", "perintah staf"
    PERSON = "person", "orang"


class WhatsAppMessage(Owned):
    """One message. Inbound ones are numbered by `seq`; a reply says in `answers_upto` how far it answers."""

    class Media(models.TextChoices):
        IMAGE = "image", "foto"
        VIDEO = "video", "video"
        AUDIO = "audio", "pesan suara"
        DOCUMENT = "document", "dokumen"
        LOCATION = "location", "lokasi"
        OTHER = "other", "berkas"

    account = OwnedForeignKey("aimeow.AimeowAccount", models.CASCADE, related_name="+", verbose_name="nomor")
    conversation = OwnedForeignKey(
        WhatsAppConversation, models.CASCADE, related_name="messages", verbose_name="percakapan"
    )
    direction = models.CharField("arah", max_length=8, choices=Direction)
    sender_type = models.CharField("pengirim", max_length=8, choices=Sender)
    sender = models.CharField("dari", max_length=80, blank=True)
    content = models.TextField("isi", blank=True)
    media_type = models.CharField("lampiran", max_length=10, choices=Media, blank=True)
    media_url = models.CharField("alamat lampiran", max_length=2000, blank=True)
    mime_type = models.CharField("jenis berkas", max_length=120, blank=True)
    latitude = models.FloatField("lintang", null=True, blank=True)
    longitude = models.FloatField("bujur", null=True, blank=True)
    place = models.CharField("tempat", max_length=2000, blank=True)

    seq = models.BigIntegerField(null=True, editable=False)
    twin = models.BooleanField(
        "salinan",
        db_default=False,
        default=False,
        editable=False,
        help_text="Isi dan waktunya sama dengan pesan sebelumnya; tidak dijawab lagi.",
    )
    answers_upto = models.BigIntegerField(null=True, editable=False)
    intent = models.CharField("maksud", max_length=20, blank=True)
    confidence = models.FloatField("keyakinan", null=True, blank=True)
    entities = models.JSONField("yang disebut", default=dict, blank=True)
    spam = models.JSONField(
        "tanda spam",
        default=list,
        db_default=Value([], JSONField()),
        blank=True,
        help_text="Apa yang menandakan spam; kosong: bukan spam.",
    )
    transcribed = models.BooleanField(
        "dari suara", db_default=False, default=False, editable=False, help_text="Ditulis model dari pesan suara."
    )
    seen = models.CharField(
        "terlihat di foto",
        max_length=80,
        db_default="",
        default="",
        blank=True,
        editable=False,
        help_text="Mobil yang dilihat model di foto pelanggan.",
    )
    ai_response = models.BooleanField("jawaban model", default=False)
    path = models.CharField("jalur jawaban", max_length=8, choices=Path, blank=True)
    verdict = models.JSONField("pemeriksaan", default=dict, blank=True)
    llm_call = OwnedForeignKey(
        "aiconfig.LLMCall", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="panggilan model"
    )
    processing_time = models.PositiveIntegerField("lama proses (ms)", null=True, blank=True)
    config_version = OwnedForeignKey(
        "aiconfig.ConfigVersion", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="versi"
    )

    aimeow_message_id = models.CharField("ID gateway", max_length=200, blank=True)
    aimeow_status = models.CharField("status kirim", max_length=10, choices=Delivery, blank=True)
    attempts = models.PositiveSmallIntegerField("percobaan", default=0)
    error = models.CharField("kesalahan", max_length=200, blank=True)
    written_at = models.DateTimeField("ditulis", null=True, blank=True, help_text="Waktu menurut pengirim.")
    sending_at = models.DateTimeField("mulai dikirim", null=True, blank=True)
    held_since = models.DateTimeField("tertahan sejak", null=True, blank=True, editable=False)
    sent_at = models.DateTimeField("terkirim", null=True, blank=True)
    delivered_at = models.DateTimeField("sampai", null=True, blank=True)
    read_at = models.DateTimeField("dibaca", null=True, blank=True)
    created_at = models.DateTimeField("diterima", db_default=Now())

    class Meta:
        db_table = "whatsapp_messages"
        verbose_name = "pesan"
        verbose_name_plural = "pesan"
        ordering = ["id"]
        constraints = [
            # intake: a message of the gateway is stored once per number
            models.UniqueConstraint(
                fields=["tenant", "account", "aimeow_message_id"],
                name="message_inbound_once",
                condition=Q(direction="inbound") & ~Q(aimeow_message_id=""),
            ),
            # intake: the next number; gather: the unanswered messages, in order
            models.UniqueConstraint(
                fields=["tenant", "conversation", "seq"], name="message_seq", condition=Q(seq__isnull=False)
            ),
            # one reply answers a message, whatever happens
            models.UniqueConstraint(
                fields=["tenant", "conversation", "answers_upto"],
                name="message_one_reply",
                condition=Q(answers_upto__isnull=False),
            ),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="message_direction"),
            models.CheckConstraint(condition=Q(sender_type__in=Sender.values), name="message_sender_type"),
            models.CheckConstraint(
                condition=Q(aimeow_status="") | Q(aimeow_status__in=Delivery.values), name="message_delivery"
            ),
        ]
        indexes = [
            # gather: the last messages of a chat; admin: the thread
            models.Index(fields=["tenant", "conversation", "-id"], name="message_thread"),
            # dashboard: what was said in a period
            models.Index(fields=["tenant", "created_at"], name="message_recent"),
            # receipts, own-phone duplicates: an outbound message by its gateway id
            models.Index(
                fields=["tenant", "account", "aimeow_message_id"],
                name="message_outbound_id",
                condition=Q(direction="outbound") & ~Q(aimeow_message_id=""),
            ),
            # comparing: the answers by these versions
            models.Index(
                fields=["tenant", "config_version", "created_at"],
                name="message_of_version",
                condition=Q(config_version__isnull=False),
            ),
            # outbox.sweep and admin: what is not out yet, over all showrooms
            models.Index(
                fields=["tenant", "aimeow_status", "created_at"],
                name="message_unsent",
                condition=Q(aimeow_status__in=["queued", "sending", "failed", "unsure"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_sender_type_display()}: {self.content[:40]}"


class ConversationEvent(Owned):
    """What happened to a chat besides messages: escalated, taken, released, closed, merged, …"""

    class Kind(models.TextChoices):
        ESCALATED = "escalated", "perlu orang"
        TAKEN = "taken", "diambil orang"
        RELEASED = "released", "dikembalikan ke asisten"
        CLOSED = "closed", "ditutup"
        REOPENED = "reopened", "dibuka lagi"
        MERGED = "merged", "digabung"
        SPAM = "spam", "ditandai spam"
        RESENT = "resent", "dikirim ulang"
        NOTE = "note", "catatan"
        ASSIGNED = "assigned", "ditugaskan"
        SILENCED = "silenced", "tidak dijawab lagi"
        HEARD = "heard", "dijawab lagi"
        REPORTED = "reported", "jawaban dilaporkan"
        REMINDED = "reminded", "belum dijawab"
        DRAFT_SENT = "draft_sent", "konsep asisten dikirim"
        DRAFT_DROPPED = "draft_gone", "konsep asisten dibuang"

    conversation = OwnedForeignKey(
        WhatsAppConversation, models.CASCADE, related_name="events", verbose_name="percakapan"
    )
    kind = models.CharField("kejadian", max_length=12, choices=Kind)
    reason = models.CharField("alasan", max_length=20, choices=Reason, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="oleh",
    )
    data = models.JSONField("rincian", default=dict, blank=True)
    created_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "conversation_events"
        verbose_name = "kejadian"
        verbose_name_plural = "kejadian"
        ordering = ["id"]
        indexes = [
            # admin: the events of a chat, in order
            models.Index(fields=["tenant", "conversation", "id"], name="event_of_conversation"),
            # dashboard: what happened in a period
            models.Index(fields=["tenant", "created_at"], name="event_recent"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Seat(Owned):
    """One colleague at one chat: how far they have read, and what they are writing."""

    conversation = OwnedForeignKey(
        WhatsAppConversation, models.CASCADE, related_name="seats", verbose_name="percakapan"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="+")
    seen_seq = models.BigIntegerField("sudah dibaca sampai", default=0)
    draft = models.TextField("konsep", blank=True)
    typed_at = models.DateTimeField("terakhir mengetik", null=True)
    suggestion = models.TextField("saran asisten", blank=True)
    suggested_at = models.DateTimeField("disarankan", null=True)

    class Meta:
        db_table = "conversation_seats"
        verbose_name = "kursi"
        verbose_name_plural = "kursi"
        # inbox: my seat at this chat, and who else is writing in it
        constraints = [models.UniqueConstraint(fields=["tenant", "conversation", "user"], name="seat_once")]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.conversation_id}"


class ProposedReply(Owned):
    """The last draft of a chat that waits for a person's tap (conversations.drafts); it answers up to `upto`."""

    conversation = OwnedForeignKey(
        WhatsAppConversation, models.CASCADE, related_name="proposals", verbose_name="percakapan"
    )
    text = models.TextField("konsep")
    bare = models.TextField("yang diperiksa")
    upto = models.BigIntegerField()
    path = models.CharField("jalur jawaban", max_length=8, choices=Path)
    verdict = models.JSONField("pemeriksaan", default=dict)
    llm_call = OwnedForeignKey("aiconfig.LLMCall", models.SET_NULL, null=True, related_name="+", verbose_name="model")
    processing_time = models.PositiveIntegerField("lama proses (ms)", null=True)
    config_version = OwnedForeignKey(
        "aiconfig.ConfigVersion", models.SET_NULL, null=True, related_name="+", verbose_name="versi"
    )
    created_at = models.DateTimeField("disusun", db_default=Now())

    class Meta:
        db_table = "proposed_replies"
        verbose_name = "konsep jawaban"
        verbose_name_plural = "konsep jawaban"
        # drafts: the draft of a chat
        constraints = [models.UniqueConstraint(fields=["tenant", "conversation"], name="proposal_once")]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.upto}"


class CannedReply(Owned):
    """Words that people send often. {nama}, {kak}, {showroom} and {sales} are filled in."""

    shortcut = models.SlugField(
        "singkatan", max_length=20, db_index=False, help_text="Diketik sesudah garis miring: /alamat"
    )
    text = models.TextField(
        "isi", max_length=2000, help_text="Boleh memakai {nama}, {kak}, {showroom}, {alamat} dan {sales}."
    )

    class Meta:
        db_table = "canned_replies"
        verbose_name = "balasan siap pakai"
        verbose_name_plural = "balasan siap pakai"
        ordering = ["shortcut"]
        # inbox: the showroom's replies, by shortcut
        constraints = [models.UniqueConstraint(fields=["tenant", "shortcut"], name="canned_reply_once")]

    def __str__(self) -> str:
        return f"/{self.shortcut}"


class AnswerReport(Owned):
    """A colleague found an answer of the assistant bad: what its makers and the evaluation learn from."""

    class Kind(models.TextChoices):
        WRONG = "wrong", "salah"
        OUTDATED = "outdated", "sudah tidak berlaku"
        RUDE = "rude", "kurang sopan"
        INCOMPLETE = "incomplete", "kurang lengkap"

    message = OwnedForeignKey(WhatsAppMessage, models.CASCADE, related_name="reports", verbose_name="jawaban")
    kind = models.CharField("masalah", max_length=10, choices=Kind)
    remark = models.CharField("keterangan", max_length=500, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name="oleh"
    )
    created_at = models.DateTimeField("waktu", auto_now_add=True)

    class Meta:
        db_table = "answer_reports"
        verbose_name = "laporan jawaban"
        verbose_name_plural = "laporan jawaban"
        ordering = ["-id"]
        # inbox: what was reported of these messages
        indexes = [models.Index(fields=["tenant", "message"], name="report_of_message")]

    def __str__(self) -> str:
        return self.get_kind_display()


class KeptFile(Owned):
    """Our own copy of a file that a message brought: the gateway forgets its files when it restarts."""

    message = OwnedForeignKey(WhatsAppMessage, models.CASCADE, related_name="files", verbose_name="pesan")
    file = models.FileField("berkas", upload_to="chats/", max_length=300)
    mime_type = models.CharField("jenis", max_length=80)
    size = models.PositiveIntegerField("ukuran")
    created_at = models.DateTimeField("diambil", auto_now_add=True)

    class Meta:
        db_table = "kept_files"
        verbose_name = "berkas tersimpan"
        verbose_name_plural = "berkas tersimpan"
        # inbox and media.keep: the file of a message
        constraints = [models.UniqueConstraint(fields=["tenant", "message"], name="kept_file_once")]

    def __str__(self) -> str:
        return self.mime_type


class SentOnce(Owned):
    """A call of the API under an Idempotency-Key: what it did, so that the same call does nothing twice."""

    credential = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    sent = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sent_once"
        verbose_name = "panggilan API"
        verbose_name_plural = "panggilan API"
        constraints = [models.UniqueConstraint(fields=["tenant", "credential", "key"], name="call_once")]

    def __str__(self) -> str:
        return self.key


class Replay(Owned):
    """A draft of the settings, tried on real conversations (conversations.replays): nothing of it is sent.

    snapshot: as ConfigVersion's. claimed_until: a worker is at it until then.
    """

    class State(models.TextChoices):
        RUNNING = "running", "berjalan"
        STOPPED = "stopped", "dihentikan"
        DONE = "done", "selesai"
        PUBLISHED = "published", "diterbitkan"
        DISCARDED = "discarded", "dibuang"

    chats = models.PositiveSmallIntegerField(
        "percakapan terakhir",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="1 sampai 100. Dari tiap percakapan, paling banyak tiga jawaban terakhir asisten disusun ulang.",
    )
    snapshot = models.JSONField("pengaturan yang dicoba")
    base = OwnedForeignKey(
        "aiconfig.ConfigVersion", models.SET_NULL, null=True, related_name="+", verbose_name="dibandingkan dengan"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name="oleh"
    )
    state = models.CharField("keadaan", max_length=10, choices=State, default=State.RUNNING)
    why = models.CharField("sebab", max_length=120, blank=True)
    claimed_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField("mulai", auto_now_add=True)
    ended_at = models.DateTimeField("selesai", null=True)

    class Meta:
        db_table = "replays"
        verbose_name = "percobaan"
        verbose_name_plural = "percobaan"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(chats__gte=1, chats__lte=100), name="replay_chats")]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="replay_of_showroom"),  # admin: the list
            # replays.sweep: those that no worker is at, over all showrooms
            models.Index(fields=["tenant", "claimed_until"], name="replay_running", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"Percobaan {self.pk}"


class ReplayedTurn(Owned):
    """One answer of the past and what the draft of the settings would have said instead.

    answered, upto: the turn it answered. cars_changed: what it said of cars may be true no more.
    """

    replay = OwnedForeignKey(Replay, models.CASCADE, related_name="turns", verbose_name="percobaan")
    conversation = OwnedForeignKey(WhatsAppConversation, models.CASCADE, related_name="+", verbose_name="percakapan")
    answer = OwnedForeignKey(WhatsAppMessage, models.CASCADE, related_name="+", verbose_name="jawaban lama")
    answered = models.BigIntegerField()
    upto = models.BigIntegerField()
    asked = models.TextField("pertanyaan", blank=True)
    text = models.TextField("jawaban baru", blank=True)
    path = models.CharField("jalur jawaban", max_length=8, choices=Path, blank=True)
    handover = models.CharField("alasan", max_length=20, choices=Reason, blank=True)
    verdict = models.JSONField("pemeriksaan", default=dict)
    cars_changed = models.BooleanField("data mobil berubah", default=False)
    failed = models.BooleanField("gagal", default=False)
    tokens = models.PositiveIntegerField("token", default=0)
    cost = models.PositiveIntegerField("biaya (Rp)", default=0)
    latency_ms = models.PositiveIntegerField("lama (ms)", default=0)
    done_at = models.DateTimeField("disusun", null=True)

    class Meta:
        db_table = "replayed_turns"
        verbose_name = "jawaban percobaan"
        verbose_name_plural = "jawaban percobaan"
        ordering = ["id"]
        # replays: the turns of a replay, each once
        constraints = [models.UniqueConstraint(fields=["tenant", "replay", "answer"], name="replayed_once")]

    def __str__(self) -> str:
        return f"{self.replay_id}: {self.answer_id}"
