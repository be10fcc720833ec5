"""Notices to staff on their way: due rows become messages, several for one person become one, at the number's pace."""

from __future__ import annotations

import structlog
from django.db.models import QuerySet

from aiconfig.models import WhatsAppAIConfig
from aimeow.models import AimeowAccount
from autolumiku.lib import clock
from autolumiku.lib import phone as phones
from conversations import outbox, people
from staffcommands import notices
from staffcommands.models import Notice, StaffWhatsAppAuth
from tenants import scope

log = structlog.get_logger(__name__)

AT_ONCE = 20  # persons told in one round
TOGETHER = 8  # notices in one message
BETWEEN = "\n\n— — —\n\n"


def send() -> None:
    """Queue what is due, over all showrooms."""
    with scope.platform("due notices"):
        due = Notice.objects.filter(sent_at=None, due_at__lte=clock.now(), dropped="")
        persons = list(dict.fromkeys(due.order_by("due_at", "pk").values_list("tenant_id", "staff_id")[:500]))
    for tenant_id, staff_id in persons[:AT_ONCE]:
        with scope.of(tenant_id):
            _tell(tenant_id, staff_id)


def _tell(tenant_id: int, staff_id: int) -> None:
    """One person's due notices as one message; what concerns them no more, or is old news, is dropped."""
    rows = list(_due(staff_id).select_for_update(skip_locked=True).order_by("due_at", "pk")[:TOGETHER])
    if not rows:
        return
    person = StaffWhatsAppAuth.objects.get(pk=staff_id)
    old = clock.now() - notices.LASTS
    wanted = [row for row in rows if person.is_active and getattr(person, notices.hears(row.kind)) and row.due_at > old]
    account = AimeowAccount.objects.filter(tenant_id=tenant_id, is_active=True).order_by("pk").first()
    if wanted and account is not None:
        phone = phones.normalise(person.phone_number)
        chat = people.chat_of(tenant_id, account.pk, phone)
        config = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).first()
        at, why = outbox.slot(config, account.pk, chat.pk) if config else (None, "")
        people.tell(tenant_id, account.pk, phone, BETWEEN.join(row.text for row in wanted), at=at, why=why)
    sent = {row.pk for row in wanted} if account is not None else set()
    Notice.objects.filter(pk__in=sent).update(sent_at=clock.now())
    dropped = Notice.objects.filter(pk__in=[row.pk for row in rows if row.pk not in sent])
    dropped.update(dropped="not wanted any more" if account is not None else "no number")
    log.info("notices sent", tenant=tenant_id, staff=staff_id, count=len(sent))


def _due(staff_id: int) -> QuerySet[Notice]:
    return Notice.objects.filter(staff_id=staff_id, sent_at=None, due_at__lte=clock.now(), dropped="")
