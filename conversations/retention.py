"""Chats are kept only so long as the showroom wants (`keep_chats_days`): older ones go at night, with their files.

Leads and test drives are the showroom's books and stay. Of a chat that is silenced (blocked, or asked not to be written
to) the words go and the row stays, so that this is still known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock
from conversations import rights
from conversations.models import Holder, WhatsAppConversation, WhatsAppMessage
from tenants import audit, scope
from tenants.models import AuditEntry

log = structlog.get_logger(__name__)

AT_ONCE = 500  # chats of one showroom in one transaction
NIGHT = (1, 5)  # hours, in the installation's zone


@dataclass(frozen=True, slots=True)
class Plan:
    """What is too old at a showroom; silenced: of these only the words go."""

    tenant_id: int
    slug: str
    days: int
    chats: tuple[int, ...]
    silenced: tuple[int, ...]


def at_night() -> None:
    """Over all showrooms; by day nothing."""
    if NIGHT[0] <= timezone.localtime(clock.now()).hour < NIGHT[1]:
        for plan in plans():
            apply(plan)


def plans() -> Iterator[Plan]:
    """What is to go now, at most so much of each showroom; showrooms with nothing to go are left out."""
    with scope.platform("retention"):
        wants = WhatsAppAIConfig.objects.filter(keep_chats_days__gt=0).order_by("tenant_id")
        rows = list(wants.values_list("tenant_id", "tenant__slug", "keep_chats_days"))
    for tenant_id, slug, days in rows:
        with scope.of(tenant_id):
            found = _old(tenant_id, days)
        if found:
            silenced = tuple(pk for pk, holder in found if holder == Holder.NOBODY)
            yield Plan(tenant_id, slug, days, tuple(pk for pk, _ in found), silenced)


def _old(tenant_id: int, days: int) -> list[tuple[int, str]]:
    before = clock.now() - timedelta(days=days)
    rows = WhatsAppConversation.objects.filter(tenant_id=tenant_id, last_message_at__lt=before)
    said = WhatsAppMessage.objects.filter(tenant_id=tenant_id, conversation=OuterRef("pk"))
    rows = rows.filter(~Q(holder=Holder.NOBODY) | Exists(said))  # of the others nothing is left to go
    return list(rows.order_by("last_message_at", "pk").values_list("pk", "holder")[:AT_ONCE])


def apply(plan: Plan) -> rights.Counts:
    """Remove it, with a row of the audit; returns how much of what."""
    with scope.of(plan.tenant_id):
        gone = rights.erase_chats(plan.tenant_id, plan.chats, keep=plan.silenced)
        audit.note(plan.tenant_id, AuditEntry.Kind.EXPIRED, None, f"{len(plan.chats)} percakapan", removed=gone)
    log.info("old chats deleted", tenant=plan.tenant_id, count=len(plan.chats))
    return gone


def count(plan: Plan) -> rights.Counts:
    """What apply() would remove."""
    with scope.of(plan.tenant_id):
        return rights.counts(rights.Person(plan.tenant_id, chats=frozenset(plan.chats)))
