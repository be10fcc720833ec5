"""Who of the staff hears of what, and when. Rows first: conversations.notices sends what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiconfig.models import WhatsAppAIConfig
from autolumiku.lib import clock
from staffcommands.models import Notice, StaffWhatsAppAuth

Kind = Notice.Kind
# what a person must be allowed to, to hear of this
NEEDS = {Kind.ESCALATION: "can_manage_chats", Kind.LEAD: "can_manage_leads"}
LEADERS = (StaffWhatsAppAuth.Role.OWNER, StaffWhatsAppAuth.Role.MANAGER)
LASTS = timedelta(hours=24)  # a notice that could not be sent for so long is old news


def post(
    tenant_id: int,
    kind: str,
    text: str,
    *,
    actor_id: int | None = None,
    seller_id: int | None = None,
    roles: Sequence[str] | None = None,
) -> int:
    """Put a notice on the way to everybody whom it concerns, but the one who did it; returns to how many.

    Inside the showroom's scope. Who has muted this kind hears nothing, who rests hears it afterwards. seller_id: the
    user whose matter it is; if they are staff by WhatsApp, besides them only owners and managers hear of it. roles:
    only people with one of these (StaffWhatsAppAuth.Role).
    """
    to = StaffWhatsAppAuth.objects.filter(tenant_id=tenant_id, is_active=True, **{hears(kind): True})
    if needed := NEEDS.get(Kind(kind)):
        to = to.filter(**{needed: True})
    if roles is not None:
        to = to.filter(role__in=roles)
    people = [person for person in to if person.pk != actor_id]
    if seller_id is not None and any(person.user_id == seller_id for person in people):
        people = [person for person in people if person.user_id == seller_id or person.role in LEADERS]
    if not people:
        return 0
    zone = WhatsAppAIConfig.objects.filter(tenant_id=tenant_id).values_list("timezone", flat=True).first()
    now = clock.now().astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    Notice.objects.bulk_create(
        Notice(
            tenant_id=tenant_id,
            staff=person,
            kind=kind,
            text=text,
            due_at=after_rest(now, person.quiet_from, person.quiet_to),
        )
        for person in people
    )
    return len(people)


def hears(kind: str) -> str:
    """The column that says whether a person hears of this kind."""
    return f"hears_{kind}"


def after_rest(now: datetime, begins: time | None, ends: time | None) -> datetime:
    """Now, or when the person's quiet hours (in the showroom's zone, maybe over midnight) are over."""
    if begins is None or ends is None or begins == ends:
        return now
    clock_time = now.time()
    resting = begins <= clock_time < ends if begins < ends else clock_time >= begins or clock_time < ends
    if not resting:
        return now
    day = now.date() if clock_time < ends else now.date() + timedelta(days=1)
    return datetime.combine(day, ends, tzinfo=now.tzinfo)
