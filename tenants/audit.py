"""Who has looked at whose chat, who was refused, and who used the platform's power over all showrooms: append-only.

The app may add and read these rows; changing and deleting them is refused by the database (tenants/migrations), so
nobody at a showroom can take back what they did. A row holds ids and addresses, never what was said.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.models import AuditEntry, PlatformUse

Kind = AuditEntry.Kind
AGAIN = timedelta(minutes=10)  # a page that reads itself anew is one reading for so long


def note(tenant_id: int, kind: str, user: Any, subject: str, *, via: str = "", **data: Any) -> None:
    """One row. Inside the showroom's scope, or the platform's. via: a token's name where a program called."""
    AuditEntry.objects.create(
        tenant_id=tenant_id,
        kind=kind,
        user_id=getattr(user, "pk", None),
        who=_name(user, via),
        subject=subject[:200],
        data=data,
    )


def _name(user: Any, via: str) -> str:
    name = user.get_username() if user is not None else "sistem"
    return f"{name} ({via})"[:150] if via else name


def read(tenant_id: int, user: Any, chat_id: int, *, via: str = "", anew: bool = False) -> None:
    """A person has read this chat. anew: by a part of an open page; not counted again so soon."""
    subject = f"percakapan {chat_id}"
    if anew:
        lately = AuditEntry.objects.filter(tenant_id=tenant_id, subject=subject, user_id=user.pk, kind=Kind.READ)
        if lately.filter(at__gt=timezone.now() - AGAIN).exists():
            return
    note(tenant_id, Kind.READ, user, subject, via=via)


def refused(tenant_id: int, user: Any, request: HttpRequest, status: int, *, via: str = "") -> None:
    """Somebody who works here asked for what is not theirs."""
    note(tenant_id, Kind.REFUSED, user, f"{request.method} {request.path}", via=via, status=status)


def was_refused(request: HttpRequest, response: HttpResponse) -> bool:
    """A page that is not for this person, or a row that is not there for them; a mistyped address is neither."""
    match = request.resolver_match
    names_a_row = match is not None and bool(match.kwargs.keys() - {"url"})  # url: of the admin's page for all the rest
    return response.status_code == 403 or (response.status_code == 404 and names_a_row)


def platform(user: Any, request: HttpRequest) -> None:
    """A platform admin has worked over all showrooms. Inside the platform's scope.

    A page that reads itself anew is one use (AGAIN).
    """
    what = f"{request.method} {request.path}"[:200]
    last = PlatformUse.objects.filter(user_id=user.pk).first()
    again = last is not None and last.what == what and last.at > timezone.now() - AGAIN
    if request.method != "GET" or not again:
        PlatformUse.objects.create(user_id=user.pk, who=user.get_username(), what=what)
