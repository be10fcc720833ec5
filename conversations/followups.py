"""Who has gone silent is written to once more: planned as rows, sent by conversations.outreach.

Only who wanted a car, was answered, and has said nothing since; once in each stage that people have moved the lead to;
in opening hours; never to who refused, asked us to stop, has an appointment or waits for a car that is to come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef

from aiconfig import api, hours
from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock
from conversations import wording
from conversations.models import Direction, Holder, Status, WhatsAppConversation, WhatsAppMessage
from conversations.turn import Intent
from leads.models import Booking, FollowUp, Lead, Outreach, Wait
from tenants import scope

OLDEST = timedelta(days=7)  # of the last message: later it would be a cold call
USEFUL = timedelta(hours=12)
STAGES = (Lead.Status.NEW, Lead.Status.CONTACTED, Lead.Status.QUALIFIED, Lead.Status.NEGOTIATING)
ENDED = (Intent.REFUSAL.value, Intent.STOP.value, Intent.COMPLAINT.value)
BY_DAY = (9, 20)  # hours in which somebody may be written to where the showroom has set none


def plan() -> None:
    """Over all showrooms that want it."""
    with scope.platform("follow-ups"):
        switched_on = list(FollowUp.objects.filter(is_active=True).values_list("tenant_id", "after_hours"))
    for tenant_id, after_hours in switched_on:
        with scope.of(tenant_id):
            _plan(tenant_id, timedelta(hours=after_hours))


def _plan(tenant_id: int, after: timedelta) -> None:
    now = clock.now()
    due = next_opening(tenant_id, now)
    if due is None:
        return
    for chat in _silent(tenant_id, now - OLDEST, now - after)[:200]:
        Outreach.objects.bulk_create(
            [
                Outreach(
                    tenant_id=tenant_id,
                    account_id=chat.account_id,
                    phone=chat.customer_phone or "",
                    kind=Outreach.Kind.FOLLOW_UP,
                    stage=chat.lead.status if chat.lead else "",
                    due_at=due,
                    until=due + USEFUL,
                )
            ],
            ignore_conflicts=True,
        )


def _silent(tenant_id: int, first: datetime, last: datetime) -> list[WhatsAppConversation]:
    """Chats of leads in which we spoke last, and which nothing stands against."""
    mine = {"tenant_id": tenant_id, "phone": OuterRef("customer_phone")}
    told = Outreach.objects.filter(**mine, kind=Outreach.Kind.FOLLOW_UP, stage=OuterRef("lead__status"))
    said = {"tenant_id": tenant_id, "conversation_id": OuterRef("pk")}
    rows = WhatsAppConversation.objects.filter(
        ~Exists(told),
        ~Exists(Booking.objects.filter(**mine, status__in=Booking.OPEN)),
        ~Exists(Wait.objects.filter(**mine, ended_at=None)),
        ~Exists(WhatsAppMessage.objects.filter(**said, intent__in=ENDED)),
        tenant_id=tenant_id,
        last_message_at__gte=first,
        last_message_at__lt=last,
        holder=Holder.BOT,
        status=Status.ACTIVE,
        is_spam=False,
        is_staff=False,
        customer_phone__isnull=False,
        answered_seq=F("inbound_seq"),
        inbound_seq__gt=0,
        lead__status__in=STAGES,
    )
    return list(rows.select_related("lead").order_by("last_message_at"))


def next_opening(tenant_id: int, now: datetime) -> datetime | None:
    """Now, or when the showroom opens next; None: never."""
    zone = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).values_list("timezone", flat=True).first()
    local = now.astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    week = api.calendar_of(tenant_id)
    if week:
        return local if hours.is_open(week, local) else hours.next_opening(week, local)
    first, last = BY_DAY
    if first <= local.hour < last:
        return local
    day = local if local.hour < first else local + timedelta(days=1)
    return day.replace(hour=first, minute=0, second=0, microsecond=0)


def text(row: Outreach) -> str:
    """The showroom's words; "" where they are not to be said any more: the customer has written, a person has the chat,
    the stage is another one, or it is switched off.
    """
    chat = WhatsAppConversation.objects.filter(account_id=row.account_id, customer_phone=row.phone).first()
    words = FollowUp.objects.filter(tenant_id=row.tenant_id, is_active=True).first()
    lead = Lead.objects.select_related("vehicle").filter(tenant_id=row.tenant_id, phone=row.phone).first()
    if chat is None or words is None or lead is None or lead.status != row.stage or chat.holder != Holder.BOT:
        return ""
    written = chat.messages.filter(direction=Direction.INBOUND, created_at__gt=row.created_at)
    if written.exists():
        return ""
    kak = wording.kak(lead.name or chat.customer_name)
    car = wording.one_line(lead.vehicle.name if lead.vehicle else lead.interested_in, 80) or "mobil"
    own = words.text.strip()
    if own:
        return own.replace("{kak}", kak).replace("{mobil}", car)
    return wording.reply("follow_up", kak=kak, car=car)
