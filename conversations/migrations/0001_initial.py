import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import tenants.models
from tenants import walls


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("aiconfig", "0001_initial"),
        ("aimeow", "0001_initial"),
        ("leads", "0001_initial"),
        ("tenants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatsAppConversation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_phone", models.CharField(blank=True, max_length=20, null=True, verbose_name="nomor HP")),
                ("lid", models.CharField(blank=True, max_length=40, null=True, verbose_name="LID")),
                (
                    "chat_jid",
                    models.CharField(
                        help_text="JID atau nomor yang dipakai gateway untuk membalas.",
                        max_length=80,
                        verbose_name="alamat balasan",
                    ),
                ),
                ("customer_name", models.CharField(blank=True, max_length=500, verbose_name="nama")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False, help_text="Hanya tampilan; hak diperiksa pada setiap pesan.", verbose_name="staf"
                    ),
                ),
                ("last_intent", models.CharField(blank=True, max_length=20, verbose_name="maksud terakhir")),
                ("is_spam", models.BooleanField(default=False, verbose_name="spam")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "aktif"), ("escalated", "perlu orang"), ("closed", "selesai")],
                        default="active",
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[("bot", "asisten"), ("waiting", "menunggu orang"), ("person", "orang")],
                        default="bot",
                        max_length=8,
                        verbose_name="dipegang",
                    ),
                ),
                (
                    "escalated_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("human_request", "minta bicara dengan orang"),
                            ("complaint", "keluhan"),
                            ("legal", "urusan hukum atau pembayaran"),
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
                            ("manual", "diambil orang"),
                        ],
                        max_length=20,
                        verbose_name="alasan",
                    ),
                ),
                ("escalated_at", models.DateTimeField(blank=True, null=True, verbose_name="diteruskan")),
                (
                    "after_hours_told_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="diberi tahu di luar jam"),
                ),
                ("inbound_seq", models.BigIntegerField(default=0, editable=False)),
                ("answered_seq", models.BigIntegerField(default=0, editable=False)),
                ("due_at", models.DateTimeField(editable=False, null=True)),
                ("waiting_since", models.DateTimeField(editable=False, null=True, verbose_name="menunggu sejak")),
                ("claim", models.BigIntegerField(default=0, editable=False)),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("discarded", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("next_send_at", models.DateTimeField(editable=False, null=True)),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="mulai")),
                ("last_message_at", models.DateTimeField(blank=True, null=True, verbose_name="pesan terakhir")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai")),
                (
                    "account",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversations",
                        to="aimeow.aimeowaccount",
                        verbose_name="nomor",
                    ),
                ),
                (
                    "escalated_to",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ditangani",
                    ),
                ),
                (
                    "lead",
                    tenants.models.OwnedForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="leads.lead",
                        verbose_name="prospek",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
            ],
            options={
                "verbose_name": "percakapan",
                "verbose_name_plural": "percakapan",
                "db_table": "whatsapp_conversations",
                "ordering": ["-last_message_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ConversationEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("escalated", "perlu orang"),
                            ("taken", "diambil orang"),
                            ("released", "dikembalikan ke asisten"),
                            ("closed", "ditutup"),
                            ("reopened", "dibuka lagi"),
                            ("merged", "digabung"),
                            ("spam", "ditandai spam"),
                            ("resent", "dikirim ulang"),
                        ],
                        max_length=12,
                        verbose_name="kejadian",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("human_request", "minta bicara dengan orang"),
                            ("complaint", "keluhan"),
                            ("legal", "urusan hukum atau pembayaran"),
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
                            ("manual", "diambil orang"),
                        ],
                        max_length=20,
                        verbose_name="alasan",
                    ),
                ),
                ("data", models.JSONField(blank=True, default=dict, verbose_name="rincian")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="waktu")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="oleh",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
                (
                    "conversation",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="conversations.whatsappconversation",
                        verbose_name="percakapan",
                    ),
                ),
            ],
            options={
                "verbose_name": "kejadian",
                "verbose_name_plural": "kejadian",
                "db_table": "conversation_events",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="WhatsAppMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "direction",
                    models.CharField(
                        choices=[("inbound", "masuk"), ("outbound", "keluar")], max_length=8, verbose_name="arah"
                    ),
                ),
                (
                    "sender_type",
                    models.CharField(
                        choices=[
                            ("customer", "pelanggan"),
                            ("staff", "staf"),
                            ("ai", "asisten"),
                            ("system", "sistem"),
                            ("human", "orang"),
                        ],
                        max_length=8,
                        verbose_name="pengirim",
                    ),
                ),
                ("sender", models.CharField(blank=True, max_length=80, verbose_name="dari")),
                ("content", models.TextField(blank=True, verbose_name="isi")),
                (
                    "media_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("image", "foto"),
                            ("video", "video"),
                            ("audio", "pesan suara"),
                            ("document", "dokumen"),
                            ("location", "lokasi"),
                            ("other", "berkas"),
                        ],
                        max_length=10,
                        verbose_name="lampiran",
                    ),
                ),
                ("media_url", models.CharField(blank=True, max_length=2000, verbose_name="alamat lampiran")),
                ("mime_type", models.CharField(blank=True, max_length=120, verbose_name="jenis berkas")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="lintang")),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="bujur")),
                ("place", models.CharField(blank=True, max_length=2000, verbose_name="tempat")),
                ("seq", models.BigIntegerField(editable=False, null=True)),
                ("answers_upto", models.BigIntegerField(editable=False, null=True)),
                ("intent", models.CharField(blank=True, max_length=20, verbose_name="maksud")),
                ("confidence", models.FloatField(blank=True, null=True, verbose_name="keyakinan")),
                ("entities", models.JSONField(blank=True, default=dict, verbose_name="yang disebut")),
                ("ai_response", models.BooleanField(default=False, verbose_name="jawaban model")),
                (
                    "path",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("model", "model AI"),
                            ("counter", "dari data, tanpa model"),
                            ("fixed", "teks tetap"),
                            ("command", "perintah staf"),
                            ("person", "orang"),
                        ],
                        max_length=8,
                        verbose_name="jalur jawaban",
                    ),
                ),
                ("verdict", models.JSONField(blank=True, default=dict, verbose_name="pemeriksaan")),
                (
                    "processing_time",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="lama proses (ms)"),
                ),
                ("aimeow_message_id", models.CharField(blank=True, max_length=200, verbose_name="ID gateway")),
                (
                    "aimeow_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("queued", "antre"),
                            ("sending", "sedang dikirim"),
                            ("sent", "terkirim"),
                            ("delivered", "sampai"),
                            ("read", "dibaca"),
                            ("failed", "gagal"),
                            ("unsure", "tidak pasti"),
                        ],
                        max_length=10,
                        verbose_name="status kirim",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="percobaan")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="kesalahan")),
                (
                    "written_at",
                    models.DateTimeField(
                        blank=True, help_text="Waktu menurut pengirim.", null=True, verbose_name="ditulis"
                    ),
                ),
                ("sending_at", models.DateTimeField(blank=True, null=True, verbose_name="mulai dikirim")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="terkirim")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="sampai")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="dibaca")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="diterima"),
                ),
                (
                    "account",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="aimeow.aimeowaccount",
                        verbose_name="nomor",
                    ),
                ),
                (
                    "conversation",
                    tenants.models.OwnedForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="conversations.whatsappconversation",
                        verbose_name="percakapan",
                    ),
                ),
                (
                    "llm_call",
                    tenants.models.OwnedForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="aiconfig.llmcall",
                        verbose_name="panggilan model",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                        verbose_name="showroom",
                    ),
                ),
            ],
            options={
                "verbose_name": "pesan",
                "verbose_name_plural": "pesan",
                "db_table": "whatsapp_messages",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="whatsappconversation",
            index=models.Index(fields=["tenant", "-last_message_at"], name="conversation_recent"),
        ),
        migrations.AddIndex(
            model_name="whatsappconversation",
            index=models.Index(
                condition=models.Q(("status", "escalated")),
                fields=["tenant", "escalated_at"],
                name="conversation_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="whatsappconversation",
            index=models.Index(
                condition=models.Q(("answered_seq__lt", models.F("inbound_seq")), ("holder", "bot")),
                fields=["tenant", "due_at"],
                name="conversation_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("customer_phone__isnull", False)),
                fields=("tenant", "account", "customer_phone"),
                name="conversation_phone",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lid__isnull", False)), fields=("tenant", "account", "lid"), name="conversation_lid"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("customer_phone__isnull", False), ("lid__isnull", False), _connector="OR"),
                name="conversation_has_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_seq__gte", 0), ("answered_seq__lte", models.F("inbound_seq"))),
                name="conversation_seq",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("holder__in", ["bot", "waiting", "person"])), name="conversation_holder"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappconversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "escalated", "closed"])), name="conversation_status"
            ),
        ),
        migrations.AddIndex(
            model_name="conversationevent",
            index=models.Index(fields=["tenant", "conversation", "id"], name="event_of_conversation"),
        ),
        migrations.AddIndex(
            model_name="whatsappmessage",
            index=models.Index(fields=["tenant", "conversation", "-id"], name="message_thread"),
        ),
        migrations.AddIndex(
            model_name="whatsappmessage",
            index=models.Index(
                condition=models.Q(("direction", "outbound"), models.Q(("aimeow_message_id", ""), _negated=True)),
                fields=["tenant", "account", "aimeow_message_id"],
                name="message_outbound_id",
            ),
        ),
        migrations.AddIndex(
            model_name="whatsappmessage",
            index=models.Index(
                condition=models.Q(("aimeow_status__in", ["queued", "sending", "failed", "unsure"])),
                fields=["tenant", "aimeow_status", "created_at"],
                name="message_unsent",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("direction", "inbound"), models.Q(("aimeow_message_id", ""), _negated=True)),
                fields=("tenant", "account", "aimeow_message_id"),
                name="message_inbound_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("seq__isnull", False)), fields=("tenant", "conversation", "seq"), name="message_seq"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answers_upto__isnull", False)),
                fields=("tenant", "conversation", "answers_upto"),
                name="message_one_reply",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("direction__in", ["inbound", "outbound"])), name="message_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender_type__in", ["customer", "staff", "ai", "system", "human"])),
                name="message_sender_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="whatsappmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("aimeow_status", ""),
                    ("aimeow_status__in", ["queued", "sending", "sent", "delivered", "read", "failed", "unsure"]),
                    _connector="OR",
                ),
                name="message_delivery",
            ),
        ),
        walls.wall("whatsapp_conversations"),
        walls.wall("whatsapp_messages"),
        walls.wall("conversation_events"),
        walls.target("whatsapp_conversations"),
        walls.reference("whatsapp_conversations", "account_id", "aimeow_accounts"),
        walls.reference("whatsapp_conversations", "lead_id", "leads"),
        walls.reference("whatsapp_messages", "account_id", "aimeow_accounts"),
        walls.reference("whatsapp_messages", "conversation_id", "whatsapp_conversations"),
        walls.reference("whatsapp_messages", "llm_call_id", "llm_calls"),
        walls.reference("conversation_events", "conversation_id", "whatsapp_conversations"),
    ]
