"""Many made-up showrooms with cars, chats and messages, copied inside PostgreSQL from one that the product wrote.

Rows are copied whole and only keys and identities are set anew, so a new column needs no line here. Works as the owner
role, which row-level security does not hold; every constraint is checked as for any other row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connections, transaction
from django.utils import timezone

from aiconfig import versions
from aiconfig.models import BusinessHours, FAQEntry, Holiday, LLMCall, LLMDay, Split
from aimeow.models import AimeowAccount
from conversations.models import ConversationEvent, Delivery, Direction, Path, Sender, WhatsAppConversation
from inventory import leasing
from inventory.models import LeasingRate, Vehicle, VehiclePhoto
from leads.models import Booking, Lead
from staffcommands.models import StaffWhatsAppAuth
from tenants import scope
from tenants.models import Tenant, WebhookEndpoint

BATCH = 50  # showrooms a transaction
FIRST = 1_000_000_000  # ids from here on are copies


@dataclass(frozen=True, slots=True)
class Size:
    """showrooms, and per showroom: cars and chats; messages: per chat, an even number."""

    showrooms: int
    vehicles: int = 200
    chats: int = 200
    messages: int = 10


def pattern(tenant: Tenant) -> None:
    """Give a showroom that has cars one row at least of everything that is copied."""
    with scope.of(tenant):
        account = AimeowAccount.objects.get()
        mine = {"tenant": tenant}
        call = LLMCall.objects.create(**mine, purpose="reply", model="bench", outcome="ok", latency_ms=900)
        chat = WhatsAppConversation.objects.create(
            **mine,
            account=account,
            customer_phone="6281100000000",
            chat_jid="6281100000000@s.whatsapp.net",
            customer_name="Pelanggan",
            last_message_at=timezone.now(),
            due_at=timezone.now(),
            inbound_seq=1,
            answered_seq=1,
        )
        said = {**mine, "account": account, "aimeow_message_id": "pattern"}
        chat.messages.create(
            **said,
            direction=Direction.INBOUND,
            sender_type=Sender.CUSTOMER,
            content="Apakah mobil Avanza masih ada kak? Berapa harganya?",
            seq=1,
            intent="vehicle_inquiry",
        )
        chat.messages.create(
            **said,
            direction=Direction.OUTBOUND,
            sender_type=Sender.AI,
            content="Ada Kak, silakan datang ke showroom kami. Mau dijadwalkan test drive?",
            answers_upto=1,
            ai_response=True,
            path=Path.MODEL,
            llm_call=call,
            aimeow_status=Delivery.SENT,
            sent_at=timezone.now(),
        )
        chat.events.create(**mine, kind=ConversationEvent.Kind.ESCALATED, reason="manual")
        LLMDay.objects.create(**mine, day=timezone.now().date(), calls=1)
        Lead.objects.create(**mine, phone="6281100000000", name="Pelanggan")
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        Booking.objects.create(
            **mine, account=account, phone="6281100000000", vehicle=Vehicle.objects.earliest("id"), starts_at=hour
        )
        VehiclePhoto.objects.create(**mine, vehicle=Vehicle.objects.earliest("id"), image="vehicles/pattern.jpg")
        StaffWhatsAppAuth.objects.create(**mine, name="Staf", phone_number="628110000001")
        FAQEntry.objects.create(**mine, question="Bisa kredit?", answer="Bisa Kak, kami bantu prosesnya.")
        now = versions.publish(tenant.pk)
        other = versions.propose(tenant.pk, now.snapshot, by=None, remark="")
        moment = timezone.now()
        Split.objects.create(**mine, control=now, challenger=other, started_at=moment, ended_at=moment, end="stopped")
        if not LeasingRate.objects.exists():  # add_showroom has begun with them
            leasing.begin(tenant.pk, timezone.localdate())
        BusinessHours.objects.create(**mine, weekday=0, opens="00:00", closes="23:59")
        Holiday.objects.create(**mine, day=timezone.localdate() + timedelta(days=30))
        WebhookEndpoint.objects.create(**mine, name="CRM", url="https://crm.example.com", events=[], is_active=False)


# Table -> (rows per showroom, what differs from the pattern's row). i: the showroom's number, k: the row's in it.
TENANT = f"{FIRST} + i"


def _copies(size: Size) -> Iterator[tuple[str, int, dict[str, str]]]:
    def key(per: int, index: str = "k") -> str:
        return f"{FIRST} + i::bigint * {per} + {index}"

    messages = size.chats * size.messages
    yield "aimeow_accounts", 1, {
        "id": TENANT, "client_id": "'copy-' || i", "phone_number": "'62877' || lpad(i::text, 8, '0')"
    }  # fmt: skip
    yield "whatsapp_ai_configs", 1, {"id": TENANT}
    yield "config_versions", 4, {"id": key(4), "number": "k + 1"}
    yield "splits", 3, {"id": key(3), "control_id": key(4, "0"), "challenger_id": key(4, "1")}
    yield "business_hours", 7, {"id": key(7), "weekday": "k"}
    yield "holidays", 10, {"id": key(10), "day": "current_date + 31 + k"}
    yield "webhook_endpoints", 3, {"id": key(3)}
    yield "leasing_rates", 2, {"id": key(2), "valid_from": "current_date - k"}
    yield "faq_entries", 10, {"id": key(10), "position": "k"}
    yield "staff_whatsapp_auth", 5, {"id": key(5), "phone_number": "'62855' || lpad((i * 5 + k)::text, 8, '0')"}
    yield "vehicles", size.vehicles, {"id": key(size.vehicles), "display_id": "'C-' || k"}
    of_car = {"id": key(size.vehicles), "vehicle_id": key(size.vehicles)}
    yield "vehicle_history", size.vehicles, of_car
    yield "vehicle_photos", size.vehicles, of_car
    phone = "'62811' || lpad(k::text, 8, '0')"
    yield "leads", size.chats, {"id": key(size.chats), "phone": phone}
    yield "bookings", size.chats, {
        "id": key(size.chats), "account_id": TENANT, "phone": phone, "vehicle_id": key(size.vehicles, "0"),
        "starts_at": "date_trunc('hour', now()) + (10 - k) * interval '1 hour'",
        "status": "CASE WHEN k < 10 THEN 'booked' ELSE 'done' END",
    }  # fmt: skip
    yield "llm_calls", size.chats, {"id": key(size.chats), "created_at": "now() - k * interval '1 hour'"}
    yield "llm_days", 30, {"id": key(30), "day": "current_date - k"}
    yield "whatsapp_conversations", size.chats, {
        "id": key(size.chats), "account_id": TENANT, "customer_phone": phone,
        "inbound_seq": str(size.messages // 2), "answered_seq": str(size.messages // 2),
        "last_message_at": "now() - k * interval '1 hour'",
    }  # fmt: skip
    chat = key(size.chats, f"k / {size.messages}")
    yield "conversation_events", size.chats, {"id": key(size.chats), "conversation_id": key(size.chats)}
    number = f"k % {size.messages} / 2 + 1"
    yield "whatsapp_messages", messages, {
        "id": key(messages), "account_id": TENANT, "conversation_id": chat,
        "aimeow_message_id": "'C-' || i || '-' || k",
        "seq": f"CASE WHEN k % 2 = 0 THEN {number} END", "answers_upto": f"CASE WHEN k % 2 = 1 THEN {number} END",
        "llm_call_id": f"CASE WHEN k % 2 = 1 THEN {chat} END",
        "created_at": f"now() - (k / {size.messages}) * interval '1 hour'",
    }  # fmt: skip


def fill(of: Tenant, size: Size) -> None:
    """Make `size.showrooms` copies of showroom `of`, and let PostgreSQL count them."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        for first in range(0, size.showrooms, BATCH):
            last = min(first + BATCH, size.showrooms) - 1
            with transaction.atomic(using="owner"):
                cursor.execute(TENANTS_SQL, {"of": of.pk, "first": first, "last": last})
                for table, per, values in _copies(size):
                    cursor.execute(_copy_sql(table, values), {"of": of.pk, "first": first, "last": last, "per": per})
        cursor.execute("ANALYZE")


TENANTS_SQL = f"""
INSERT INTO tenants SELECT copy.* FROM tenants t, generate_series(%(first)s::int, %(last)s::int) AS i, LATERAL
    jsonb_populate_record(t, jsonb_build_object('id', {TENANT}, 'slug', 'copy-' || i, 'name', 'Showroom ' || i)) AS copy
WHERE t.id = %(of)s
"""  # noqa: S608 - our own words


def _copy_sql(table: str, values: dict[str, str]) -> str:
    """The pattern's rows in turn, as often as wanted; {table} and {values} are this module's own words."""
    pairs = ", ".join(f"'{column}', {value}" for column, value in {"tenant_id": TENANT, **values}.items())
    return f"""
        INSERT INTO {table} SELECT copy.*
        FROM generate_series(%(first)s::int, %(last)s::int) AS i, generate_series(0, %(per)s::int - 1) AS k,
            LATERAL (SELECT rows[1 + k %% cardinality(rows)] AS kept FROM (
                SELECT array_agg(p ORDER BY id) AS rows FROM {table} p WHERE tenant_id = %(of)s) AS pattern) AS one,
            LATERAL jsonb_populate_record(kept, jsonb_build_object({pairs.replace("%", "%%")})) AS copy
    """  # noqa: S608
